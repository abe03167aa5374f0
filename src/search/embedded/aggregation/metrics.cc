// avg, sum, min, max, stats, extended_stats, value_count.
#include <algorithm>
#include <cmath>
#include <limits>

#include "search/embedded/aggregation/collector.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

using Kind = MetricAggregation::Kind;
constexpr std::string_view kNames[] = {"avg", "sum", "min", "max", "stats", "extended_stats", "value_count"};

struct Statistics {
  int64_t count = 0;
  double sum = 0, lost = 0;  // Kahan: what rounding took from the sum
  double squares = 0;
  double min = std::numeric_limits<double>::infinity(), max = -std::numeric_limits<double>::infinity();

  void add(double value) {
    ++count;
    const double corrected = value - lost, next = sum + corrected;
    lost = (next - sum) - corrected;
    sum = next;
    squares += value * value;
    min = std::min(min, value);
    max = std::max(max, value);
  }
  double average() const {
    return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
  }
  double variance() const {
    if (count == 0) return std::numeric_limits<double>::quiet_NaN();
    const auto n = static_cast<double>(count);
    return std::max(0.0, (squares - sum * sum / n) / n);
  }
};

class MetricCollector final : public Collector {
 public:
  MetricCollector(const MetricAggregation& node, AggregationScope& scope)
      : node_(node), reader_(node.field, node.missing), buckets_(scope) {}

  void open(const QueryContext& context, const DocSet&) override {
    reader_.open(context);
    if (node_.kind != Kind::value_count) reader_.require_numbers(type());
  }

  void collect(const Rows& rows) override {
    if (reader_.known() == nullptr) return;
    reader_.load(rows.block);
    const bool numbers = reader_.numeric();
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      const auto values = reader_.values(rows.docs[i]);
      if (values.empty()) continue;
      Statistics& into = buckets_[rows.buckets[i]];
      if (numbers) {
        for (const int64_t stored : values) into.add(reader_.number(stored));
      } else {
        into.count += static_cast<int64_t>(values.size());
      }
    }
  }

  std::string_view type() const override { return kNames[static_cast<size_t>(node_.kind)]; }

  json::Value result(uint32_t bucket) override {
    const Statistics seen = statistics(bucket);
    json::Object out;
    switch (node_.kind) {
      case Kind::value_count: out.append("value", seen.count); break;
      case Kind::sum: print(out, "value", seen.sum); break;
      case Kind::avg: print(out, "value", seen.average()); break;
      case Kind::min: print(out, "value", seen.min); break;
      case Kind::max: print(out, "value", seen.max); break;
      default:
        out.append("count", seen.count);
        print(out, "min", seen.min);
        print(out, "max", seen.max);
        print(out, "avg", seen.average());
        print(out, "sum", seen.sum);
        if (node_.kind == Kind::extended_stats) print_extended(out, seen, node_.sigma);
    }
    if (reader_.known() != nullptr && reader_.known()->type->date() && node_.kind != Kind::value_count)
      print_dates(out);
    return out;
  }

  std::optional<double> metric(uint32_t bucket, std::string_view name) override {
    const Statistics seen = statistics(bucket);
    const bool several = node_.kind == Kind::stats || node_.kind == Kind::extended_stats;
    if (!several && name != "value") return std::nullopt;
    const auto is = [&](Kind kind, std::string_view word) { return several ? name == word : node_.kind == kind; };
    const auto finite = [](double value) {
      return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
    };
    if (is(Kind::avg, "avg")) return seen.average();
    if (is(Kind::sum, "sum")) return seen.sum;
    if (is(Kind::min, "min")) return finite(seen.min);
    if (is(Kind::max, "max")) return finite(seen.max);
    if (is(Kind::value_count, "count")) return static_cast<double>(seen.count);
    if (node_.kind == Kind::extended_stats && (name == "variance" || name == "std_deviation"))
      return name == "variance" ? seen.variance() : std::sqrt(seen.variance());
    return std::nullopt;
  }

 private:
  Statistics statistics(uint32_t bucket) const {
    const Statistics* seen = buckets_.find(bucket);
    return seen == nullptr ? Statistics{} : *seen;
  }
  static void print(json::Object& out, const char* name, double value) {
    out.append(name, std::isfinite(value) ? json::Value(value) : json::Value());
  }

  void print_dates(json::Object& out) const {
    json::Object texts;
    for (const auto& [name, value] : out) {
      if (value.is_double())
        texts.append(name + "_as_string", reader_.known()->format->print(static_cast<int64_t>(value.number())));
    }
    for (const auto& [name, text] : texts) out.append(name, text);
  }

  static void print_extended(json::Object& out, const Statistics& seen, double sigma) {
    const double variance = seen.variance(), deviation = std::sqrt(variance);
    const auto n = static_cast<double>(seen.count);
    const double sampling = seen.count < 2 ? std::numeric_limits<double>::quiet_NaN() : variance * n / (n - 1);
    if (seen.count == 0)
      out.append("sum_of_squares", json::Value());
    else
      print(out, "sum_of_squares", seen.squares);
    print(out, "variance", variance);
    print(out, "variance_population", variance);
    print(out, "variance_sampling", sampling);
    print(out, "std_deviation", deviation);
    print(out, "std_deviation_population", deviation);
    print(out, "std_deviation_sampling", std::sqrt(sampling));
    json::Object bounds;
    print(bounds, "upper", seen.average() + sigma * deviation);
    print(bounds, "lower", seen.average() - sigma * deviation);
    print(bounds, "upper_population", seen.average() + sigma * deviation);
    print(bounds, "lower_population", seen.average() - sigma * deviation);
    print(bounds, "upper_sampling", seen.average() + sigma * std::sqrt(sampling));
    print(bounds, "lower_sampling", seen.average() - sigma * std::sqrt(sampling));
    out.append("std_deviation_bounds", std::move(bounds));
  }

  const MetricAggregation& node_;
  FieldReader reader_;
  PerBucket<Statistics> buckets_;
};

}  // namespace

std::unique_ptr<Collector> collect_metric(const MetricAggregation& node, AggregationScope& scope) {
  return std::make_unique<MetricCollector>(node, scope);
}

}  // namespace standpipe::search
