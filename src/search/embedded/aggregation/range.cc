// range and date_range: a bucket per given interval; intervals may overlap.
#include <algorithm>
#include <cmath>

#include "search/dsl/options.h"
#include "search/embedded/aggregation/collector.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

class RangeCollector final : public BucketCollector {
 public:
  RangeCollector(const RangeAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), node_(node), reader_(node.field), zone_(TimeZone::parse(node.time_zone)) {
    if (!node.format.empty()) format_ = DateFormat::parse(node.format);
    if (!node.dates) read_ranges(0);
  }

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    reader_.open(context);
    if (reader_.known() != nullptr && !reader_.numeric()) {
      throw illegal_argument("Field [" + node_.field + "] of type [" + std::string(reader_.known()->type->name) +
                             "] is not supported for aggregation [" + (node_.dates ? "date_range" : "range") + "]");
    }
    if (!format_ && reader_.known() != nullptr) format_ = reader_.known()->format;
    if (ranges_.empty()) read_ranges(context.now_ms);
  }

  void collect(const Rows& rows) override {
    begin(rows);
    reader_.load(rows.block);
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      const auto values = reader_.values(rows.docs[i]);
      for (uint32_t r = 0; r < ranges_.size(); ++r) {
        const bool inside = std::any_of(values.begin(), values.end(), [&](int64_t stored) {
          const double value = reader_.number(stored);
          return value >= ranges_[r].from && value < ranges_[r].to;
        });
        if (inside) count(rows.docs[i], bucket_of(rows.buckets[i], r));
      }
    }
    pass_on();
  }

  std::string_view type() const override { return node_.dates ? "date_range" : "range"; }

  json::Value result(uint32_t parent) override {
    if (ranges_.empty()) read_ranges(0);
    scope_.answer(ranges_.size());
    json::Array list;
    json::Object keyed;
    for (uint32_t r = 0; r < ranges_.size(); ++r) {
      json::Object bucket;
      if (!node_.keyed) bucket.append("key", ranges_[r].key);
      print_bound(bucket, "from", ranges_[r].from);
      print_bound(bucket, "to", ranges_[r].to);
      print_into(bucket, bucket_of(parent, r));
      if (node_.keyed)
        keyed.append(ranges_[r].key, std::move(bucket));
      else
        list.push_back(std::move(bucket));
    }
    return json::Object{{"buckets", node_.keyed ? json::Value(std::move(keyed)) : json::Value(std::move(list))}};
  }

 private:
  struct Range {
    std::string key;
    double from, to;
  };

  uint32_t bucket_of(uint32_t parent, uint32_t range) {
    if (parent == UINT32_MAX) return UINT32_MAX;  // a bucket that was made to fill a gap
    const uint64_t bucket = uint64_t{parent} * ranges_.size() + range;
    if (bucket >= kCollectedMax) scope_.collect(kCollectedMax + 1);
    return static_cast<uint32_t>(bucket);
  }

  double read_bound(const json::Value& value, int64_t now_ms) const {
    if (node_.dates && !value.is_number()) {
      const DateFormat& format = format_ ? *format_ : *DateFormat::standard();
      return static_cast<double>(read_date_math(Scalar::of(value).text(), now_ms, format, zone_, false));
    }
    const auto number = dsl::as_number(value);
    if (!number) throw parsing_exception("Failed to parse range bound [" + json::print(value) + "]");
    return *number;
  }
  std::string spell(double bound) const {
    if (std::isinf(bound)) return "*";
    if (!node_.dates) return json::print(json::Value(bound));
    return (format_ ? *format_ : *DateFormat::standard()).print(static_cast<int64_t>(bound), zone_);
  }

  void read_ranges(int64_t now_ms) {
    for (const auto& given : node_.ranges) {
      Range range{given.key, given.from ? read_bound(*given.from, now_ms) : -INFINITY,
                  given.to ? read_bound(*given.to, now_ms) : INFINITY};
      if (range.key.empty()) range.key = spell(range.from) + "-" + spell(range.to);
      ranges_.push_back(std::move(range));
    }
    std::stable_sort(ranges_.begin(), ranges_.end(),
                     [](const Range& a, const Range& b) { return a.from != b.from ? a.from < b.from : a.to < b.to; });
  }

  void print_bound(json::Object& bucket, const std::string& name, double bound) const {
    if (std::isinf(bound)) return;
    bucket.append(name, bound);
    if (node_.dates) bucket.append(name + "_as_string", spell(bound));
  }

  const RangeAggregation& node_;
  FieldReader reader_;
  TimeZone zone_;
  std::shared_ptr<const DateFormat> format_;
  std::vector<Range> ranges_;
};

}  // namespace

std::unique_ptr<Collector> collect_range(const RangeAggregation& node, const Aggregation& aggregation,
                                         AggregationScope& scope) {
  return std::make_unique<RangeCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
