#include "search/dsl/request.h"

#include <map>
#include <set>

#include "base/bytes.h"
#include "search/dsl/aggregation.h"
#include "search/dsl/highlight.h"

namespace standpipe::search::dsl {
namespace {

uint32_t read_window(const json::Value& value, const std::string& name) {
  const auto number = as_integer(value);
  if (!number) throw parsing_exception("Failed to parse value of [" + name + "]");
  if (*number < 0) {
    throw illegal_argument("[" + name + "] parameter cannot be negative, found [" + std::to_string(*number) + "]");
  }
  return static_cast<uint32_t>(std::min<int64_t>(*number, INT32_MAX));
}

std::vector<FieldAndFormat> read_fields(const json::Value& value, const std::string& name) {
  std::vector<FieldAndFormat> out;
  if (!value.is_array())
    throw parsing_exception("Unknown key for a " + std::string(token_name(value)) + " in [" + name + "].");
  if (value.array().size() > 100) {
    throw illegal_argument("Trying to retrieve too many " + name + ". Must be less than or equal to: [100] but was [" +
                           std::to_string(value.array().size()) + "].");
  }
  for (const json::Value& item : value.array()) {
    if (item.is_string()) {
      out.push_back({item.string(), {}});
    } else {
      Options options(name, item);
      out.push_back({options.text("field"), options.text("format")});
      options.boolean("include_unmapped", false);
      options.finish("field");
    }
  }
  return out;
}

struct Context {
  QueryParser& queries;
  SearchRequest request{};
};
using Read = void (*)(Context&, const json::Value&);

bool read_flag(const json::Value& value) {
  const auto flag = as_boolean(value);
  if (!flag)
    throw illegal_argument("Failed to parse value [" + as_text(value).value_or("") +
                           "] as only [true] or [false] are allowed.");
  return *flag;
}

void read_total_hits(Context& c, const json::Value& value) {
  if (const auto flag = as_boolean(value)) {
    c.request.track_total_hits = *flag ? kCountAll : 0;
    return;
  }
  const auto limit = as_integer(value);
  if (!limit || *limit < -1) {
    throw illegal_argument("[track_total_hits] parameter must be positive or equals to -1, got " +
                           as_text(value).value_or("null"));
  }
  c.request.track_total_hits = *limit == -1 ? kCountAll : *limit;
}

void read_search_after(Context& c, const json::Value& value) {
  if (!value.is_array()) throw parsing_exception("Expected [START_ARRAY] in [search_after]");
  if (value.array().empty()) throw illegal_argument("Values must contains at least one value.");
  for (const json::Value& item : value.array()) {
    if (item.is_object() || item.is_array())
      throw illegal_argument("Can't handle [search_after] field value of type [object]");
  }
  c.request.search_after = value.array();
}

// No field is stored beside the source: "_none_" and other names hide it, the forms that mean everything do not.
void read_stored_fields(Context& c, const json::Value& value) {
  const json::Array names = value.is_array() ? value.array() : json::Array{value};
  for (const json::Value& name : names) {
    if (!name.is_string()) throw parsing_exception("failed to parse field [stored_fields]");
    if (name.string() == "_none_") c.request.source.enabled = false;
  }
}

void read_collapse(Context& c, const json::Value& value) {
  Options options("collapse", value);
  c.request.collapse = options.text("field");
  if (options.take("inner_hits") != nullptr) throw illegal_argument("[collapse] [inner_hits] is not supported");
  options.integer("max_concurrent_group_searches", 1, 0, INT32_MAX);
  options.finish("collapse");
  if (c.request.collapse.empty()) throw parsing_exception("[collapse] requires a field");
  c.request.docvalue_fields.insert(c.request.docvalue_fields.begin(), {c.request.collapse, {}});
}

Rescore read_rescore(QueryParser& queries, const json::Value& body) {
  static const std::map<std::string_view, Rescore::Mode> modes = {{"total", Rescore::Mode::total},
                                                                  {"multiply", Rescore::Mode::multiply},
                                                                  {"avg", Rescore::Mode::avg},
                                                                  {"max", Rescore::Mode::max},
                                                                  {"min", Rescore::Mode::min}};
  Options options("rescore", body);
  Rescore out;
  out.window = static_cast<uint32_t>(options.integer("window_size", 10, 1, kResultWindowMax));
  const json::Value* query = options.take("query");
  options.finish("rescore");
  if (query == nullptr) throw parsing_exception("missing rescore type");
  Options inner("query", *query);
  const json::Value* rescore_query = inner.take("rescore_query");
  if (rescore_query == nullptr) throw illegal_argument("[query] rescore requires a [rescore_query]");
  out.query = queries.parse(*rescore_query);
  out.weight = inner.number("query_weight", 1);
  out.rescore_weight = inner.number("rescore_query_weight", 1);
  const std::string mode = to_lower(inner.text("score_mode", "total"));
  const auto found = modes.find(mode);
  if (found == modes.end()) throw illegal_argument("illegal score_mode [" + mode + "]");
  out.mode = found->second;
  inner.finish("rescore");
  return out;
}

void read_rescores(Context& c, const json::Value& value) {
  const json::Array items = value.is_array() ? value.array() : json::Array{value};
  if (items.size() > 16) throw illegal_argument("Too many rescores");
  for (const json::Value& item : items) c.request.rescores.push_back(read_rescore(c.queries, item));
}

void ignore(Context&, const json::Value&) {}

// Every key that a search body may have. Those that only steer how work is spread or cut short change no answer.
const std::map<std::string_view, Read>& request_keys() {
  static const std::map<std::string_view, Read> keys = {
      {"_source", [](Context& c, const json::Value& v) { c.request.source = parse_source_filter(v); }},
      {"aggregations",
       [](Context& c, const json::Value& v) { c.request.aggregations = parse_aggregations(c.queries, v); }},
      {"aggs", [](Context& c, const json::Value& v) { c.request.aggregations = parse_aggregations(c.queries, v); }},
      {"batched_reduce_size", ignore},
      {"collapse", read_collapse},
      {"docvalue_fields",
       [](Context& c, const json::Value& v) { c.request.docvalue_fields = read_fields(v, "docvalue_fields"); }},
      {"fields", [](Context& c, const json::Value& v) { c.request.fields = read_fields(v, "fields"); }},
      {"from", [](Context& c, const json::Value& v) { c.request.from = read_window(v, "from"); }},
      {"highlight", [](Context& c, const json::Value& v) { c.request.highlight = parse_highlight(c.queries, v); }},
      {"min_score",
       [](Context& c, const json::Value& v) {
         const auto score = as_number(v);
         if (!score) throw parsing_exception("Failed to parse value of [min_score]");
         c.request.min_score = *score;
       }},
      {"rescore", read_rescores},
      {"terminate_after",
       [](Context& c, const json::Value& v) { c.request.terminate_after = read_window(v, "terminate_after"); }},
      {"post_filter", [](Context& c, const json::Value& v) { c.request.post_filter = c.queries.parse(v); }},
      {"query", [](Context& c, const json::Value& v) { c.request.query = c.queries.parse(v); }},
      {"search_after", read_search_after},
      {"seq_no_primary_term", [](Context& c, const json::Value& v) { c.request.seq_no_primary_term = read_flag(v); }},
      {"size", [](Context& c, const json::Value& v) { c.request.size = read_window(v, "size"); }},
      {"sort", [](Context& c, const json::Value& v) { c.request.sort = parse_sort(c.queries, v); }},
      {"stored_fields", read_stored_fields},
      {"timeout", ignore},
      {"track_scores", [](Context& c, const json::Value& v) { c.request.track_scores = read_flag(v); }},
      {"track_total_hits", read_total_hits},
      {"version", [](Context& c, const json::Value& v) { c.request.version = read_flag(v); }},
  };
  return keys;
}

// Asked for by Dashboards in every request; empty or harmless forms are accepted, real use is refused.
bool harmless(const std::string& key, const json::Value& value) {
  if (key == "script_fields" || key == "ext" || key == "runtime_mappings") {
    return value.is_object() && value.object().empty();
  }
  if (key == "indices_boost") return value.is_array() && value.array().empty();
  if (key == "explain" || key == "profile") return value == json::Value(false);
  return false;
}

}  // namespace

SourceFilter parse_source_filter(const json::Value& value) {
  SourceFilter out;
  const auto patterns = [](const json::Value& list) {
    std::vector<std::string> texts;
    if (list.is_array()) {
      for (const json::Value& item : list.array()) {
        if (!item.is_string())
          throw parsing_exception("Unknown key for a " + std::string(token_name(item)) + " in [_source].");
        texts.push_back(item.string());
      }
    } else if (list.is_string()) {
      texts.push_back(list.string());
    } else {
      throw parsing_exception("Unknown key for a " + std::string(token_name(list)) + " in [_source].");
    }
    if (texts.size() > 1024) throw illegal_argument("Too many patterns in [_source]");
    return texts;
  };
  if (const auto flag = as_boolean(value)) {
    out.enabled = *flag;
  } else if (value.is_object()) {
    for (const auto& [name, list] : value.object()) {
      if (name == "includes" || name == "include")
        out.includes = patterns(list);
      else if (name == "excludes" || name == "exclude")
        out.excludes = patterns(list);
      else
        throw parsing_exception("Unknown key for a " + std::string(token_name(list)) + " in [" + name + "].");
    }
  } else {
    out.includes = patterns(value);
  }
  return out;
}

SearchRequest parse_search_request(const json::Value& body) {
  if (!body.is_object()) {
    throw parsing_exception("Expected [START_OBJECT] but found [" + std::string(token_name(body)) + "]");
  }
  QueryParser queries;
  Context context{queries};
  for (const auto& [key, value] : body.object()) {
    const auto found = request_keys().find(key);
    if (found != request_keys().end()) {
      if (!value.is_null()) found->second(context, value);
    } else if (!harmless(key, value)) {
      throw parsing_exception("Unknown key for a " + std::string(token_name(value)) + " in [" + key + "].");
    }
  }
  if (!context.request.query) context.request.query = make_query(MatchAllQuery{});
  return std::move(context.request);
}

SearchRequest parse_top_hits(QueryParser& queries, const json::Value& body) {
  static const std::set<std::string_view> shown = {"_source",       "docvalue_fields", "fields", "from",
                                                   "highlight",     "size",            "sort",   "seq_no_primary_term",
                                                   "stored_fields", "track_scores",    "version"};
  Context context{queries};
  context.request.size = 3;
  for (const auto& [key, value] : body.object()) {
    const auto found = request_keys().find(key);
    if (shown.contains(key) && found != request_keys().end()) {
      if (!value.is_null()) found->second(context, value);
    } else if (!harmless(key, value)) {
      throw parsing_exception("Unknown key for a " + std::string(token_name(value)) + " in [" + key + "].");
    }
  }
  const uint64_t window = uint64_t{context.request.from} + context.request.size;
  if (window > kTopHitsWindowMax) {
    throw illegal_argument(
        "Top hits result window is too large, the top hits aggregator's from + size must be less than or equal to: "
        "[100] but was [" +
        std::to_string(window) +
        "]. This limit can be set by changing the [index.max_inner_result_window] index level setting.");
  }
  context.request.query = make_query(MatchAllQuery{});
  return std::move(context.request);
}

QueryPtr parse_query_body(const json::Value& body) {
  if (!body.is_object()) throw parsing_exception("request does not support [" + std::string(token_name(body)) + "]");
  QueryPtr query;
  for (const auto& [key, value] : body.object()) {
    if (key != "query") throw parsing_exception("request does not support [" + key + "]");
    query = parse_query(value);
  }
  return query ? query : make_query(MatchAllQuery{});
}

void check_request(const SearchRequest& request) {
  const uint64_t window = uint64_t{request.from} + request.size;
  if (window > kResultWindowMax) {
    throw illegal_argument(
        "Result window is too large, from + size must be less than or equal to: [10000] but was [" +
        std::to_string(window) +
        "]. See the scroll api for a more efficient way to request large data sets. This limit can be "
        "set by changing the [index.max_result_window] index level setting.");
  }
  const bool by_score = request.sort.empty() || (request.sort.size() == 1 && request.sort[0].field == "_score");
  if (!request.rescores.empty() && !by_score)
    throw illegal_argument("Cannot use [sort] option in conjunction with [rescore].");
  if (!request.rescores.empty() && !request.collapse.empty())
    throw illegal_argument("cannot use `collapse` in conjunction with `rescore`");
  if (!request.search_after) return;
  if (!request.collapse.empty() && (request.sort.size() != 1 || request.sort[0].field != request.collapse)) {
    throw illegal_argument(
        "Cannot use [collapse] in conjunction with [search_after] unless the search is sorted by the same field. "
        "Multiple sort fields are not allowed.");
  }
  if (request.from > 0) throw illegal_argument("`from` parameter must be set to 0 when `search_after` is used.");
  if (request.sort.empty()) throw illegal_argument("Sort must contain at least one field.");
  if (request.search_after->size() != request.sort.size()) {
    throw illegal_argument("search_after has " + std::to_string(request.search_after->size()) +
                           " value(s) but sort has " + std::to_string(request.sort.size()) + ".");
  }
}

}  // namespace standpipe::search::dsl
