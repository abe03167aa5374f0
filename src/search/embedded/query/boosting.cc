// boosting: what matches the negative query too counts less.
#include "search/embedded/query/query.h"

namespace standpipe::search {

Matches evaluate_boosting(const QueryContext& context, const BoostingQuery& query, float boost, bool scored) {
  Matches out = evaluate(context, *query.positive, scored);
  const Matches negative = evaluate(context, *query.negative, false);  // wrong queries are refused also if unscored
  if (!scored) return out;
  if (out.scores.empty()) out.scores.assign(context.docs(), out.constant);
  out.docs.each(
      [&](uint32_t doc) { out.scores[doc] *= negative.docs.contains(doc) ? boost * query.negative_boost : boost; });
  return out;
}

}  // namespace standpipe::search
