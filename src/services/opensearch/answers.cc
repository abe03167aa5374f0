#include "services/opensearch/answers.h"

#include "search/hit_text.h"

namespace standpipe::opensearch {
namespace {

void mark(net::Response& response, const std::string& request_id) {
  response.headers.set("x-request-id", request_id);
  response.headers.set("server", "aoss-amazon");
}

}  // namespace

json::Value error_object(const search::Error& error) {
  json::Object cause{{"type", error.type}, {"reason", std::string(error.what())}};
  if (!error.index.empty()) cause["index"] = std::string(search::visible_name(error.index));
  json::Object object{{"root_cause", json::Array{cause}}};
  if (error.in_query_phase) {
    // As OpenSearch tells what its shards could not do.
    if (!error.cause_type.empty()) {
      cause["caused_by"] = json::Object{{"type", error.cause_type}, {"reason", error.cause_reason}};
    }
    object["type"] = "search_phase_execution_exception";
    object["reason"] = "all shards failed";
    object["phase"] = "query";
    object["grouped"] = true;
    const std::string index(search::visible_name(error.index));
    object["failed_shards"] = json::Array{json::Object{{"shard", 0}, {"index", index}, {"reason", cause}}};
    return object;
  }
  for (const auto& [name, value] : cause) object[name] = value;
  if (!error.cause_type.empty()) {
    object["caused_by"] = json::Object{{"type", error.cause_type}, {"reason", error.cause_reason}};
  }
  return object;
}

net::Response answer(int status, const json::Value& body) { return net::Response::json(status, json::print(body)); }

net::Response error_answer(const search::Error& error) {
  return answer(error.status, json::Object{{"error", error_object(error)}, {"status", error.status}});
}

net::Response forbidden_by_gateway(const std::string& request_id) {
  net::Response response =
      answer(403, json::Object{{"status", 403},
                               {"request-id", request_id},
                               {"error", json::Object{{"reason", "403 Forbidden"}, {"type", "Forbidden"}}}});
  mark(response, request_id);
  response.headers.set("x-aoss-response-hint", "X01:gw-helper-deny");
  return response;
}

search::Error forbidden_by_policy() {
  return {"security_exception", 403,
          "authorization_exception: User does not have permissions for the requested resource"};
}

net::Response not_offered(const std::string& request_id) {
  net::Response response;
  response.status = 404;
  mark(response, request_id);
  return response;
}

std::string search_body(const search::SearchResponse& response, int64_t took_ms, bool total_as_number) {
  std::string out = "{\"took\":" + std::to_string(took_ms) +
                    ",\"timed_out\":false,";
  if (response.terminated_early)
    out += "\"terminated_early\":" + std::string(*response.terminated_early ? "true," : "false,");
  out += "\"_shards\":" + json::print(shards()) + ",\"hits\":{";
  if (response.total_counted) {
    const std::string total = std::to_string(response.total);
    out += "\"total\":";
    out += total_as_number
               ? total
               : "{\"value\":" + total + ",\"relation\":\"" + (response.total_is_lower_bound ? "gte" : "eq") + "\"}";
    out += ',';
  }
  out += "\"max_score\":";
  if (response.score_max)
    json::append_number(out, static_cast<double>(*response.score_max));
  else
    out += "null";
  out += ",\"hits\":[";
  bool first = true;
  for (const search::Hit& hit : response.hits) {
    if (!first) out += ',';
    first = false;
    search::append_hit(out, hit);
  }
  out += "]}";
  if (!response.aggregations.is_null()) {
    out += ",\"aggregations\":" + json::print(response.aggregations);
  }
  return out + "}";
}

// Collections have no shards to show.
json::Object shards() { return {{"total", 0}, {"successful", 0}, {"skipped", 0}, {"failed", 0}}; }

json::Object written(const std::string& index, const search::WriteOutcome& outcome) {
  return {{"_index", index},
          {"_id", outcome.id},
          {"_version", outcome.version},
          {"result", outcome.result},
          {"_shards", json::Object{{"total", 0}, {"successful", 0}, {"failed", 0}}},
          {"_seq_no", outcome.seq_no},
          {"_primary_term", 1}};
}

search::Error refusal(const std::string& index, const search::WriteOutcome& outcome) {
  search::Error error(outcome.error_type, outcome.status, outcome.error_reason);
  error.index = index;
  error.cause_type = outcome.cause_type;
  error.cause_reason = outcome.cause_reason;
  return error;
}

}  // namespace standpipe::opensearch
