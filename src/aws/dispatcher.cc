#include "aws/dispatcher.h"

#include <exception>

#include "aws/aws_chunked.h"
#include "aws/codec.h"
#include "aws/host.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/logging.h"

namespace standpipe::aws {
namespace {

constexpr uint64_t kObjectBytesMax = (uint64_t{5} << 30) + (uint64_t{64} << 20);  // 5 GiB and the chunks' framing
constexpr uint64_t kBodyBytesMax = uint64_t{100} << 20;

// "AKIA…/date/region/service/aws4_request", wherever the client put it.
std::vector<std::string> credential_scope(const net::Request& http) {
  std::string credential;
  if (const std::string* header = http.headers.find("authorization")) {
    const size_t at = header->find("Credential=");
    if (at != std::string::npos) credential = header->substr(at + 11, header->find_first_of(", ", at) - at - 11);
  } else {
    const std::string query(http.query());
    const size_t at = query.find("X-Amz-Credential=");
    if (at != std::string::npos) {
      credential = uri_decode(query.substr(at + 17, query.find('&', at) - at - 17)).value_or("");
    }
  }
  return split(credential, '/');
}

std::string scope_service(const net::Request& http) {
  const std::vector<std::string> parts = credential_scope(http);
  return parts.size() >= 5 ? parts[parts.size() - 2] : "";
}

std::string claimed_key(const net::Request& http) { return credential_scope(http).front(); }

Error internal_failure(const ServiceModel* model) {
  const bool xml = model != nullptr && (model->protocol == "query" || model->protocol == "rest-xml");
  return Error(xml ? "InternalError" : "InternalFailure", 500,
               "The request processing has failed because of an unknown error, exception or failure.");
}

bool has_route(const ServiceModel& model, const Wire& wire, const net::Request& http) {
  try {
    return route(model, wire, http, http.path()).operation != nullptr;
  } catch (const Error&) {
    return false;
  }
}

Error unknown_service() {
  return Error("AccessDeniedException", 403, "Unable to determine service/operation name to be authorized");
}

}  // namespace

Dispatcher::Dispatcher(const Caller& caller, const Credentials& credentials, Clock& clock, std::string default_region)
    : caller_(caller), credentials_(credentials), clock_(clock), default_region_(std::move(default_region)) {}

void Dispatcher::add(Service& service) { services_.push_back(&service); }
void Dispatcher::add(RawService& service) { raw_services_.push_back(&service); }

void Dispatcher::add(Shortcut& shortcut) {
  for (const Service* service : services_) {
    if (service->model().name != shortcut.service()) continue;
    if (const OperationModel* operation = find_operation(service->model(), shortcut.operation())) {
      shortcuts_.emplace(operation, &shortcut);
      return;
    }
  }
  check(false, "a shortcut to an operation that this server does not have");
}

net::Response Dispatcher::serve(net::Request& http) const {
  Request request = begin(http);
  for (RawService* raw : raw_services_) {
    if (raw->serves(http)) return serve_raw(*raw, request, http);
  }
  net::Response response = serve_modelled(request, http);
  // Objects of buckets are anybody's pages; on a plain address they share the origin with the console.
  if (parse_host(http.host()).endpoint_prefix.empty()) response.headers.set("content-security-policy", "sandbox");
  return response;
}

net::Response Dispatcher::serve_modelled(Request& request, net::Request& http) const {
  Wire wire;
  const ServiceModel* model = nullptr;
  try {
    wire = detect(http);
    const Destination found = destination(http, wire);
    if (found.service == nullptr) throw unknown_service();
    model = &found.service->model();
    const bool by_target = !wire.rest && wire.protocol != Protocol::query && !model->protocol.starts_with("rest-");
    if (by_target && http.method != "POST") throw unknown_service();
    return serve_operation(found, wire, request, http);
  } catch (const Error& error) {
    // What could not even be read is answered in the form that the signer's client reads.
    const Service* meant = model == nullptr ? by_signature(http) : nullptr;
    if (meant != nullptr) model = &meant->model();
    // Who was refused, and by what: what a person who debugs a 403 needs to see.
    if (error.status == 403 || error.code.starts_with("AccessDenied")) {
      logging::info("refused {} {} {}: {}: {}", request.id, model != nullptr ? model->name : "?", http.method,
                    error.code, error.what());
    }
    return encode_error(model, wire, http, error, request.id);
  } catch (const std::exception& unexpected) {
    logging::error("{}: {}", request.id, unexpected.what());
    return encode_error(model, wire, http, internal_failure(model), request.id);
  }
}

Request Dispatcher::begin(const net::Request& http) const {
  Request request;
  request.id = new_request_id();
  request.region = default_region_;
  request.source_ip = http.peer;
  request.user_agent = http.headers.get("user-agent");
  request.secure = http.tls;
  request.http = &http;
  return request;
}

Service* Dispatcher::by_signature(const net::Request& http) const {
  const std::string name = scope_service(http);
  if (name.empty()) return nullptr;
  for (Service* service : services_) {
    if (service->model().signing_name == name) return service;
  }
  return nullptr;
}

Dispatcher::Destination Dispatcher::destination(const net::Request& http, const Wire& wire) const {
  Destination found;
  found.path = http.path();
  const HostName host = parse_host(http.host());
  found.region = host.region;
  if (!host.endpoint_prefix.empty()) {
    for (Service* service : services_) {
      if (service->model().endpoint_prefix == host.endpoint_prefix) found.service = service;
    }
  } else {
    found.service = by_signature(http);
    for (Service* service : services_) {
      if (found.service == nullptr && names(service->model(), wire)) found.service = service;
    }
    for (Service* service : services_) {
      const bool by_path = found.service == nullptr && wire.rest && service->model().protocol == "rest-json";
      if (by_path && has_route(service->model(), wire, http)) found.service = service;
    }
    // What nobody else claims on a plain address is an S3 path, as with any local S3.
    if (found.service == nullptr && wire.rest) found.service = caller_.find("s3");
  }
  if (!host.bucket.empty()) found.path = "/" + host.bucket + (found.path.empty() ? "/" : found.path);
  return found;
}

AuthRules Dispatcher::rules(const ServiceModel& model) const {
  using std::chrono::minutes;
  AuthStyle style = AuthStyle::json;
  if (model.protocol == "query") style = AuthStyle::query;
  if (model.protocol == "rest-json") style = AuthStyle::rest_json;
  if (model.protocol == "rest-xml") style = AuthStyle::s3;
  const bool lenient = model.name == "s3" || model.name == "sts" || model.name == "iam";
  return {model.signing_name, style, lenient ? minutes(15) : minutes(5)};
}

Authenticated Dispatcher::authenticated(const net::Request& http, const AuthRules& rules,
                                        const Refusal& refusal) const {
  try {
    return authenticate(http, rules, credentials_, clock_.now());
  } catch (const Error& error) {
    Refusal told = refusal;
    told.access_key_id = claimed_key(http);
    if (const auto credential = credentials_.find(told.access_key_id, http.headers.get("x-amz-security-token"))) {
      told.account = credential->principal.account;
      told.principal = credential->principal.arn;
    }
    told.code = error.code;
    told.reason = error.what();
    caller_.remember(std::move(told));
    throw;
  }
}

void Dispatcher::authenticate_as(Request& request, net::Request& http, const ServiceModel& model,
                                 const OperationModel* operation) const {
  Refusal refusal = refusal_of(request, DecidedBy::signature, {}, {});
  refusal.service = model.name;
  if (operation != nullptr) refusal.action = std::string(model.action_prefix) + ":" + std::string(operation->name);
  Authenticated signer = authenticated(http, rules(model), refusal);
  request.principal = signer.principal;
  request.account = signer.principal.account;
  if (!model.global) request.region = signer.parts.region;
  if (model.name == "s3" && is_aws_chunked(http)) decode_aws_chunked(http, signer);
}

net::Response Dispatcher::serve_raw(RawService& service, Request& request, net::Request& http) const {
  try {
    if (!service.signing_name().empty()) {
      try {
        const AuthRules raw_rules{service.signing_name(), AuthStyle::rest_json, std::chrono::minutes(5)};
        Refusal refusal = refusal_of(request, DecidedBy::signature, {}, {});
        refusal.service = service.signing_name();
        Authenticated signer = authenticated(http, raw_rules, refusal);
        request.principal = signer.principal;
        request.account = signer.principal.account;
        request.region = signer.parts.region;
      } catch (const Error& error) {
        logging::info("refused {} {} {}: {}: {}", request.id, service.signing_name(), http.method, error.code,
                      error.what());
        return service.refuse(request, error);
      }
    }
    return service.serve(request, http);
  } catch (const std::exception& unexpected) {
    logging::error("{}: {}", request.id, unexpected.what());
    return net::Response::json(500, R"({"status":500,"error":{"type":"exception","reason":"internal error"}})");
  }
}

net::Response Dispatcher::serve_operation(const Destination& found, const Wire& wire, Request& request,
                                          net::Request& http) const {
  Service& service = *found.service;
  const ServiceModel& model = service.model();
  // Unknown operations of query services are answered after the signature, those of JSON services before it.
  const bool route_first = model.protocol != "query";
  Route target;
  if (route_first) target = route(model, wire, http, found.path);
  authenticate_as(request, http, model, target.operation);
  if (!found.region.empty() && !model.global) request.region = found.region;
  if (!route_first) target = route(model, wire, http, found.path);

  const OperationModel& operation = *target.operation;
  if (auto response = serve_shortcut(found, wire, operation, request, http)) return std::move(*response);
  const std::shared_ptr<void> input = operation.input->access->make();
  const Missing missing = decode(model, wire, target, http, input.get());
  const std::shared_ptr<void> output = operation.output->access->make();
  caller_.invoke(service, operation, request, input.get(), output.get(), missing);
  return encode(model, wire, operation, output.get(), request.id);
}

std::optional<net::Response> Dispatcher::serve_shortcut(const Destination& found, const Wire& wire,
                                                        const OperationModel& operation, const Request& request,
                                                        const net::Request& http) const {
  const auto shortcut = shortcuts_.find(&operation);
  if (shortcut == shortcuts_.end() || wire.protocol != Protocol::json) return std::nullopt;
  auto body = shortcut->second->serve(request, http.body.view(), [&](const void* input) {
    caller_.authorize(*found.service, operation, request, input);
  });
  if (!body) return std::nullopt;
  return json_response(wire, std::move(*body), request.id);
}

uint64_t Dispatcher::body_limit(const net::Request& head) const {
  for (const RawService* raw : raw_services_) {
    if (raw->serves(head)) return raw->body_limit(head);
  }
  const HostName host = parse_host(head.host());
  const bool object = host.endpoint_prefix.empty() ? scope_service(head) == "s3" : host.endpoint_prefix == "s3";
  return object && has_signature(head) ? kObjectBytesMax : kBodyBytesMax;
}

net::Response Dispatcher::refusal(const net::Request& head, int status) const {
  const std::string id = new_request_id();
  for (RawService* raw : raw_services_) {
    if (!raw->signing_name().empty() || !raw->serves(head)) continue;
    return raw->refuse(begin(head), status == 413 ? Error("ContentTooLarge", 413, "The request is too long.")
                                                  : Error("ServiceUnavailable", 503, "Please try again."));
  }
  const HostName host = parse_host(head.host());
  Service* service = by_signature(head);
  for (Service* named : services_) {
    if (!host.endpoint_prefix.empty() && named->model().endpoint_prefix == host.endpoint_prefix) service = named;
  }
  const ServiceModel* model = service == nullptr ? nullptr : &service->model();
  const bool s3 = model != nullptr && model->name == "s3";
  Wire wire;
  if (model != nullptr && model->protocol == "json") {
    wire.rest = false;
    wire.protocol = Protocol::json;
    wire.json_version = model->json_version;
  }
  if (status == 413) {
    return encode_error(model, wire, head,
                        s3 ? Error("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
                           : Error("RequestEntityTooLarge", 413, "Request body is too long"),
                        id);
  }
  return encode_error(
      model, wire, head,
      s3 ? Error("SlowDown", 503, "Please reduce your request rate.")
         : Error("ThrottlingException", model != nullptr && model->protocol == "json" ? 400 : 503, "Rate exceeded"),
      id);
}

}  // namespace standpipe::aws
