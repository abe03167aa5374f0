// Parsed aggregations: a tree of named nodes, one alternative of AggregationNode per type. Made by dsl/aggregation.h.
#pragma once

#include <cstdint>
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

struct TermsAggregation {
  std::string field;
  uint32_t size = 10;
  int64_t min_doc_count = 1;
  std::vector<BucketOrder> order;  // at least one after parsing; ties are broken by key
  std::optional<json::Value> missing;
  // Exact values or regular-expression-free patterns are not offered: only lists of values.
  std::vector<json::Value> include, exclude;
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
using AggregationNode =
    std::variant<TermsAggregation, DateHistogramAggregation, HistogramAggregation, RangeAggregation, FilterAggregation,
                 FiltersAggregation, MissingAggregation, GlobalAggregation, MetricAggregation>;

struct Aggregation {
  std::string name;
  AggregationNode node;
  std::vector<Aggregation> children;
  std::optional<json::Value> meta;
};

}  // namespace standpipe::search
