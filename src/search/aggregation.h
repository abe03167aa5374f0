// Parsed aggregations: a tree of named nodes, one alternative of AggregationNode per type. Made by dsl/aggregation.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "search/query.h"

namespace standpipe::search {

struct BucketOrder {
  std::string path;  // "_count", "_key", "child", "child.avg"
  bool descending = true;
};

struct SearchRequest;

// Which terms count: those of a list or that a regular expression matches, or one of several partitions of all terms.
struct TermFilter {
  std::vector<json::Value> values;
  std::optional<std::string> pattern;
  uint32_t partition = 0, partitions = 0;  // 0 partitions: not asked for
  bool given() const { return !values.empty() || pattern || partitions > 0; }
};

struct TermsAggregation {
  std::string field;
  uint32_t size = 10;
  int64_t min_doc_count = 1;
  std::vector<BucketOrder> order;  // at least one after parsing; ties are broken by key
  std::optional<json::Value> missing;
  TermFilter include, exclude;
};
struct DateHistogramAggregation {
  std::string field;
  std::string calendar_interval;  // "1d", "month" …; empty if fixed
  int64_t fixed_ms = 0;
  std::string time_zone;  // "UTC", "+09:00", "Asia/Tokyo"
  int64_t offset_ms = 0;
  std::string format;
  int64_t min_doc_count = 0;
  bool keyed = false;
  std::optional<std::pair<json::Value, json::Value>> extended_bounds, hard_bounds;
  std::optional<json::Value> missing;
  BucketOrder order{"_key", false};
};
struct HistogramAggregation {
  std::string field;
  double interval = 1, offset = 0;
  int64_t min_doc_count = 0;
  bool keyed = false;
  std::optional<std::pair<double, double>> extended_bounds, hard_bounds;
  std::optional<json::Value> missing;
  BucketOrder order{"_key", false};
};
struct RangeAggregation {
  struct Range {
    std::string key;  // empty: made from the bounds
    std::optional<json::Value> from, to;
  };
  std::string field;
  bool dates = false;
  bool keyed = false;
  std::string format, time_zone;
  std::vector<Range> ranges;
};
struct FilterAggregation {
  QueryPtr filter;
};
struct FiltersAggregation {
  std::vector<std::pair<std::string, QueryPtr>> filters;  // names are empty for anonymous filters
  bool keyed = true;
  std::optional<std::string> other_bucket_key;
};
struct MissingAggregation {
  std::string field;
};
struct GlobalAggregation {};
struct MetricAggregation {
  enum class Kind { avg, sum, min, max, stats, extended_stats, value_count, cardinality };
  Kind kind;
  std::string field;
  std::optional<json::Value> missing;
  uint32_t precision_threshold = 3000;  // cardinality
};
struct PercentilesAggregation {
  std::string field;
  std::optional<json::Value> missing;
  bool ranks = false;          // percentile_ranks: `points` are values
  std::vector<double> points;  // percentiles: 0 … 100
  bool keyed = true, hdr = false;
  double compression = 100;
};
struct TopHitsAggregation {
  std::shared_ptr<const SearchRequest> request;  // from, size, sort, and what hits show
};
using AggregationNode =
    std::variant<TermsAggregation, DateHistogramAggregation, HistogramAggregation, RangeAggregation, FilterAggregation,
                 FiltersAggregation, MissingAggregation, GlobalAggregation, MetricAggregation, PercentilesAggregation,
                 TopHitsAggregation>;

struct Aggregation {
  std::string name;
  AggregationNode node;
  std::vector<Aggregation> children;
  std::optional<json::Value> meta;
};

}  // namespace standpipe::search
