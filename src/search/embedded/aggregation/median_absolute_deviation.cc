// median_absolute_deviation: the median of how far values are from their median.
#include <cmath>

#include "search/embedded/aggregation/digests.h"

namespace standpipe::search {
namespace {

class DeviationCollector final : public DigestCollector {
 public:
  DeviationCollector(const MedianAbsoluteDeviationAggregation& node, AggregationScope& scope)
      : DigestCollector(node.field, node.missing, node.compression, scope), node_(node) {}

  std::string_view type() const override { return "median_absolute_deviation"; }

  json::Value result(uint32_t bucket) override {
    const double value = deviation(bucket);
    return json::Object{{"value", std::isfinite(value) ? json::Value(value) : json::Value()}};
  }
  std::optional<double> metric(uint32_t bucket, std::string_view name) override {
    return name == "value" ? std::optional(deviation(bucket)) : std::nullopt;
  }

 private:
  double deviation(uint32_t bucket) {
    TDigest* seen = digest(bucket);
    if (seen == nullptr) return std::nan("");
    const double median = seen->quantile(0.5);
    TDigest away(node_.compression);
    seen->each([&](double mean, double weight) { away.add(std::abs(mean - median), weight); });
    return away.quantile(0.5);
  }
  std::string_view name() const override { return type(); }
  const MedianAbsoluteDeviationAggregation& node_;
};

}  // namespace

std::unique_ptr<Collector> collect_median_absolute_deviation(const MedianAbsoluteDeviationAggregation& node,
                                                             AggregationScope& scope) {
  return std::make_unique<DeviationCollector>(node, scope);
}

}  // namespace standpipe::search
