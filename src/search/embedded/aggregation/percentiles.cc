// percentiles and percentile_ranks, from a t-digest per bucket.
#include <cmath>

#include "base/bytes.h"
#include "search/embedded/aggregation/collector.h"
#include "search/embedded/aggregation/tdigest.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

class PercentilesCollector final : public Collector {
 public:
  explicit PercentilesCollector(const PercentilesAggregation& node) : node_(node), reader_(node.field, node.missing) {}

  void open(const QueryContext& context, const DocSet&) override {
    reader_.open(context);
    if (reader_.known() != nullptr && !reader_.numeric()) {
      throw illegal_argument("Field [" + node_.field + "] of type [" + std::string(reader_.known()->type->name) +
                             "] is not supported for aggregation [" +
                             (node_.ranks ? "percentile_ranks" : "percentiles") + "]");
    }
  }

  void collect(const Rows& rows) override {
    if (reader_.known() == nullptr) return;
    reader_.load(rows.block);
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      const auto values = reader_.values(rows.docs[i]);
      if (values.empty()) continue;
      const uint32_t bucket = rows.buckets[i];
      if (digests_.size() <= bucket) {
        digests_.resize(std::max<size_t>(bucket + 1, digests_.size() * 2), TDigest(node_.compression));
      }
      for (const int64_t stored : values) digests_[bucket].add(reader_.number(stored));
    }
  }

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
    if (bucket >= digests_.size()) return std::nan("");
    return node_.ranks ? digests_[bucket].rank(point) * 100 : digests_[bucket].quantile(point / 100);
  }

  const PercentilesAggregation& node_;
  FieldReader reader_;
  std::vector<TDigest> digests_;
};

}  // namespace

std::unique_ptr<Collector> collect_percentiles(const PercentilesAggregation& node) {
  return std::make_unique<PercentilesCollector>(node);
}

}  // namespace standpipe::search
