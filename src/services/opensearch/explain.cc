// _explain: does this document match, and with which score? _analyze: which tokens does a text become?
#include "search/dsl/request.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {

net::Response explain(Call& call) {
  call.allow_parameters({"q", "df", "default_operator", "_source", "preference", "routing", "stored_fields", "lenient",
                         "analyze_wildcard"});
  const std::string index = call.write_target(call.part("index")), id = call.part("id");
  call.require("aoss:ReadDocument", index);
  if (!call.exists(index)) throw search::index_not_found(index);
  json::Value body = call.json_body();
  if (const std::string* q = call.parameter("q"))
    body.object()["query"] = json::Object{{"query_string", json::Object{{"query", *q}}}};
  if (body.find("query") == nullptr)
    throw search::Error("action_request_validation_exception", 400, "Validation Failed: 1: query is missing;");
  const search::QueryPtr query = search::dsl::parse_query_body(body);
  json::Object shown{{"_index", index}, {"_id", id}};
  if (!call.engine.get(call.name(index), id)) {
    shown.append("matched", false);
    return answer(404, shown);
  }
  search::SearchRequest request;
  request.query = search::make_query(
      search::BoolQuery{.must = {query}, .filter = {search::make_query(search::IdsQuery{{id}})}});
  const search::IndexName name = call.name(index);
  const search::SearchResponse found = call.engine.search(std::span(&name, 1), request);
  const bool matched = !found.hits.empty();
  shown.append("matched", matched);
  json::Object explanation{
      {"value", matched ? json::Value(static_cast<double>(found.hits[0].score.value_or(0))) : json::Value(0)},
      {"description", matched ? "score of the query for this document" : "no matching term"},
      {"details", json::Array{}}};
  shown.append("explanation", std::move(explanation));
  return answer(200, shown);
}

net::Response analyze(Call& call) {
  call.allow_parameters({"analyzer", "text", "field", "prefer_local", "format"});
  json::Value body = call.json_body();
  for (const char* name : {"analyzer", "text", "field"}) {
    if (const std::string* value = call.parameter(name)) body.object()[name] = *value;
  }
  const std::string index = call.write_target(call.part("index"));
  call.require("aoss:ReadDocument", index);
  if (!call.exists(index)) throw search::index_not_found(index);
  return answer(200, call.engine.analyze(call.name(index), body));
}

}  // namespace standpipe::opensearch
