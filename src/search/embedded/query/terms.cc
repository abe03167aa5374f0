// terms: documents with any of these values. ids: documents by id.
#include "search/embedded/query/query.h"

namespace standpipe::search {

Matches evaluate_terms(const QueryContext& context, const TermsQuery& query, float boost) {
  Matches out{context.none(), boost, {}};
  if (query.field == kIdField || query.field == "_index") {
    for (const json::Value& value : query.values)
      out.docs |= evaluate_term(context, {query.field, value}, 1, false).docs;
    return out;
  }
  const FieldSpec* field = context.mapping.find(query.field);
  if (field == nullptr) return out;
  require_indexed(context, *field);
  try {
    for (const json::Value& value : query.values) out.docs |= documents_with(context, *field, value, false);
  } catch (const BadValue& bad) {
    context.refuse(bad.what());
  }
  return out;
}

Matches evaluate_ids(const QueryContext& context, const IdsQuery& query, float boost) {
  Matches out{context.none(), boost, {}};
  const auto field = context.segment.field(kIdField);
  if (!field || field->terms == nullptr) return out;
  for (const std::string& id : query.values) {
    if (const auto ordinal = field->terms->find(id)) add_all(out.docs, field->terms->postings(*ordinal));
  }
  return out;
}

}  // namespace standpipe::search
