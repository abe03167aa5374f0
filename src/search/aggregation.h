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
// Cells of a grid over the earth with the points in them: geohash_grid, geotile_grid.
struct GeoGridAggregation {
  std::string field;
  bool tiles = false;
  int precision = 5;  // characters of a geohash, zoom of tiles
  uint32_t size = 10'000;
  std::optional<GeoBox> bounds;  // cells outside are left out
};
struct GeoBoundsAggregation {
  std::string field;
  bool wrap_longitude = true;  // the box may cross the date line if it is smaller then
};
struct GeoCentroidAggregation {
  std::string field;
};
// Values that are more frequent among the documents found than in the index.
struct SignificantTermsAggregation {
  enum class Heuristic { jlh, percentage, gnd, chi_square, mutual_information };
  std::string field;
  uint32_t size = 10;
  int64_t min_doc_count = 3;
  TermFilter include, exclude;
  QueryPtr background;  // what is compared with, instead of all documents; may be null
  Heuristic heuristic = Heuristic::jlh;
  bool include_negatives = false;  // chi_square, mutual_information: rarer values count too
};
struct MatrixStatsAggregation {
  std::vector<std::string> fields;
  std::vector<std::optional<json::Value>> missing;  // by field; documents without a value are left out
  std::string mode = "avg";                         // which of several values of a document
};
struct NestedAggregation {
  std::string path;
};
struct ReverseNestedAggregation {
  std::string path;  // empty: back to the documents
};
struct MetricAggregation {
  enum class Kind { avg, sum, min, max, stats, extended_stats, value_count, cardinality };
  Kind kind;
  std::string field;
  std::optional<json::Value> missing;
  uint32_t precision_threshold = 3000;  // cardinality
  double sigma = 2;                     // extended_stats: how many deviations away its bounds are
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
struct RareTermsAggregation {
  std::string field;
  int64_t doc_count_max = 1;
  TermFilter include, exclude;
  std::optional<json::Value> missing;
};
struct MultiTermsAggregation {
  struct Source {
    std::string field;
    std::optional<json::Value> missing;
  };
  std::vector<Source> terms;
  uint32_t size = 10;
  int64_t min_doc_count = 1;
  std::vector<BucketOrder> order;
};
struct CompositeAggregation {
  struct Source {
    enum class Kind { terms, histogram, date_histogram };
    std::string name;
    Kind kind = Kind::terms;
    std::string field;
    bool descending = false, missing_bucket = false;
    std::optional<bool> missing_first;  // absent: first if ascending
    double interval = 1;
    DateHistogramAggregation dates;
  };
  std::vector<Source> sources;
  uint32_t size = 10;
  std::optional<json::Object> after;
};
// A date_histogram whose interval is found out when the range of the values is known.
struct AutoDateHistogramAggregation {
  std::string field;
  uint32_t buckets = 10;
  std::string format, time_zone = "UTC", minimum_interval;
  std::optional<json::Value> missing;
};
struct IpRangeAggregation {
  struct Range {
    std::string key, from, to, mask;  // empty if not given
  };
  std::string field;
  bool keyed = false;
  std::vector<Range> ranges;
};
struct AdjacencyMatrixAggregation {
  std::vector<std::pair<std::string, QueryPtr>> filters;
  std::string separator = "&";
};
struct SamplerAggregation {
  uint32_t docs_max = 100;  // with the best scores, of each segment
};
struct MedianAbsoluteDeviationAggregation {
  std::string field;
  std::optional<json::Value> missing;
  double compression = 1000;
};
struct WeightedAvgAggregation {
  std::string value_field, weight_field;
  std::optional<json::Value> value_missing, weight_missing;
};
struct TopMetricsAggregation {
  std::vector<std::string> metrics;
  std::shared_ptr<const SearchRequest> request;
};
// Computed from what other aggregations answered.
struct PipelineAggregation {
  enum class Kind {
    derivative,  // from here on: of the buckets that it stands in
    cumulative_sum,
    moving_fn,
    serial_diff,
    bucket_script,
    bucket_selector,
    bucket_sort,
    avg_bucket,  // from here on: of an aggregation beside it
    sum_bucket,
    min_bucket,
    max_bucket,
    stats_bucket,
    extended_stats_bucket,
    percentiles_bucket
  };
  Kind kind;
  std::vector<std::pair<std::string, std::string>> paths;  // name (of a script's parameter) and path
  bool insert_zeros = false;                               // what a gap is; else it is left out
  std::string script;                                      // moving_fn's function, or an expression
  int64_t window = 0, shift = 0, lag = 1;
  int64_t unit_ms = 0;  // derivative
  double alpha = 0.3, sigma = 2;
  std::vector<BucketOrder> sort;
  uint32_t from = 0;
  std::optional<uint32_t> size;
  std::vector<double> percents;
  bool of_parent() const { return kind < Kind::avg_bucket; }
};
using AggregationNode =
    std::variant<TermsAggregation, DateHistogramAggregation, HistogramAggregation, RangeAggregation, FilterAggregation,
                 FiltersAggregation, MissingAggregation, GlobalAggregation, MetricAggregation, PercentilesAggregation,
                 TopHitsAggregation, RareTermsAggregation, MultiTermsAggregation, CompositeAggregation,
                 AutoDateHistogramAggregation, IpRangeAggregation, AdjacencyMatrixAggregation, SamplerAggregation,
                 MedianAbsoluteDeviationAggregation, WeightedAvgAggregation, TopMetricsAggregation, NestedAggregation,
                 ReverseNestedAggregation, GeoGridAggregation, GeoBoundsAggregation, GeoCentroidAggregation,
                 SignificantTermsAggregation, MatrixStatsAggregation, PipelineAggregation>;

struct Aggregation {
  std::string name;
  AggregationNode node;
  std::vector<Aggregation> children;
  std::optional<json::Value> meta;
};

}  // namespace standpipe::search
