// Queries on fields that hold ranges: each different range is a term, and the query looks at all of them.
#include "search/embedded/query/query.h"
#include "search/error.h"

namespace standpipe::search {

DocSet match_ranges(const QueryContext& context, const FieldSpec& spec, const RangeQuery& query) {
  DocSet out = context.none();
  const auto wanted = read_query_range(spec, query.from, query.to, query.include_from, query.include_to,
                                       query.time_zone, context.now_ms);
  const auto field = context.segment.field(spec.path);
  if (!wanted || !field || field->terms == nullptr) return out;
  field->terms->visit("", [&](std::string_view term, uint32_t ordinal) {
    const ValueRange held = unpack_range(term);
    const bool apart = held.to < wanted->from || held.from > wanted->to;
    const bool within = held.from >= wanted->from && held.to <= wanted->to;
    const bool contains = held.from <= wanted->from && held.to >= wanted->to;
    const bool fits = query.relation == RangeQuery::Relation::within     ? within
                      : query.relation == RangeQuery::Relation::contains ? contains
                                                                         : !apart;
    if (fits) add_all(out, field->terms->postings(ordinal));
    return true;
  });
  return out;
}

}  // namespace standpipe::search
