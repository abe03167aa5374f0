// top_hits: the best hits of each bucket.
#include "search/embedded/aggregation/best_rows.h"
#include "search/hit_text.h"

namespace standpipe::search {
namespace {

class TopHitsCollector final : public BestRows {
 public:
  using BestRows::BestRows;
  std::string_view type() const override { return "top_hits"; }

  json::Value result(uint32_t number) override {
    const Bucket& shown = bucket(number);
    json::Array hits;
    for (size_t i = request_.from; i < shown.best.size(); ++i) {
      std::string text;
      append_hit(text, scope_.fetch(shown.best[i], request_));
      hits.push_back(json::parse(text));
    }
    const json::Value best =
        shown.score_max ? json::Value(static_cast<double>(*shown.score_max)) : json::Value();
    json::Object total{{"value", json::Value(shown.total)}, {"relation", "eq"}};
    json::Object out{{"total", std::move(total)}, {"max_score", best}, {"hits", std::move(hits)}};
    return json::Object{{"hits", std::move(out)}};
  }
};

}  // namespace

std::unique_ptr<Collector> collect_top_hits(const TopHitsAggregation& node, AggregationScope& scope) {
  return std::make_unique<TopHitsCollector>(*node.request, scope);
}

}  // namespace standpipe::search
