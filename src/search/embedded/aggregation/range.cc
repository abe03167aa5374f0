// range and date_range: a bucket per given interval; intervals may overlap.
#include <algorithm>
#include <cmath>

#include "search/dsl/options.h"
#include "search/embedded/aggregation/intervals.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

class RangeCollector final : public IntervalsCollector {
 public:
  RangeCollector(const RangeAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : IntervalsCollector(node.field, node.keyed, aggregation, scope),
        node_(node),
        zone_(TimeZone::parse(node.time_zone)) {
    if (!node.format.empty()) format_ = DateFormat::parse(node.format);
    if (!node.dates) read_ranges(0);
  }

  void open(const QueryContext& context, const DocSet& live) override {
    IntervalsCollector::open(context, live);
    reader_.require_numbers(type());
    if (!format_ && reader_.known() != nullptr) format_ = reader_.known()->format;
    if (ranges_.empty()) read_ranges(context.now_ms);
  }

  std::string_view type() const override { return node_.dates ? "date_range" : "range"; }

  json::Value result(uint32_t parent) override {
    if (ranges_.empty()) read_ranges(0);
    return IntervalsCollector::result(parent);
  }

 private:
  struct Range {
    std::string key;
    double from, to;
  };

  size_t intervals() const override { return ranges_.size(); }
  bool contains(size_t interval, int64_t stored) override {
    const double value = reader_.number(stored);
    return value >= ranges_[interval].from && value < ranges_[interval].to;
  }
  const std::string& key(size_t interval) const override { return ranges_[interval].key; }
  void print_bounds(json::Object& bucket, size_t interval) const override {
    print_bound(bucket, "from", ranges_[interval].from);
    print_bound(bucket, "to", ranges_[interval].to);
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
