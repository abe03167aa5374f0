// top_metrics: numbers of the best documents of each bucket.
#include <cmath>

#include "search/dsl/options.h"
#include "search/embedded/aggregation/best_rows.h"

namespace standpipe::search {
namespace {

class TopMetricsCollector final : public BestRows {
 public:
  TopMetricsCollector(const TopMetricsAggregation& node, AggregationScope& scope)
      : BestRows(*node.request, scope), node_(node) {}
  std::string_view type() const override { return "top_metrics"; }

  json::Value result(uint32_t number) override {
    json::Array top;
    for (const Candidate& candidate : bucket(number).best) {
      const Hit hit = scope_.fetch(candidate, request_);
      json::Object metrics;
      for (const std::string& metric : node_.metrics) metrics.append(metric, value_of(hit, metric));
      top.push_back(json::Object{{"sort", hit.sort}, {"metrics", std::move(metrics)}});
    }
    return json::Object{{"top", std::move(top)}};
  }
  std::optional<double> metric(uint32_t number, std::string_view name) override {
    const Bucket& shown = bucket(number);
    if (shown.best.empty()) return std::nan("");
    return dsl::as_number(value_of(scope_.fetch(shown.best.front(), request_), name));
  }

 private:
  static json::Value value_of(const Hit& hit, std::string_view metric) {
    const json::Value* values = hit.fields.find(metric);
    return values == nullptr || values->array().empty() ? json::Value() : values->array().front();
  }
  const TopMetricsAggregation& node_;
};

}  // namespace

std::unique_ptr<Collector> collect_top_metrics(const TopMetricsAggregation& node, AggregationScope& scope) {
  return std::make_unique<TopMetricsCollector>(node, scope);
}

}  // namespace standpipe::search
