// median_absolute_deviation: the median of how far values are from their median.
#include <cmath>

#include "search/embedded/aggregation/collector.h"
#include "search/embedded/aggregation/tdigest.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

class DeviationCollector final : public Collector {
 public:
  explicit DeviationCollector(const MedianAbsoluteDeviationAggregation& node)
      : node_(node), reader_(node.field, node.missing) {}

  void open(const QueryContext& context, const DocSet&) override {
    reader_.open(context);
    if (reader_.known() != nullptr && !reader_.numeric()) {
      throw illegal_argument("Field [" + node_.field + "] of type [" + std::string(reader_.known()->type->name) +
                             "] is not supported for aggregation [median_absolute_deviation]");
    }
  }
  void collect(const Rows& rows) override {
    if (reader_.known() == nullptr) return;
    reader_.load(rows.block);
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      const auto values = reader_.values(rows.docs[i]);
      if (values.empty()) continue;
      const uint32_t bucket = rows.buckets[i];
      if (digests_.size() <= bucket)
        digests_.resize(std::max<size_t>(bucket + 1, digests_.size() * 2), TDigest(node_.compression));
      for (const int64_t stored : values) digests_[bucket].add(reader_.number(stored));
    }
  }
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
    if (bucket >= digests_.size()) return std::nan("");
    const double median = digests_[bucket].quantile(0.5);
    TDigest away(node_.compression);
    digests_[bucket].each([&](double mean, double weight) { away.add(std::abs(mean - median), weight); });
    return away.quantile(0.5);
  }
  const MedianAbsoluteDeviationAggregation& node_;
  FieldReader reader_;
  std::vector<TDigest> digests_;
};

}  // namespace

std::unique_ptr<Collector> collect_median_absolute_deviation(const MedianAbsoluteDeviationAggregation& node) {
  return std::make_unique<DeviationCollector>(node);
}

}  // namespace standpipe::search
