// weighted_avg: the average of one field, each value counting as another field says.
#include <cmath>

#include "search/embedded/aggregation/collector.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

class WeightedAvgCollector final : public Collector {
 public:
  WeightedAvgCollector(const WeightedAvgAggregation& node, AggregationScope& scope)
      : value_(node.value_field, node.value_missing), weight_(node.weight_field, node.weight_missing), sums_(scope) {}

  void open(const QueryContext& context, const DocSet&) override {
    for (FieldReader* reader : {&value_, &weight_}) {
      reader->open(context);
      reader->require_numbers("weighted_avg");
    }
  }
  void collect(const Rows& rows) override {
    if (value_.known() == nullptr || weight_.known() == nullptr) return;
    value_.load(rows.block);
    weight_.load(rows.block);
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      const auto values = value_.values(rows.docs[i]), weights = weight_.values(rows.docs[i]);
      if (values.empty() || weights.empty()) continue;
      if (weights.size() > 1) {
        throw illegal_argument(
            "Encountered more than one weight for a single document. Use a script to combine multiple "
            "weights-per-doc into a single value.");
      }
      Sums& sums = sums_[rows.buckets[i]];
      const double weight = weight_.number(weights[0]);
      for (const int64_t stored : values) {
        sums.values += value_.number(stored) * weight;
        sums.weights += weight;
      }
    }
  }
  std::string_view type() const override { return "weighted_avg"; }
  json::Value result(uint32_t bucket) override {
    const double value = average(bucket);
    return json::Object{{"value", std::isfinite(value) ? json::Value(value) : json::Value()}};
  }
  std::optional<double> metric(uint32_t bucket, std::string_view name) override {
    return name == "value" ? std::optional(average(bucket)) : std::nullopt;
  }

 private:
  struct Sums {
    double values = 0, weights = 0;
  };
  double average(uint32_t bucket) const {
    const Sums* sums = sums_.find(bucket);
    return sums == nullptr ? std::nan("") : sums->values / sums->weights;
  }
  FieldReader value_, weight_;
  PerBucket<Sums> sums_;
};

}  // namespace

std::unique_ptr<Collector> collect_weighted_avg(const WeightedAvgAggregation& node, AggregationScope& scope) {
  return std::make_unique<WeightedAvgCollector>(node, scope);
}

}  // namespace standpipe::search
