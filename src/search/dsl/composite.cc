// composite, multi_terms, rare_terms, and the other buckets that are rarely asked for.
#include <algorithm>

#include "base/bytes.h"
#include "search/dsl/aggregation.h"

namespace standpipe::search::dsl {
namespace {

constexpr size_t kSourcesMax = 16, kFiltersMax = 100;

CompositeAggregation::Source read_source(QueryParser& queries, const std::string& name, const json::Value& body) {
  using Kind = CompositeAggregation::Source::Kind;
  CompositeAggregation::Source out{.name = name};
  if (!body.is_object() || body.object().size() != 1)
    throw parsing_exception("[composite] source [" + name + "] must have one definition");
  const auto& [type, definition] = *body.object().begin();
  Options options(name, definition);
  out.field = options.text("field");
  out.descending = to_lower(options.text("order", "asc")) == "desc";
  out.missing_bucket = options.boolean("missing_bucket", false);
  const std::string missing_order = options.text("missing_order", "default");
  if (missing_order != "default") out.missing_first = missing_order == "first";
  options.text("value_type");
  if (type == "terms") {
    options.finish("source");
  } else if (type == "histogram") {
    out.kind = Kind::histogram;
    out.interval = options.number("interval", 0);
    options.finish("source");
    if (!(out.interval > 0)) throw illegal_argument("[interval] must be greater than 0 for [histogram] source");
  } else if (type == "date_histogram") {
    out.kind = Kind::date_histogram;
    json::Object rest;
    for (const auto& [key, value] : definition.object()) {
      if (key != "order" && key != "missing_bucket" && key != "missing_order") rest.append(key, value);
    }
    out.dates = std::get<DateHistogramAggregation>(parse_date_histogram(queries, name, rest));
  } else {
    throw parsing_exception("invalid source type: " + type);
  }
  if (out.field.empty()) throw illegal_argument("Required one of fields [field, script], but none were specified. ");
  return out;
}

}  // namespace

AggregationNode parse_composite(QueryParser& queries, const std::string& name, const json::Value& body) {
  Options options(name, body);
  CompositeAggregation out;
  const json::Value* sources = options.take("sources");
  if (sources == nullptr || !sources->is_array() || sources->array().empty())
    throw illegal_argument("Composite [sources] cannot be null or empty");
  if (sources->array().size() > kSourcesMax) throw illegal_argument("Composite has too many [sources]");
  for (const json::Value& item : sources->array()) {
    if (!item.is_object() || item.object().size() != 1)
      throw parsing_exception("[composite] failed to parse field [sources]");
    const auto& [source, definition] = *item.object().begin();
    for (const auto& before : out.sources) {
      if (before.name == source)
        throw illegal_argument("Composite source names must be unique, found duplicates: [" + source + "]");
    }
    out.sources.push_back(read_source(queries, source, definition));
  }
  out.size = static_cast<uint32_t>(options.integer("size", 10, 1, 65'535));
  if (const json::Value* after = options.take("after")) {
    if (!after->is_object() || after->object().size() != out.sources.size())
      throw illegal_argument("[after] has " + std::to_string(after->is_object() ? after->object().size() : 0) +
                             " value(s) but [sources] has " + std::to_string(out.sources.size()));
    for (const auto& source : out.sources) {
      if (after->find(source.name) == nullptr) throw illegal_argument("Missing value for [after." + source.name + "]");
    }
    out.after = after->object();
  }
  options.finish("aggregation");
  return out;
}

AggregationNode parse_multi_terms(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  MultiTermsAggregation out;
  const json::Value* terms = options.take("terms");
  if (terms == nullptr || !terms->is_array() || terms->array().size() < 2 || terms->array().size() > kSourcesMax)
    throw illegal_argument("multi term aggregation must has at least 2 terms. Found [" +
                           std::to_string(terms != nullptr && terms->is_array() ? terms->array().size() : 0) +
                           "] in [" + name + "] Use terms aggregation for single term aggregation");
  for (const json::Value& item : terms->array()) {
    Options members(name, item);
    MultiTermsAggregation::Source source{members.text("field"), {}};
    if (const json::Value* missing = members.take("missing")) source.missing = *missing;
    members.text("value_type");
    members.finish("term");
    if (source.field.empty())
      throw illegal_argument("Required one of fields [field, script], but none were specified. ");
    out.terms.push_back(std::move(source));
  }
  out.size = static_cast<uint32_t>(options.integer("size", 10, 1, INT32_MAX));
  options.integer("shard_size", 0, 1, INT32_MAX);
  out.min_doc_count = options.integer("min_doc_count", 1, 1, INT64_MAX);
  options.integer("shard_min_doc_count", 0, 0, INT64_MAX);
  options.boolean("show_term_doc_count_error", false);
  options.text("collect_mode");
  if (const json::Value* order = options.take("order")) out.order = read_bucket_order(*order);
  if (out.order.empty()) out.order.push_back({"_count", true});
  options.finish("aggregation");
  return out;
}

AggregationNode parse_rare_terms(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  RareTermsAggregation out{.field = options.text("field")};
  out.doc_count_max = options.integer("max_doc_count", 1, 1, 100);
  options.number("precision", 0.001);  // counts are exact
  out.include = read_term_filter(options, "include", false);
  out.exclude = read_term_filter(options, "exclude", false);
  if (const json::Value* missing = options.take("missing")) out.missing = *missing;
  options.finish("aggregation");
  if (out.field.empty()) throw illegal_argument("Required one of fields [field, script], but none were specified. ");
  return out;
}

AggregationNode parse_auto_date_histogram(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  AutoDateHistogramAggregation out{.field = options.text("field")};
  out.buckets = static_cast<uint32_t>(options.integer("buckets", 10, 1, 10'000));
  out.format = options.text("format");
  out.time_zone = options.text("time_zone", "UTC");
  out.minimum_interval = options.text("minimum_interval");
  if (const json::Value* missing = options.take("missing")) out.missing = *missing;
  options.finish("aggregation");
  static constexpr std::string_view kUnits[] = {"", "second", "minute", "hour", "day", "month", "year"};
  if (std::find(std::begin(kUnits), std::end(kUnits), out.minimum_interval) == std::end(kUnits))
    throw illegal_argument("minimum_interval must be one of [year, month, day, hour, minute, second]");
  if (out.field.empty()) throw illegal_argument("Required one of fields [field, script], but none were specified. ");
  return out;
}

AggregationNode parse_ip_range(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  IpRangeAggregation out{.field = options.text("field")};
  out.keyed = options.boolean("keyed", false);
  const json::Value* ranges = options.take("ranges");
  if (ranges == nullptr || !ranges->is_array() || ranges->array().empty() || ranges->array().size() > 1024)
    throw illegal_argument("No [ranges] specified for the [" + name + "] aggregation");
  for (const json::Value& item : ranges->array()) {
    Options range(name, item);
    out.ranges.push_back({range.text("key"), range.text("from"), range.text("to"), range.text("mask")});
    range.finish("range");
  }
  options.finish("aggregation");
  if (out.field.empty()) throw illegal_argument("Required one of fields [field, script], but none were specified. ");
  return out;
}

AggregationNode parse_adjacency_matrix(QueryParser& queries, const std::string& name, const json::Value& body) {
  Options options(name, body);
  AdjacencyMatrixAggregation out;
  out.separator = options.text("separator", "&");
  const json::Value* filters = options.take("filters");
  if (filters == nullptr || !filters->is_object() || filters->object().empty())
    throw illegal_argument("[filters] cannot be empty for [" + name + "]");
  if (filters->object().size() > kFiltersMax)
    throw illegal_argument("Number of filters is too large, must be less than or equal to: [100] but was [" +
                           std::to_string(filters->object().size()) + "]");
  for (const auto& [key, filter] : filters->object()) out.filters.emplace_back(key, queries.parse(filter));
  std::sort(out.filters.begin(), out.filters.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  options.finish("aggregation");
  return out;
}

AggregationNode parse_sampler(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  SamplerAggregation out{static_cast<uint32_t>(options.integer("shard_size", 100, 1, INT32_MAX))};
  options.finish("aggregation");
  return out;
}

}  // namespace standpipe::search::dsl
