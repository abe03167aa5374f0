#include "search/embedded/auto_interval.h"

#include <algorithm>

#include "search/embedded/aggregation/date_rounding.h"
#include "search/embedded/aggregation/pipeline.h"

namespace standpipe::search {
namespace {

constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

struct Interval {
  const char* name;      // as answers show it
  const char* calendar;  // null: fixed
  int64_t fixed_ms;
  const char* unit;  // for minimum_interval
};
// Finest first. Of calendar units only single ones can be histograms; their multiples are fixed lengths of days.
constexpr Interval kIntervals[] = {
    {"1s", nullptr, kSecond, "second"},       {"5s", nullptr, 5 * kSecond, "second"},
    {"10s", nullptr, 10 * kSecond, "second"}, {"30s", nullptr, 30 * kSecond, "second"},
    {"1m", nullptr, kMinute, "minute"},       {"5m", nullptr, 5 * kMinute, "minute"},
    {"10m", nullptr, 10 * kMinute, "minute"}, {"30m", nullptr, 30 * kMinute, "minute"},
    {"1h", nullptr, kHour, "hour"},           {"3h", nullptr, 3 * kHour, "hour"},
    {"12h", nullptr, 12 * kHour, "hour"},     {"1d", "day", kDay, "day"},
    {"7d", nullptr, 7 * kDay, "day"},         {"1M", "month", 30 * kDay, "month"},
    {"3M", "quarter", 91 * kDay, "month"},    {"1y", "year", 365 * kDay, "year"}};
constexpr std::string_view kUnits[] = {"second", "minute", "hour", "day", "month", "year"};

size_t rank(std::string_view unit) {
  return static_cast<size_t>(std::find(std::begin(kUnits), std::end(kUnits), unit) - std::begin(kUnits));
}

DateHistogramAggregation histogram(const AutoDateHistogramAggregation& node, const Interval& interval) {
  DateHistogramAggregation out{.field = node.field};
  if (interval.calendar != nullptr)
    out.calendar_interval = interval.calendar;
  else
    out.fixed_ms = interval.fixed_ms;
  out.time_zone = node.time_zone;
  out.format = node.format;
  out.missing = node.missing;
  return out;
}

DateHistogramAggregation choose(const AutoDateHistogramAggregation& node, int64_t from, int64_t to) {
  const size_t least = node.minimum_interval.empty() ? 0 : rank(node.minimum_interval);
  for (const Interval& interval : kIntervals) {
    if (rank(interval.unit) < least) continue;
    const DateHistogramAggregation candidate = histogram(node, interval);
    if ((to - from) / interval.fixed_ms > int64_t{node.buckets} + 1) continue;
    const DateRounding rounding(candidate);
    uint32_t count = 1;
    for (int64_t key = rounding.floor(from); key < rounding.floor(to) && count <= node.buckets;
         key = rounding.next(key))
      ++count;
    if (count <= node.buckets) return candidate;
  }
  return histogram(node, kIntervals[std::size(kIntervals) - 1]);
}

const char* name_of(const DateHistogramAggregation& node) {
  for (const Interval& interval : kIntervals) {
    const bool calendar = interval.calendar != nullptr;
    if (calendar ? node.calendar_interval == interval.calendar : node.fixed_ms == interval.fixed_ms)
      return interval.name;
  }
  return "";
}

std::vector<Aggregation> probes(const std::vector<Aggregation>& aggregations) {
  std::vector<Aggregation> out;
  for (const Aggregation& aggregation : aggregations) {
    if (const auto* node = std::get_if<AutoDateHistogramAggregation>(&aggregation.node)) {
      MetricAggregation range{.kind = MetricAggregation::Kind::stats, .field = node->field, .missing = node->missing};
      out.push_back({aggregation.name, std::move(range), {}, {}});
    } else if (wants_intervals(aggregation.children)) {
      out.push_back({aggregation.name, aggregation.node, probes(aggregation.children), {}});
    }
  }
  return out;
}

// The widest range that any bucket shows.
void widen(const json::Value& result, int64_t& from, int64_t& to) {
  const json::Value *min = result.find("min"), *max = result.find("max");
  if (min == nullptr || max == nullptr || !min->is_number() || !max->is_number()) return;
  from = std::min(from, static_cast<int64_t>(min->number()));
  to = std::max(to, static_cast<int64_t>(max->number()));
}

std::vector<Aggregation> replaced(const std::vector<Aggregation>& aggregations,
                                  std::vector<const json::Object*> results) {
  std::vector<Aggregation> out = aggregations;
  for (Aggregation& aggregation : out) {
    std::vector<const json::Object*> inner;
    int64_t from = INT64_MAX, to = INT64_MIN;
    for (const json::Object* result : results) {
      const json::Value* found = find_result(*result, aggregation.name);
      if (found == nullptr || !found->is_object()) continue;
      widen(*found, from, to);
      const json::Value* buckets = found->find("buckets");
      if (buckets == nullptr) {
        inner.push_back(&found->object());
      } else if (buckets->is_array()) {
        for (const json::Value& bucket : buckets->array()) inner.push_back(&bucket.object());
      } else {
        for (const auto& [name, bucket] : buckets->object()) inner.push_back(&bucket.object());
      }
    }
    aggregation.children = replaced(aggregation.children, inner);
    if (const auto* node = std::get_if<AutoDateHistogramAggregation>(&aggregation.node)) {
      const AutoDateHistogramAggregation wanted = *node;
      aggregation.node = from <= to ? choose(wanted, from, to) : choose(wanted, 0, 0);
    }
  }
  return out;
}

}  // namespace

bool wants_intervals(const std::vector<Aggregation>& aggregations) {
  return std::any_of(aggregations.begin(), aggregations.end(), [](const Aggregation& aggregation) {
    return std::holds_alternative<AutoDateHistogramAggregation>(aggregation.node) ||
           wants_intervals(aggregation.children);
  });
}

SearchRequest with_intervals(const SearchRequest& request,
                             const std::function<SearchResponse(const SearchRequest&)>& run) {
  SearchRequest probe;
  probe.query = request.query;
  probe.min_score = request.min_score;
  probe.size = 0;
  probe.aggregations = probes(request.aggregations);
  const SearchResponse found = run(probe);
  SearchRequest out = request;
  const json::Object nothing;
  out.aggregations =
      replaced(request.aggregations, {found.aggregations.is_object() ? &found.aggregations.object() : &nothing});
  return out;
}

void show_intervals(const std::vector<Aggregation>& original, const std::vector<Aggregation>& chosen,
                    json::Object& results, bool typed_keys) {
  for (size_t i = 0; i < original.size(); ++i) {
    auto* result = const_cast<json::Value*>(find_result(results, original[i].name));
    if (result == nullptr || !result->is_object()) continue;
    if (std::holds_alternative<AutoDateHistogramAggregation>(original[i].node)) {
      result->object().append("interval", name_of(std::get<DateHistogramAggregation>(chosen[i].node)));
      if (typed_keys) {
        for (auto& [name, value] : results) {
          if (&value == result) name = "auto_date_histogram#" + original[i].name;
        }
      }
    }
    json::Value* buckets = result->object().find("buckets");
    if (buckets == nullptr) {
      show_intervals(original[i].children, chosen[i].children, result->object(), typed_keys);
    } else if (buckets->is_array()) {
      for (json::Value& bucket : buckets->array())
        show_intervals(original[i].children, chosen[i].children, bucket.object(), typed_keys);
    } else {
      for (auto& [name, bucket] : buckets->object())
        show_intervals(original[i].children, chosen[i].children, bucket.object(), typed_keys);
    }
  }
}

}  // namespace standpipe::search
