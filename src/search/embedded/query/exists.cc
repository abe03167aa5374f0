// exists: documents with any value in a field, or below an object.
#include "search/embedded/query/query.h"

namespace standpipe::search {
namespace {

void add_documents(const QueryContext& context, const SegmentField& field, DocSet& into) {
  for (uint32_t doc = 0; doc < field.norms.size() && doc < context.docs(); ++doc) {
    if (field.norms[doc] != 0) into.add(doc);
  }
  if (field.column == nullptr) return;
  BlockValues block;
  for (uint32_t number = 0; number < block_count(context.docs()); ++number) {
    const Zone zone = field.column->zone(number);
    block.first = number * kBlockDocs;
    block.docs = std::min(kBlockDocs, context.docs() - block.first);
    if (zone.values == 0) continue;
    if (zone.each_has_one) {
      into.add_range(block.first, block.first + block.docs);
      continue;
    }
    field.column->decode(number, block);
    for (uint32_t row = 0; row < block.docs; ++row) {
      if (block.starts[row] != block.starts[row + 1]) into.add(block.first + row);
    }
  }
}

}  // namespace

Matches evaluate_exists(const QueryContext& context, const ExistsQuery& query, float boost) {
  Matches out{context.none(), boost, {}};
  if (query.field == kIdField || query.field == "_index" || query.field == kSeqNoField || query.field == "_source") {
    return {DocSet(context.docs(), true), boost, {}};
  }
  std::vector<const FieldSpec*> fields = context.mapping.match(query.field);
  if (fields.empty() && context.mapping.is_object(query.field)) fields = context.mapping.match(query.field + ".*");
  for (const FieldSpec* spec : fields) {
    if (const auto field = context.segment.field(spec->path)) add_documents(context, *field, out.docs);
  }
  return out;
}

}  // namespace standpipe::search
