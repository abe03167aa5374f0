#include "search/dsl/aggregation.h"

#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "search/dsl/request.h"

namespace standpipe::search::dsl {
namespace {

using Parse = AggregationNode (*)(QueryParser&, const std::string&, const json::Value&);
using Kind = MetricAggregation::Kind;

template <Kind kind>
AggregationNode parse_metric(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  MetricAggregation metric{.kind = kind, .field = options.text("field")};
  if (const json::Value* missing = options.take("missing")) metric.missing = *missing;
  if (kind == Kind::cardinality) {
    metric.precision_threshold =
        static_cast<uint32_t>(std::min<int64_t>(options.integer("precision_threshold", 3000, 0, INT32_MAX), 40'000));
  }
  if (kind == Kind::extended_stats) metric.sigma = options.number("sigma", 2);
  for (const char* hint : {"format", "value_type", "execution_hint"}) options.text(hint);
  options.finish("aggregation");
  if (metric.field.empty()) throw illegal_argument("Required one of fields [field, script], but none were specified. ");
  return metric;
}

AggregationNode parse_percentiles_of(const std::string& name, const json::Value& body, bool ranks) {
  Options options(name, body);
  PercentilesAggregation out{.field = options.text("field"), .ranks = ranks};
  if (const json::Value* missing = options.take("missing")) out.missing = *missing;
  if (!ranks) out.points = {1, 5, 25, 50, 75, 95, 99};
  const char* list = ranks ? "values" : "percents";
  if (const json::Value* points = options.take(list)) {
    if (!points->is_array() || points->array().empty() || points->array().size() > 1000)
      throw illegal_argument("[" + std::string(list) + "] must not be empty: [" + name + "]");
    out.points.clear();
    for (const json::Value& point : points->array()) {
      const auto number = as_number(point);
      if (!number || (!ranks && !(*number >= 0 && *number <= 100)))
        throw illegal_argument("percent must be in [0,100], got [" + as_text(point).value_or("null") + "]: [" + name +
                               "]");
      out.points.push_back(*number);
    }
    std::sort(out.points.begin(), out.points.end());
  } else if (ranks) {
    throw illegal_argument("Required [values] in [" + name + "]");
  }
  out.keyed = options.boolean("keyed", true);
  if (const json::Value* tdigest = options.take("tdigest")) {
    Options members(name, *tdigest);
    out.compression = std::clamp(members.number("compression", 100), 10.0, 10'000.0);
    members.text("execution_hint");
    members.finish("tdigest");
  }
  if (const json::Value* hdr = options.take("hdr")) {
    Options members(name, *hdr);
    members.integer("number_of_significant_value_digits", 3, 0, 5);
    members.finish("hdr");
    out.hdr = true;
  }
  options.finish("aggregation");
  if (out.field.empty()) throw illegal_argument("Required one of fields [field, script], but none were specified. ");
  return out;
}

template <class... Types>
bool is_one_of(const AggregationNode& node) {
  return (std::holds_alternative<Types>(node) || ...);
}
bool is_metric(const AggregationNode& node) {
  return is_one_of<MetricAggregation, PercentilesAggregation, TopHitsAggregation, MedianAbsoluteDeviationAggregation,
                   WeightedAvgAggregation, TopMetricsAggregation, GeoBoundsAggregation, GeoCentroidAggregation,
                   MatrixStatsAggregation, PipelineAggregation>(node);
}

template <PipelineAggregation::Kind kind>
AggregationNode pipeline(QueryParser&, const std::string& name, const json::Value& body) {
  return parse_pipeline(kind, name, body);
}

const std::map<std::string_view, Parse>& aggregation_types() {
  static const std::map<std::string_view, Parse> types = {
      {"adjacency_matrix", parse_adjacency_matrix},
      {"auto_date_histogram", parse_auto_date_histogram},
      {"avg", parse_metric<Kind::avg>},
      {"avg_bucket", pipeline<PipelineAggregation::Kind::avg_bucket>},
      {"bucket_script", pipeline<PipelineAggregation::Kind::bucket_script>},
      {"bucket_selector", pipeline<PipelineAggregation::Kind::bucket_selector>},
      {"bucket_sort", pipeline<PipelineAggregation::Kind::bucket_sort>},
      {"cardinality", parse_metric<Kind::cardinality>},
      {"composite", parse_composite},
      {"cumulative_sum", pipeline<PipelineAggregation::Kind::cumulative_sum>},
      {"date_histogram", parse_date_histogram},
      {"date_range", parse_date_range},
      {"derivative", pipeline<PipelineAggregation::Kind::derivative>},
      {"extended_stats", parse_metric<Kind::extended_stats>},
      {"extended_stats_bucket", pipeline<PipelineAggregation::Kind::extended_stats_bucket>},
      {"filter", parse_filter_aggregation},
      {"filters", parse_filters_aggregation},
      {"geo_bounds", parse_geo_bounds},
      {"geo_centroid", parse_geo_centroid},
      {"geohash_grid", parse_geohash_grid},
      {"geotile_grid", parse_geotile_grid},
      {"global", parse_global},
      {"histogram", parse_histogram},
      {"ip_range", parse_ip_range},
      {"matrix_stats", parse_matrix_stats},
      {"max", parse_metric<Kind::max>},
      {"max_bucket", pipeline<PipelineAggregation::Kind::max_bucket>},
      {"median_absolute_deviation", parse_median_absolute_deviation},
      {"min", parse_metric<Kind::min>},
      {"min_bucket", pipeline<PipelineAggregation::Kind::min_bucket>},
      {"missing", parse_missing},
      {"moving_fn", pipeline<PipelineAggregation::Kind::moving_fn>},
      {"multi_terms", parse_multi_terms},
      {"nested", parse_nested_aggregation},
      {"percentile_ranks", parse_percentile_ranks},
      {"percentiles", parse_percentiles},
      {"percentiles_bucket", pipeline<PipelineAggregation::Kind::percentiles_bucket>},
      {"range", parse_range_aggregation},
      {"rare_terms", parse_rare_terms},
      {"reverse_nested", parse_reverse_nested},
      {"sampler", parse_sampler},
      {"serial_diff", pipeline<PipelineAggregation::Kind::serial_diff>},
      {"significant_terms", parse_significant_terms},
      {"stats", parse_metric<Kind::stats>},
      {"stats_bucket", pipeline<PipelineAggregation::Kind::stats_bucket>},
      {"sum", parse_metric<Kind::sum>},
      {"sum_bucket", pipeline<PipelineAggregation::Kind::sum_bucket>},
      {"terms", parse_terms_aggregation},
      {"top_hits", parse_top_hits_aggregation},
      {"top_metrics", parse_top_metrics},
      {"value_count", parse_metric<Kind::value_count>},
      {"weighted_avg", parse_weighted_avg},
  };
  return types;
}

class AggregationReader {
 public:
  explicit AggregationReader(QueryParser& queries) : queries_(queries) {}

  std::vector<Aggregation> read(const json::Value& body, int depth) {
    if (!body.is_object()) {
      throw parsing_exception("Found [" + std::string(token_name(body)) + "] but expected an object in [aggs]");
    }
    if (depth > kAggregationDepthMax) {
      throw illegal_argument("Aggregations may not be nested deeper than [" + std::to_string(kAggregationDepthMax) +
                             "]");
    }
    std::vector<Aggregation> out;
    for (const auto& [name, definition] : body.object()) {
      if (++count_ > kAggregationsMax) throw illegal_argument("Too many aggregations");
      out.push_back(read_one(name, definition, depth));
    }
    return out;
  }

 private:
  Aggregation read_one(const std::string& name, const json::Value& definition, int depth) {
    if (name.empty() || name.find_first_of("[]>") != std::string::npos) {
      throw parsing_exception("Invalid aggregation name [" + name +
                              "]. Aggregation names can contain any character except '[', ']', and '>'");
    }
    if (!definition.is_object()) {
      throw parsing_exception("Aggregation definition for [" + name + "] starts with a [" +
                              std::string(token_name(definition)) + "], expected a [START_OBJECT].");
    }
    Aggregation out{.name = name, .node = GlobalAggregation{}};
    std::string type;
    for (const auto& [key, value] : definition.object()) {
      if (key == "aggs" || key == "aggregations") {
        out.children = read(value, depth + 1);
      } else if (key == "meta") {
        out.meta = value;
      } else if (!type.empty()) {
        throw parsing_exception("Found two aggregation type definitions in [" + name + "]: [" + type + "] and [" + key +
                                "]");
      } else {
        type = key;
        const auto found = aggregation_types().find(key);
        if (found == aggregation_types().end()) {
          throw parsing_exception("Unknown aggregation type [" + key + "]")
              .because("named_object_not_found_exception", "unknown field [" + key + "]");
        }
        if (!value.is_object()) {
          throw parsing_exception("Expected [START_OBJECT] under [" + key + "], but got a [" +
                                  std::string(token_name(value)) + "] in [" + name + "]");
        }
        out.node = found->second(queries_, name, value);
      }
    }
    if (type.empty()) throw parsing_exception("Missing definition for aggregation [" + name + "]");
    if (std::holds_alternative<CompositeAggregation>(out.node) && depth > 1) {
      throw illegal_argument("[composite] aggregation cannot be used with a parentAggregation");
    }
    if (is_metric(out.node) && !out.children.empty()) {
      throw Error("aggregation_initialization_exception", 500,
                  "Aggregator [" + name + "] of type [" + type + "] cannot accept sub-aggregations");
    }
    return out;
  }

  QueryParser& queries_;
  size_t count_ = 0;
};

}  // namespace

AggregationNode parse_percentiles(QueryParser&, const std::string& name, const json::Value& body) {
  return parse_percentiles_of(name, body, false);
}
AggregationNode parse_percentile_ranks(QueryParser&, const std::string& name, const json::Value& body) {
  return parse_percentiles_of(name, body, true);
}
AggregationNode parse_top_hits_aggregation(QueryParser& queries, const std::string&, const json::Value& body) {
  return TopHitsAggregation{std::make_shared<const SearchRequest>(parse_top_hits(queries, body))};
}

std::vector<Aggregation> parse_aggregations(QueryParser& queries, const json::Value& body) {
  return AggregationReader(queries).read(body, 1);
}

}  // namespace standpipe::search::dsl
