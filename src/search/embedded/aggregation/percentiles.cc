// percentiles and percentile_ranks, from a t-digest per bucket.
#include <cmath>

#include "base/bytes.h"
#include "search/embedded/aggregation/digests.h"

namespace standpipe::search {
namespace {

class PercentilesCollector final : public DigestCollector {
 public:
  PercentilesCollector(const PercentilesAggregation& node, AggregationScope& scope)
      : DigestCollector(node.field, node.missing, node.compression, scope), node_(node) {}

  std::string_view type() const override {
    if (node_.hdr) return node_.ranks ? "hdr_percentile_ranks" : "hdr_percentiles";
    return node_.ranks ? "tdigest_percentile_ranks" : "tdigest_percentiles";
  }

  json::Value result(uint32_t bucket) override {
    json::Object keyed;
    json::Array list;
    for (const double point : node_.points) {
      const double value = at(bucket, point);
      const json::Value shown = std::isfinite(value) ? json::Value(value) : json::Value();
      json::Object one{{"key", point}, {"value", shown}};
      const std::string key = json::print(json::Value(point));
      keyed.append(key, shown);
      if (!node_.ranks && reader_.known() != nullptr && reader_.known()->type->date() && std::isfinite(value)) {
        const std::string text = reader_.known()->format->print(static_cast<int64_t>(value));
        keyed.append(key + "_as_string", text);
        one.append("value_as_string", text);
      }
      list.push_back(std::move(one));
    }
    return json::Object{{"values", node_.keyed ? json::Value(std::move(keyed)) : json::Value(std::move(list))}};
  }

  std::optional<double> metric(uint32_t bucket, std::string_view name) override {
    const auto point = parse_double(name);
    if (!point) return std::nullopt;
    return at(bucket, *point);
  }

 private:
  double at(uint32_t bucket, double point) {
    TDigest* seen = digest(bucket);
    if (seen == nullptr) return std::nan("");
    return node_.ranks ? seen->rank(point) * 100 : seen->quantile(point / 100);
  }
  std::string_view name() const override { return node_.ranks ? "percentile_ranks" : "percentiles"; }

  const PercentilesAggregation& node_;
};

}  // namespace

std::unique_ptr<Collector> collect_percentiles(const PercentilesAggregation& node, AggregationScope& scope) {
  return std::make_unique<PercentilesCollector>(node, scope);
}

}  // namespace standpipe::search
