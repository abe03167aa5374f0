// Metrics beyond a single field's number: median_absolute_deviation, weighted_avg, matrix_stats, top_metrics.
#include <algorithm>
#include <set>

#include "search/dsl/aggregation.h"
#include "search/dsl/request.h"

namespace standpipe::search::dsl {

AggregationNode parse_median_absolute_deviation(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  MedianAbsoluteDeviationAggregation out{.field = options.text("field")};
  if (const json::Value* missing = options.take("missing")) out.missing = *missing;
  out.compression = std::clamp(options.number("compression", 1000), 10.0, 10'000.0);
  options.text("format");
  options.finish("aggregation");
  if (out.field.empty()) throw illegal_argument("Required one of fields [field, script], but none were specified. ");
  return out;
}

AggregationNode parse_weighted_avg(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  WeightedAvgAggregation out;
  const auto side = [&](const char* which, std::string& field, std::optional<json::Value>& missing) {
    const json::Value* given = options.take(which);
    if (given == nullptr) throw illegal_argument("[" + std::string(which) + "] field must be set in [" + name + "]");
    Options members(name, *given);
    field = members.text("field");
    if (const json::Value* value = members.take("missing")) missing = *value;
    members.finish(which);
    if (field.empty()) throw illegal_argument("Required one of fields [field, script], but none were specified. ");
  };
  side("value", out.value_field, out.value_missing);
  side("weight", out.weight_field, out.weight_missing);
  for (const char* name_of : {"format", "value_type"}) options.text(name_of);
  options.finish("aggregation");
  return out;
}

AggregationNode parse_matrix_stats(QueryParser&, const std::string& name, const json::Value& body) {
  constexpr size_t kFieldsMax = 64;
  Options options(name, body);
  MatrixStatsAggregation out{.fields = options.texts("fields")};
  if (out.fields.empty()) throw illegal_argument("[fields] must not be null or empty: [" + name + "]");
  if (out.fields.size() > kFieldsMax) throw illegal_argument("[fields] of [" + name + "] are too many");
  const json::Value* missing = options.take("missing");
  for (const std::string& field : out.fields) {
    const json::Value* value = missing == nullptr ? nullptr : missing->find(field);
    out.missing.push_back(value == nullptr ? std::nullopt : std::optional(*value));
  }
  out.mode = options.text("mode", "avg");
  static const std::set<std::string_view> modes = {"avg", "min", "max", "sum", "median"};
  if (!modes.contains(out.mode)) throw illegal_argument("Unknown [mode] of [" + name + "]: " + out.mode);
  options.finish("aggregation");
  return out;
}

AggregationNode parse_top_metrics(QueryParser& queries, const std::string& name, const json::Value& body) {
  Options options(name, body);
  SearchRequest request;
  request.source.enabled = false;
  request.size = static_cast<uint32_t>(options.integer("size", 1, 1, 10));
  TopMetricsAggregation out;
  const auto add = [&](const json::Value& metric) {
    Options members(name, metric);
    out.metrics.push_back(members.text("field"));
    members.finish("metric");
    request.docvalue_fields.push_back({out.metrics.back(), {}});
  };
  const json::Value* metrics = options.take("metrics");
  if (metrics == nullptr) throw illegal_argument("Required [metrics]");
  if (metrics->is_array()) {
    if (metrics->array().size() > 10) throw illegal_argument("[metrics] must not have more than 10 fields");
    for (const json::Value& metric : metrics->array()) add(metric);
  } else {
    add(*metrics);
  }
  const json::Value* sort = options.take("sort");
  if (sort == nullptr) throw illegal_argument("Required [sort]");
  request.sort = parse_sort(queries, *sort);
  options.finish("aggregation");
  out.request = std::make_shared<const SearchRequest>(std::move(request));
  return out;
}

}  // namespace standpipe::search::dsl
