// The aggregation DSL: {"name": {"terms": {…}, "aggs": {…}}} into trees. Nesting is bounded.
#pragma once

#include "search/aggregation.h"
#include "search/dsl/query.h"

namespace standpipe::search::dsl {

inline constexpr int kAggregationDepthMax = 16;
inline constexpr size_t kAggregationsMax = 1024;  // of one request, all levels together

std::vector<Aggregation> parse_aggregations(QueryParser& queries, const json::Value& body);

// One function per type; the table at the foot of aggregation.cc lists them.
AggregationNode parse_terms_aggregation(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_date_histogram(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_histogram(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_range_aggregation(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_date_range(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_filter_aggregation(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_filters_aggregation(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_missing(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_nested_aggregation(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_reverse_nested(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_percentiles(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_percentile_ranks(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_top_hits_aggregation(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_adjacency_matrix(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_auto_date_histogram(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_composite(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_geo_bounds(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_geo_centroid(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_geohash_grid(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_geotile_grid(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_ip_range(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_matrix_stats(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_median_absolute_deviation(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_multi_terms(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_pipeline(PipelineAggregation::Kind kind, const std::string& name, const json::Value& body);
AggregationNode parse_rare_terms(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_sampler(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_significant_terms(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_top_metrics(QueryParser&, const std::string& name, const json::Value& body);
AggregationNode parse_weighted_avg(QueryParser&, const std::string& name, const json::Value& body);

// Pieces that several types use.
std::vector<BucketOrder> read_bucket_order(const json::Value& body);
TermFilter read_term_filter(Options& options, std::string_view which, bool partitions);
int64_t interval_ms(const std::string& text, const std::string& name);  // "90m"; throws illegal_argument

AggregationNode parse_global(QueryParser&, const std::string& name, const json::Value& body);

}  // namespace standpipe::search::dsl
