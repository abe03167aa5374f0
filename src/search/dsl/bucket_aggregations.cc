// Aggregations that make buckets: terms, histograms, ranges, filters.
#include <cmath>
#include <map>

#include "base/bytes.h"
#include "search/dsl/aggregation.h"

namespace standpipe::search::dsl {
namespace {

constexpr int64_t kBucketsMax = 65'535;

void require_field(const std::string& field) {
  if (field.empty()) throw illegal_argument("Required one of fields [field, script], but none were specified. ");
}

std::optional<json::Value> optional_value(Options& options, std::string_view name) {
  const json::Value* value = options.take(name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::string calendar_unit(const std::string& text) {
  static const std::map<std::string_view, const char*> units = {
      {"minute", "minute"}, {"1m", "minute"}, {"hour", "hour"},       {"1h", "hour"},
      {"day", "day"},       {"1d", "day"},    {"week", "week"},       {"1w", "week"},
      {"month", "month"},   {"1M", "month"},  {"quarter", "quarter"}, {"1q", "quarter"},
      {"year", "year"},     {"1y", "year"},   {"second", "second"},   {"1s", "second"}};
  const auto found = units.find(text);
  if (found == units.end()) {
    throw illegal_argument("The supplied interval [" + text + "] could not be parsed as a calendar interval.");
  }
  return found->second;
}

std::optional<std::pair<json::Value, json::Value>> read_bounds(Options& options, std::string_view name) {
  const json::Value* value = options.take(name);
  if (value == nullptr) return std::nullopt;
  Options bounds(std::string(name), *value);
  const json::Value* min = bounds.take("min");
  const json::Value* max = bounds.take("max");
  bounds.finish("object");
  return std::pair(min == nullptr ? json::Value() : *min, max == nullptr ? json::Value() : *max);
}

}  // namespace

std::vector<BucketOrder> read_bucket_order(const json::Value& body) {
  std::vector<BucketOrder> out;
  const auto add = [&](const json::Value& item) {
    if (!item.is_object() || item.object().size() != 1) {
      throw parsing_exception("Must specify at least one field for [order]");
    }
    const auto& [path, direction] = *item.object().begin();
    const std::string word = to_lower(as_text(direction).value_or(""));
    if (word != "asc" && word != "desc") throw parsing_exception("Unknown order direction [" + word + "]");
    out.push_back({path == "_term" || path == "_time" ? "_key" : path, word == "desc"});
  };
  if (body.is_array()) {
    for (const json::Value& item : body.array()) add(item);
  } else {
    add(body);
  }
  if (out.empty()) throw parsing_exception("Must specify at least one field for [order]");
  return out;
}

int64_t interval_ms(const std::string& text, const std::string& name) {
  static const std::map<std::string_view, int64_t> units = {
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  const size_t split = text.find_first_not_of("+-0123456789");
  const auto count =
      parse_int(std::string_view(text).substr(text.starts_with('+') ? 1 : 0, split - (text.starts_with('+') ? 1 : 0)));
  const auto unit = split == std::string::npos ? units.end() : units.find(std::string_view(text).substr(split));
  if (!count || unit == units.end() || std::abs(*count) > 1'000'000'000) {
    throw illegal_argument("failed to parse setting [" + name + "] with value [" + text +
                           "] as a time value: unit is missing or unrecognized");
  }
  return *count * unit->second;
}

TermFilter read_term_filter(Options& options, std::string_view which, bool partitions) {
  TermFilter out;
  const json::Value* value = options.take(which);
  if (value == nullptr) return out;
  if (value->is_string()) {
    out.pattern = value->string();
  } else if (value->is_array()) {
    out.values = value->array();
  } else if (value->is_object() && partitions) {
    Options members(options.clause(), *value);
    out.partitions = static_cast<uint32_t>(members.integer("num_partitions", 0, 1, INT32_MAX));
    out.partition = static_cast<uint32_t>(members.integer("partition", 0, 0, INT32_MAX));
    members.finish("include");
    if (out.partition >= out.partitions) throw illegal_argument("Partition must be less than [num_partitions]");
  } else {
    throw parsing_exception("[" + options.clause() + "] failed to parse field [" + std::string(which) + "]");
  }
  if (out.values.size() > static_cast<size_t>(kBucketsMax)) {
    throw illegal_argument("Too many terms to " + std::string(which));
  }
  return out;
}

AggregationNode parse_terms_aggregation(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  TermsAggregation terms{.field = options.text("field")};
  terms.size = static_cast<uint32_t>(options.integer("size", 10, 1, INT32_MAX));
  options.integer("shard_size", 0, 1, INT32_MAX);  // counts are exact: nothing is cut before the end
  terms.min_doc_count = options.integer("min_doc_count", 1, 0, INT64_MAX);
  options.integer("shard_min_doc_count", 0, 0, INT64_MAX);
  terms.missing = optional_value(options, "missing");
  options.boolean("show_term_doc_count_error", false);
  for (const char* hint : {"execution_hint", "collect_mode", "value_type"}) options.text(hint);
  if (const json::Value* order = options.take("order")) terms.order = read_bucket_order(*order);
  if (terms.order.empty()) terms.order.push_back({"_count", true});
  terms.include = read_term_filter(options, "include", true);
  terms.exclude = read_term_filter(options, "exclude", false);
  options.finish("aggregation");
  require_field(terms.field);
  return terms;
}

AggregationNode parse_date_histogram(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  DateHistogramAggregation out{.field = options.text("field")};
  const std::string calendar = options.text("calendar_interval"), fixed = options.text("fixed_interval");
  const std::string interval = options.text("interval");  // deprecated; a calendar unit if it is one
  if (calendar.empty() + fixed.empty() + interval.empty() == 3) {
    throw illegal_argument("Invalid interval specified, must be non-null and non-empty");
  }
  if (calendar.empty() + fixed.empty() + interval.empty() < 2) {
    throw illegal_argument("Cannot use [fixed_interval] with [calendar_interval] configuration option.");
  }
  if (!calendar.empty()) {
    out.calendar_interval = calendar_unit(calendar);
  } else if (!fixed.empty()) {
    out.fixed_ms = interval_ms(fixed, name + ".fixed_interval");
  } else {
    try {
      out.calendar_interval = calendar_unit(interval);
    } catch (const Error&) {
      out.fixed_ms = interval_ms(interval, name + ".interval");
    }
  }
  if (out.calendar_interval.empty() && out.fixed_ms < 1)
    throw illegal_argument("Zero or negative time interval not supported");
  out.time_zone = options.text("time_zone", "UTC");
  const std::string offset = options.text("offset");
  if (!offset.empty() && offset != "0") out.offset_ms = interval_ms(offset, name + ".offset");
  out.format = options.text("format");
  out.min_doc_count = options.integer("min_doc_count", 0, 0, INT64_MAX);
  out.keyed = options.boolean("keyed", false);
  out.missing = optional_value(options, "missing");
  out.extended_bounds = read_bounds(options, "extended_bounds");
  out.hard_bounds = read_bounds(options, "hard_bounds");
  if (const json::Value* order = options.take("order")) out.order = read_bucket_order(*order).front();
  options.finish("aggregation");
  require_field(out.field);
  return out;
}

AggregationNode parse_histogram(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  HistogramAggregation out{.field = options.text("field")};
  out.interval = options.number("interval", 0);
  if (!(out.interval > 0)) throw illegal_argument("[interval] must be >0 for histogram aggregation [" + name + "]");
  out.offset = options.number("offset", 0);
  out.min_doc_count = options.integer("min_doc_count", 0, 0, INT64_MAX);
  out.keyed = options.boolean("keyed", false);
  out.missing = optional_value(options, "missing");
  const auto numeric = [&](std::string_view which) -> std::optional<std::pair<double, double>> {
    const auto bounds = read_bounds(options, which);
    if (!bounds) return std::nullopt;
    const auto min = as_number(bounds->first), max = as_number(bounds->second);
    return std::pair(min.value_or(-INFINITY), max.value_or(INFINITY));
  };
  out.extended_bounds = numeric("extended_bounds");
  out.hard_bounds = numeric("hard_bounds");
  if (const json::Value* order = options.take("order")) out.order = read_bucket_order(*order).front();
  options.finish("aggregation");
  require_field(out.field);
  return out;
}

static RangeAggregation read_ranges(const std::string& name, const json::Value& body, bool dates) {
  Options options(name, body);
  RangeAggregation out{.field = options.text("field"), .dates = dates};
  out.keyed = options.boolean("keyed", false);
  if (dates) {
    out.format = options.text("format");
    out.time_zone = options.text("time_zone");
  }
  const json::Value* ranges = options.take("ranges");
  if (ranges == nullptr || !ranges->is_array() || ranges->array().empty()) {
    throw illegal_argument("No [ranges] specified for the [" + name + "] aggregation");
  }
  if (ranges->array().size() > static_cast<size_t>(kBucketsMax)) throw illegal_argument("Too many ranges");
  for (const json::Value& item : ranges->array()) {
    Options range(name, item);
    out.ranges.push_back({range.text("key"), optional_value(range, "from"), optional_value(range, "to")});
    range.finish("range");
  }
  options.finish("aggregation");
  require_field(out.field);
  return out;
}

AggregationNode parse_range_aggregation(QueryParser&, const std::string& name, const json::Value& body) {
  return read_ranges(name, body, false);
}

AggregationNode parse_date_range(QueryParser&, const std::string& name, const json::Value& body) {
  return read_ranges(name, body, true);
}

AggregationNode parse_filter_aggregation(QueryParser& queries, const std::string&, const json::Value& body) {
  return FilterAggregation{queries.parse(body)};
}

AggregationNode parse_filters_aggregation(QueryParser& queries, const std::string& name, const json::Value& body) {
  Options options(name, body);
  FiltersAggregation out;
  const json::Value* filters = options.take("filters");
  if (filters != nullptr && filters->is_object()) {
    for (const auto& [key, filter] : filters->object()) out.filters.emplace_back(key, queries.parse(filter));
  } else if (filters != nullptr && filters->is_array()) {
    out.keyed = false;
    for (const json::Value& filter : filters->array()) out.filters.emplace_back("", queries.parse(filter));
  }
  if (out.filters.empty()) throw illegal_argument("[filters] cannot be empty.");
  const std::string key = options.text("other_bucket_key", "_other_");
  if (options.boolean("other_bucket", false) || body.find("other_bucket_key") != nullptr) out.other_bucket_key = key;
  options.finish("aggregation");
  return out;
}

AggregationNode parse_missing(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  MissingAggregation out{options.text("field")};
  options.finish("aggregation");
  require_field(out.field);
  return out;
}

AggregationNode parse_significant_terms(QueryParser& queries, const std::string& name, const json::Value& body) {
  using Heuristic = SignificantTermsAggregation::Heuristic;
  static const std::pair<const char*, Heuristic> heuristics[] = {{"jlh", Heuristic::jlh},
                                                                 {"percentage", Heuristic::percentage},
                                                                 {"gnd", Heuristic::gnd},
                                                                 {"chi_square", Heuristic::chi_square},
                                                                 {"mutual_information", Heuristic::mutual_information}};
  Options options(name, body);
  SignificantTermsAggregation out{.field = options.text("field")};
  require_field(out.field);
  out.size = static_cast<uint32_t>(options.integer("size", 10, 1, INT32_MAX));
  out.min_doc_count = options.integer("min_doc_count", 3, 0, INT32_MAX);
  out.include = read_term_filter(options, "include", false);
  out.exclude = read_term_filter(options, "exclude", false);
  // All documents are seen anyway.
  for (const char* hint : {"shard_size", "shard_min_doc_count"}) options.integer(hint, 0, -1, INT32_MAX);
  options.text("execution_hint");
  if (const json::Value* filter = options.take("background_filter")) out.background = queries.parse(*filter);
  for (const auto& [word, heuristic] : heuristics) {
    const json::Value* given = options.take(word);
    if (given == nullptr) continue;
    out.heuristic = heuristic;
    Options members(word, *given);
    out.include_negatives = members.boolean("include_negatives", false);
    if (!members.boolean("background_is_superset", true))
      throw illegal_argument("[background_is_superset] false of [" + std::string(word) + "] is not supported");
    members.finish("heuristic");
  }
  if (options.take("script_heuristic") != nullptr)
    throw illegal_argument("[script_heuristic] of [" + name + "] is not supported");
  options.finish("aggregation");
  return out;
}

AggregationNode parse_nested_aggregation(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  NestedAggregation out{options.text("path")};
  options.finish("aggregation");
  if (out.path.empty()) throw parsing_exception("Missing [path] field for nested aggregation [" + name + "]");
  return out;
}

AggregationNode parse_reverse_nested(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  ReverseNestedAggregation out{options.text("path")};
  options.finish("aggregation");
  return out;
}

AggregationNode parse_global(QueryParser&, const std::string& name, const json::Value& body) {
  Options(name, body).finish("aggregation");
  return GlobalAggregation{};
}

}  // namespace standpipe::search::dsl
