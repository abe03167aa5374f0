// terms_set: documents with as many of the terms as one of their own fields says.
#include "search/embedded/query/query.h"

namespace standpipe::search {

Matches evaluate_terms_set(const QueryContext& context, const TermsSetQuery& query, float boost, bool scored) {
  Matches out{.docs = context.none(), .constant = boost};
  const FieldSpec* least = context.mapping.find(query.required_field);
  if (least == nullptr || !least->type->numeric()) {
    if (least == nullptr && context.mapping.find(query.field) == nullptr) return out;
    context.refuse("failed to find minimum_should_match field [" + query.required_field + "]");
  }
  std::vector<uint16_t> hits(context.docs());
  if (scored) out.scores.assign(context.docs(), 0);
  for (const json::Value& value : query.values) {
    const Matches part = evaluate_term(context, {query.field, value}, boost, scored);
    part.docs.each([&](uint32_t doc) {
      ++hits[doc];
      if (scored) out.scores[doc] += part.score(doc);
    });
  }
  const auto field = context.segment.field(least->path);
  if (!field || field->column == nullptr) return out;
  BlockValues block;
  for (uint32_t number = 0; number < block_count(context.docs()); ++number) {
    block.first = number * kBlockDocs;
    block.docs = std::min(kBlockDocs, context.docs() - block.first);
    field->column->decode(number, block);
    for (uint32_t row = 0; row < block.docs; ++row) {
      if (block.starts[row] == block.starts[row + 1]) continue;
      const double required = least->type->number(*least, block.values[block.starts[row]]);
      const uint16_t found = hits[block.first + row];
      if (found > 0 && found >= required) out.docs.add(block.first + row);
    }
  }
  return out;
}

}  // namespace standpipe::search
