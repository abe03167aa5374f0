// Queries made of queries: bool, constant_score, dis_max.
#include <algorithm>

#include "search/embedded/query/query.h"

namespace standpipe::search {
namespace {

// Adds up scores; constants stay constants as long as they can.
class ScoreSum {
 public:
  ScoreSum(uint32_t docs, float boost) : docs_(docs), boost_(boost) {}
  void add(const Matches& part, bool everywhere) {
    if (part.scores.empty() && everywhere) {
      constant_ += part.constant;
      return;
    }
    if (scores_.empty()) scores_.assign(docs_, 0);
    part.docs.each([&](uint32_t doc) { scores_[doc] += part.score(doc); });
  }
  void finish(Matches& out) {
    out.constant = constant_ * boost_;
    for (float& score : scores_) score = (score + constant_) * boost_;
    out.scores = std::move(scores_);
  }

 private:
  uint32_t docs_;
  float boost_, constant_ = 0;
  std::vector<float> scores_;
};

// Documents that match at least `required` of the optional clauses; their scores are added.
DocSet match_optional(const QueryContext& context, const BoolQuery& query, int required, bool scored,
                      ScoreSum& scores) {
  DocSet out = context.none();
  std::vector<uint16_t> hits(required > 1 ? context.docs() : 0);
  for (const QueryPtr& clause : query.should) {
    const Matches part = evaluate(context, *clause, scored);
    out |= part.docs;
    if (!hits.empty()) part.docs.each([&](uint32_t doc) { ++hits[doc]; });
    if (scored) scores.add(part, false);
  }
  for (uint32_t doc = 0; doc < hits.size(); ++doc) {
    if (hits[doc] > 0 && hits[doc] < required) out.remove(doc);
  }
  return out;
}

}  // namespace

Matches evaluate_bool(const QueryContext& context, const BoolQuery& query, float boost, bool scored) {
  Matches out{.docs = DocSet(context.docs(), true)};
  ScoreSum scores(context.docs(), boost);
  for (const QueryPtr& clause : query.must) {
    const Matches part = evaluate(context, *clause, scored);
    out.docs &= part.docs;
    if (scored) scores.add(part, true);
  }
  for (const QueryPtr& clause : query.filter) out.docs &= evaluate(context, *clause, false).docs;
  const bool alone = query.must.empty() && query.filter.empty();
  const int optional = static_cast<int>(query.should.size());
  const int least = alone && optional > 0 ? 1 : 0;  // also where fewer are asked for
  int required = least;
  if (query.minimum_should_match && optional > 0) {
    required = std::max(least, query.minimum_should_match->required(optional));
  }
  if (required > optional) return {context.none()};
  if (optional > 0 && (required > 0 || scored)) {
    const DocSet any = match_optional(context, query, required, scored, scores);
    if (required > 0) out.docs &= any;
  }
  for (const QueryPtr& clause : query.must_not) out.docs -= evaluate(context, *clause, false).docs;
  // A filter alone scores nothing; only exclusions, or nothing at all, is match_all.
  if (scored && alone && optional == 0)
    out.constant = query.must_not.empty() ? boost : 0;
  else if (scored)
    scores.finish(out);
  return out;
}

Matches evaluate_constant_score(const QueryContext& context, const ConstantScoreQuery& query, float boost) {
  return {evaluate(context, *query.filter, false).docs, boost, {}};
}

Matches evaluate_dis_max(const QueryContext& context, const DisMaxQuery& query, float boost, bool scored) {
  BestOf best(context.docs(), query.tie_breaker, scored);
  for (const QueryPtr& inner : query.queries) {
    Matches part = evaluate(context, *inner, scored);
    part.constant *= boost;
    for (float& score : part.scores) score *= boost;
    best.add(std::move(part));
  }
  return best.take();
}

}  // namespace standpipe::search
