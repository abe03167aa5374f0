#include "services/opensearch/opensearch_data_plane.h"

#include "base/bytes.h"
#include "search/dsl/request.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/call.h"
#include "services/opensearch/filter_path.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

constexpr std::string_view kLocalPrefix = "/_aoss/";
constexpr std::string_view kHostPart = ".aoss.amazonaws.com";

struct Place {
  std::string id;
  std::string_view path;  // within the collection
};

Place place_of(const net::Request& http) {
  const std::string_view path = http.path();
  if (path.starts_with(kLocalPrefix)) {
    const std::string_view rest = path.substr(kLocalPrefix.size());
    const size_t slash = rest.find('/');
    return {std::string(rest.substr(0, slash)), slash == std::string_view::npos ? "/" : rest.substr(slash)};
  }
  return {collection_id_of(http.host()), path.empty() ? "/" : path};
}

aws::Refusal refusal_by(aws::DecidedBy by, const aws::Request& request, const char* action, const char* code,
                        const std::string& why) {
  aws::Refusal refusal = aws::refusal_of(request, by, code, why);
  refusal.action = action;
  return refusal;
}

}  // namespace

std::string collection_id_of(std::string_view endpoint) {
  if (const size_t scheme = endpoint.find("://"); scheme != std::string_view::npos) endpoint.remove_prefix(scheme + 3);
  endpoint = endpoint.substr(0, endpoint.find_first_of(":/"));
  if (!endpoint.ends_with(kHostPart)) return std::string(endpoint.find('.') == std::string_view::npos ? endpoint : "");
  endpoint.remove_suffix(kHostPart.size());
  const size_t dot = endpoint.find('.');
  return dot == std::string_view::npos ? "" : std::string(endpoint.substr(0, dot));
}

bool OpenSearchDataPlane::serves(const net::Request& http) const {
  if (http.path().starts_with(kLocalPrefix)) return true;
  const std::string host = http.host();
  return host.ends_with(kHostPart) && !collection_id_of(host).empty();
}

net::Response OpenSearchDataPlane::refuse(const aws::Request& request, const aws::Error&) {
  return forbidden_by_gateway(request.id);
}

std::optional<net::Response> OpenSearchDataPlane::gate(const aws::Request& request, const Collection& collection,
                                                       std::string_view service, Face face) const {
  const char* action = face == Face::dashboard ? "aoss:DashboardsAccessAll" : "aoss:APIAccessAll";
  const aws::Access access{action, collection.arn(), {{"aoss:collection", {collection.name}}}};
  const aws::Decision decision = caller_.decide(request, access);
  if (!decision.allowed || request.principal.account != collection.account) {
    const std::string why = decision.allowed ? "the collection belongs to another account"
                                             : aws::denial_message(request.principal, access, decision);
    note_refusal(caller_, collection, refusal_by(aws::DecidedBy::iam, request, action, "Forbidden", why));
    return forbidden_by_gateway(request.id);
  }
  if (!directory_.reachable(collection, face, service)) {
    const std::string type = face == Face::dashboard ? "dashboard" : "collection";
    const std::string whom = service.empty() ? "public access" : "public access or " + std::string(service);
    const std::string why = "no network policy with a rule of type " + type + " for collection/" + collection.name +
                            " allows " + whom;
    note_refusal(caller_, collection, refusal_by(aws::DecidedBy::network_policy, request, action, "Unauthorized", why));
    net::Response response =
        answer(401, json::Object{{"status", 401},
                                 {"error", json::Object{{"reason", "401 Unauthorized"}, {"type", "Unauthorized"}}}});
    response.headers.set("x-request-id", request.id);
    return response;
  }
  return std::nullopt;
}

net::Response OpenSearchDataPlane::serve(const aws::Request& request, net::Request& http) {
  const Place place = place_of(http);
  const auto collection = directory_.find(place.id);
  if (!collection) return not_offered(request.id);
  if (auto refused = gate(request, *collection, {})) return std::move(*refused);
  return serve_in(request, http, *collection, place.path);
}

net::Response OpenSearchDataPlane::dashboard(const aws::Request& request, const std::string& id, net::Request& http) {
  const auto collection = directory_.find(id);
  if (!collection) return not_offered(request.id);
  if (auto refused = gate(request, *collection, {}, Face::dashboard)) return std::move(*refused);
  return serve_in(request, http, *collection, http.path());
}

net::Response OpenSearchDataPlane::serve_in(const aws::Request& request, net::Request& http,
                                            const Collection& collection, std::string_view path) {
  net::Response response = route(request, http, collection, path);
  response.headers.set("x-request-id", request.id);
  const int hundreds = response.status / 100;
  count(collection, hundreds == 2 ? "2xx" : hundreds == 5 ? "5xx" : "4xx", "Count", 1);
  return response;
}

// Only what filter_path asks for. The paths are read first: what is refused has not been done.
static net::Response handle(Call& call, CallHandler handler) {
  const std::string* paths = call.parameter("filter_path");
  if (paths == nullptr) return handler(call);
  const FilterPath filter(*paths);
  net::Response response = handler(call);
  auto* body = std::get_if<std::string>(&response.body);
  if (body != nullptr && body->starts_with('{')) *body = json::print(filter.apply(json::parse(*body)));
  return response;
}

net::Response OpenSearchDataPlane::route(const aws::Request& request, net::Request& http, const Collection& collection,
                                         std::string_view path) {
  try {
    Call call(request, http, collection, directory_, engine_, catalog_, points_, caller_);
    const CallHandler handler = find_route(call, http.method, path);
    if (handler == nullptr) return not_offered(request.id);
    try {
      return handle(call, handler);
    } catch (const Forbidden& forbidden) {
      note_refusal(call, forbidden);
      return error_answer(forbidden_by_policy());
    }
  } catch (const search::Error& error) {
    return error_answer(error);
  } catch (const json::WrongKind& error) {
    return error_answer(search::parsing_exception(error.what()));
  }
}

void OpenSearchDataPlane::count(const Collection& collection, const char* name, const char* unit, double value) const {
  metrics_.record(
      {collection.account,
       collection.region,
       "AWS/AOSS",
       name,
       unit,
       value,
       {{"ClientId", collection.account}, {"CollectionId", collection.id}, {"CollectionName", collection.name}}});
}

BulkResult OpenSearchDataPlane::write(const aws::Request& request, const Target& target,
                                      std::span<const search::WriteOperation> operations,
                                      const std::optional<search::Checkpoint>& checkpoint) {
  BulkResult result;
  const auto collection = directory_.find(collection_id_of(target.collection));
  if (!collection) {
    result.status = 404;
    result.body = "The collection does not exist.";
    return result;
  }
  if (auto refused = gate(request, *collection, "firehose.amazonaws.com")) {
    result.status = refused->status;
    result.body = std::get<std::string>(refused->body);
    return result;
  }
  const net::Request no_http;
  const Call call(request, no_http, *collection, directory_, engine_, catalog_, points_, caller_);
  const auto fail_all = [&](const search::Error& error) {
    search::WriteOutcome outcome;
    outcome.status = error.status;
    outcome.error_type = error.type;
    outcome.error_reason = error.what();
    result.documents.assign(operations.size(), outcome);
  };
  try {
    call.require("aoss:WriteDocument", target.index);
    ensure_index(call, target.index);
    result.documents = engine_.write(call.name(target.index), operations, checkpoint);
    count(*collection, "IngestionDocumentRate", "Count", static_cast<double>(operations.size()));
  } catch (const Forbidden& forbidden) {
    note_refusal(call, forbidden);
    fail_all(forbidden_by_policy());
  } catch (const search::Error& error) {
    fail_all(error);
  }
  return result;
}

std::optional<std::string> OpenSearchDataPlane::checkpoint(const aws::Request&, const Target& target,
                                                           const std::string& source) {
  const auto collection = directory_.find(collection_id_of(target.collection));
  const search::IndexName index = collection ? collection->id + "/" + target.index : "";
  if (!collection) return std::nullopt;
  return engine_.checkpoint(index, source);
}

SearchResult OpenSearchDataPlane::search(const aws::Request& request, const Target& target, const std::string& body) {
  const auto collection = directory_.find(collection_id_of(target.collection));
  if (!collection) return {404, ""};
  if (auto refused = gate(request, *collection, "")) return {refused->status, std::get<std::string>(refused->body)};
  net::Request http;
  http.method = "POST";
  http.target = "/" + uri_encode(target.index) + "/_search";
  http.body = net::Body(body);
  net::Response response = route(request, http, *collection, http.target);
  return {response.status, std::get<std::string>(response.body)};
}

}  // namespace standpipe::opensearch
