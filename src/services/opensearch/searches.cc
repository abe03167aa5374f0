// _search, _msearch, _count.
#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "base/bytes.h"
#include "search/dsl/options.h"
#include "search/dsl/request.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"
#include "services/opensearch/searches.h"

namespace standpipe::opensearch {
namespace {

constexpr size_t kSearchesMax = 1000;

uint32_t number(const std::string& name, const std::string& text) {
  const auto value = parse_int(text);
  if (!value || *value < 0 || *value > (int64_t{1} << 31)) {
    throw search::illegal_argument("Failed to parse int parameter [" + name + "] with value [" + text + "]");
  }
  return static_cast<uint32_t>(*value);
}

json::Value texts(const std::string& list) {
  json::Array array;
  for (const std::string& item : split(list, ',')) array.push_back(item);
  return array;
}

// URL parameters override the body, as in OpenSearch.
void apply_parameters(const Call& call, json::Object& body) {
  if (const std::string* q = call.parameter("q")) {
    json::Object query{{"query", *q}};
    if (const std::string* field = call.parameter("df")) query["default_field"] = *field;
    if (const std::string* op = call.parameter("default_operator")) query["default_operator"] = *op;
    body["query"] = json::Object{{"query_string", query}};
  }
  for (const char* name : {"docvalue_fields", "stored_fields"}) {
    if (const std::string* value = call.parameter(name)) body[name] = texts(*value);
  }
  for (const char* name : {"track_scores", "version", "seq_no_primary_term"}) {
    if (call.parameter(name) != nullptr) body[name] = call.flag(name);
  }
  for (const char* name : {"size", "from"}) {
    if (const std::string* value = call.parameter(name)) body[name] = number(name, *value);
  }
  if (const std::string* sort = call.parameter("sort")) {
    json::Array fields;
    for (const std::string& item : split(*sort, ',')) {
      const size_t colon = item.rfind(':');
      if (colon == std::string::npos)
        fields.push_back(item);
      else
        fields.push_back(json::Object{{item.substr(0, colon), item.substr(colon + 1)}});
    }
    body["sort"] = fields;
  }
  if (const std::string* total = call.parameter("track_total_hits")) {
    body["track_total_hits"] = *total == "true" || *total == "false" ? json::Value(*total == "true")
                                                                     : json::Value(number("track_total_hits", *total));
  }
  if (const std::string* source = call.parameter("_source")) {
    body["_source"] = *source == "true" || *source == "false" ? json::Value(*source == "true") : texts(*source);
  }
  const std::string* includes = call.parameter("_source_includes");
  const std::string* excludes = call.parameter("_source_excludes");
  if (includes != nullptr || excludes != nullptr) {
    json::Object filter;
    if (includes != nullptr) filter["includes"] = texts(*includes);
    if (excludes != nullptr) filter["excludes"] = texts(*excludes);
    body["_source"] = filter;
  }
}

// A search in a point in time, which knows its indices.
search::SearchResponse search_point(const Call& call, const json::Value& named, const search::SearchRequest& request) {
  search::dsl::Options options("pit", named);
  const std::string id = options.text("id"), keep = options.text("keep_alive");
  options.finish("object");
  const auto point = call.points.find(call.collection.id, id, now_ms(), keep.empty() ? 0 : keep_alive(keep));
  if (!point)
    throw search::Error("search_context_missing_exception", 404,
                        "No search context found for id [" + id.substr(0, 64) + "]");
  for (const std::string& index : point->indices) call.require("aoss:ReadDocument", index);
  return call.engine.search(*point->snapshot, request);
}

}  // namespace

std::string run_search(const Call& call, const std::string& expression, const json::Value& body,
                       bool ignore_unavailable) {
  const auto began = std::chrono::steady_clock::now();
  json::Value rest = body;
  const json::Value* pit = body.find("pit");
  if (pit != nullptr) rest.object().erase("pit");
  search::SearchRequest request = search::dsl::parse_search_request(rest);
  request.typed_keys = call.flag("typed_keys");
  search::dsl::check_request(request);
  if (pit != nullptr && !expression.empty())
    throw search::illegal_argument("[indices] cannot be used with point in time");
  search::SearchResponse response;
  if (pit != nullptr) {
    response = search_point(call, *pit, request);
  } else {
    const std::vector<search::IndexName> indices =
        call.names(call.resolve(expression, "aoss:ReadDocument", ignore_unavailable));
    request.query = with_alias_filters(call, expression, std::move(request.query));
    response = call.engine.search(indices, request);
  }
  const auto took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
  std::string out = search_body(response, took.count(), call.flag("rest_total_hits_as_int"));
  if (pit != nullptr) out.insert(1, "\"pit_id\":" + json::print(*pit->find("id")) + ",");
  return out;
}

search::QueryPtr with_alias_filters(const Call& call, const std::string& expression, search::QueryPtr query) {
  if (expression.empty() || expression == "_all" || expression == "*") return query;
  const auto aliases = call.catalog.aliases(call.collection);
  std::map<std::string, std::vector<search::QueryPtr>> filters;
  std::set<std::string> direct;
  for (const std::string& item : split(expression, ',')) {
    direct.insert(item);
    for (const auto& [alias, members] : *aliases) {
      if (!glob_match(item, alias)) continue;
      for (const auto& [index, options] : members) {
        const json::Value* filter = options.find("filter");
        if (filter != nullptr)
          filters[index].push_back(search::dsl::parse_query(*filter));
        else
          direct.insert(index);
      }
    }
  }
  std::erase_if(filters, [&](const auto& entry) {
    return std::any_of(direct.begin(), direct.end(), [&](const auto& one) { return glob_match(one, entry.first); });
  });
  if (filters.empty()) return query;
  search::BoolQuery allowed, others;
  for (auto& [index, own] : filters) {
    const auto here = search::make_query(search::TermQuery{"_index", index});
    others.must_not.push_back(here);
    search::BoolQuery any{.should = std::move(own)};
    allowed.should.push_back(
        search::make_query(search::BoolQuery{.filter = {here, search::make_query(std::move(any))}}));
  }
  allowed.should.push_back(search::make_query(std::move(others)));
  return search::make_query(
      search::BoolQuery{.must = {std::move(query)}, .filter = {search::make_query(std::move(allowed))}});
}

net::Response search_documents(Call& call) {
  // Collections have no scroll: the parameter means nothing there, and the clients' next step finds no path.
  call.allow_parameters({"q",
                         "df",
                         "default_operator",
                         "size",
                         "from",
                         "sort",
                         "track_total_hits",
                         "_source",
                         "_source_includes",
                         "_source_excludes",
                         "ignore_unavailable",
                         "allow_no_indices",
                         "expand_wildcards",
                         "rest_total_hits_as_int",
                         "request_cache",
                         "preference",
                         "search_type",
                         "batched_reduce_size",
                         "ccs_minimize_roundtrips",
                         "max_concurrent_shard_requests",
                         "scroll",
                         "typed_keys",
                         "routing",
                         "analyze_wildcard",
                         "lenient",
                         "track_scores",
                         "version",
                         "allow_partial_search_results",
                         "ignore_throttled",
                         "cancel_after_time_interval",
                         "docvalue_fields",
                         "stored_fields",
                         "seq_no_primary_term",
                         "timeout"});
  json::Value body = call.json_body();
  apply_parameters(call, body.object());
  return net::Response::json(200, run_search(call, call.part("index"), body));
}

net::Response search_many(Call& call) {
  return run_searches(call, [](const json::Value& body) { return body; });
}

net::Response run_searches(Call& call, const std::function<json::Value(const json::Value&)>& read) {
  call.allow_parameters({"max_concurrent_searches", "max_concurrent_shard_requests", "rest_total_hits_as_int",
                         "search_type", "typed_keys", "ccs_minimize_roundtrips", "ignore_unavailable",
                         "ignore_throttled", "allow_no_indices", "expand_wildcards"});
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::string> lines;
  for (std::string& line : split(call.body(), '\n')) {
    if (!trim(line).empty() || !lines.empty()) lines.push_back(std::move(line));
  }
  while (!lines.empty() && trim(lines.back()).empty()) lines.pop_back();
  if (lines.size() % 2 != 0 || lines.size() > 2 * kSearchesMax) {
    throw search::illegal_argument("a multi search request wants pairs of header and body, at most 1000");
  }
  std::string responses;
  for (size_t i = 0; i < lines.size(); i += 2) {
    if (i > 0) responses += ',';
    try {
      const json::Value header = trim(lines[i]).empty() ? json::Value(json::Object{}) : read_json(lines[i]);
      std::string expression = call.part("index");
      if (const json::Value* index = header.find("index")) {
        std::vector<std::string> names;
        if (index->is_string()) names.push_back(index->string());
        if (index->is_array())
          for (const json::Value& name : index->array()) names.push_back(name.string());
        expression = join(names, ",");
      }
      const json::Value* ignore = header.find("ignore_unavailable");
      const bool ignore_unavailable = ignore == nullptr ? call.flag("ignore_unavailable")
                                                        : search::dsl::as_boolean(*ignore).value_or(false);
      std::string answered = run_search(call, expression, read(read_json(lines[i + 1])), ignore_unavailable);
      answered.insert(answered.size() - 1, ",\"status\":200");
      responses += answered;
    } catch (const Forbidden& forbidden) {
      note_refusal(call, forbidden);
      responses += json::print(json::Object{{"error", error_object(forbidden_by_policy())}, {"status", 403}});
    } catch (const search::Error& error) {
      responses += json::print(json::Object{{"error", error_object(error)}, {"status", error.status}});
    } catch (const json::ParseError& error) {
      responses +=
          json::print(json::Object{{"error", error_object(search::parsing_exception(error.what()))}, {"status", 400}});
    }
  }
  const auto took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
  return net::Response::json(
      200, "{\"took\":" + std::to_string(took.count()) + ",\"responses\":[" + responses + "]}");
}

net::Response count_documents(Call& call) {
  call.allow_parameters({"q", "df", "default_operator", "ignore_unavailable", "allow_no_indices", "expand_wildcards",
                         "analyze_wildcard", "lenient", "preference", "routing", "min_score", "terminate_after"});
  json::Value body = call.json_body();
  apply_parameters(call, body.object());
  const auto parsed = with_alias_filters(call, call.part("index"), search::dsl::parse_query_body(body));
  const int64_t count = call.engine.count(call.names(call.resolve(call.part("index"), "aoss:ReadDocument")), parsed);
  return answer(200, json::Object{{"count", count}, {"_shards", shards()}});
}

}  // namespace standpipe::opensearch
