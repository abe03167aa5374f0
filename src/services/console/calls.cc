// What the console's pages ask for, each call as the principal who signed in.
#include <algorithm>

#include "aws/json_call.h"
#include "base/bytes.h"
#include "generated/s3.h"
#include "services/console/console.h"

namespace standpipe::console {
namespace {

constexpr int64_t kRefusalsMax = 500, kRefusalsDefault = 100;

bool is_region(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string region_of(const std::string& wanted, const std::string& otherwise) {
  if (wanted.empty()) return otherwise;
  if (!is_region(wanted)) throw aws::Error("ValidationError", 400, "The region is not one.");
  return wanted;
}

// attachment; filename="plain"; filename*=UTF-8''any%20name
std::string as_attachment(const std::string& key) {
  const std::string name = key.substr(key.rfind('/') + 1);
  std::string plain;
  for (const char c : name) {
    const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '-' || c == '_';
    plain += safe ? c : '_';
  }
  if (plain.empty()) return "attachment";
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + uri_encode(name);
}

json::Object shown_refusal(const aws::Refusal& refusal) {
  json::Object shown{{"time", static_cast<double>(epoch_ms(refusal.time)) / 1000},
                     {"requestId", refusal.request_id},
                     {"principal", refusal.principal},
                     {"service", refusal.service},
                     {"action", refusal.action},
                     {"resource", refusal.resource},
                     {"sourceIp", refusal.source_ip},
                     {"userAgent", refusal.user_agent},
                     {"decidedBy", aws::name_of(refusal.decided_by)},
                     {"code", refusal.code},
                     {"reason", refusal.reason}};
  if (!refusal.access_key_id.empty()) shown["accessKeyId"] = refusal.access_key_id;
  if (!refusal.called_via.empty()) shown["calledVia"] = refusal.called_via;
  return shown;
}

}  // namespace

net::Response Console::call_aws(Visit& visit) {
  const std::vector<std::string> parts = split(visit.path, '/');  // aws, service, operation
  if (parts.size() != 3) return error(404, "NotFound", "Calls are made as api/aws/<service>/<Operation>.");
  aws::Request request = visit.as();
  const aws::Service* service = around_.caller.find(parts[1]);
  const bool global = service != nullptr && service->model().global;
  request.region = global ? settings_.region : region_of(visit.parameter("region"), settings_.region);
  const std::string_view body = visit.http.body.view();
  net::Response response = net::Response::json(
      200, aws::call_json(around_.caller, request, parts[1], parts[2], trim(body).empty() ? "{}" : body));
  response.headers.set("x-amzn-requestid", request.id);
  return response;
}

net::Response Console::call_collection(Visit& visit) {
  const std::string id = visit.path.substr(visit.path.find('/') + 1);
  const std::string method = visit.parameter("method"), path = visit.parameter("path");
  constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "DELETE"};
  if (std::ranges::find(kMethods, method) == std::end(kMethods)) {
    return error(400, "ValidationError", "The method must be GET, HEAD, POST, PUT or DELETE.");
  }
  const bool printable = std::ranges::all_of(path, [](unsigned char c) { return c > ' ' && c != 0x7F; });
  if (!path.starts_with('/') || !printable) return error(400, "ValidationError", "The path must begin with a slash.");
  net::Request inner;
  inner.method = method;
  inner.target = path;
  inner.headers.set("content-type", visit.http.headers.get("content-type", "application/json"));
  inner.body = visit.http.body;
  net::Response response = around_.data_plane.dashboard(visit.as(), id, inner);
  if (method == "HEAD") response.body = std::string();
  return response;
}

net::Response Console::object(Visit& visit) {
  s3::GetObjectInput input{.bucket = visit.parameter("bucket"), .key = visit.parameter("key")};
  if (input.bucket.empty() || input.key.empty()) {
    return error(400, "ValidationError", "The parameters bucket and key are required.");
  }
  aws::Request request = visit.as();
  request.region = region_of(visit.parameter("region"), settings_.region);
  const std::string disposition = as_attachment(input.key);
  const s3::GetObjectOutput output = around_.caller.invoke(request, input);
  net::Response response;
  response.headers.set("content-type", "application/octet-stream");
  response.headers.set("content-disposition", disposition);
  if (output.body && output.body->source) response.body = output.body->source;
  else if (output.body) response.body = std::string(output.body->body.view());
  return response;
}

net::Response Console::list_refusals(Visit& visit) {
  const std::string wanted = visit.parameter("limit");
  const int64_t limit = wanted.empty() ? kRefusalsDefault : parse_int(wanted).value_or(0);
  if (limit < 1 || limit > kRefusalsMax) return error(400, "ValidationError", "The limit must be from 1 to 500.");
  const aws::Request request = visit.as();
  const bool everybody = around_.caller.decide(request, {"cloudtrail:LookupEvents", "*"}).allowed;
  const auto principal = everybody ? std::nullopt : std::optional(request.principal.arn);
  json::Array refusals;
  for (const aws::Refusal& refusal :
       around_.refusals.list(request.account, principal, static_cast<size_t>(limit))) {
    refusals.emplace_back(shown_refusal(refusal));
  }
  return answer(json::Object{{"refusals", std::move(refusals)}, {"everybody", everybody}});
}

}  // namespace standpipe::console
