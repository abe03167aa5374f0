#include "services/console/console.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/logging.h"
#include "base/random.h"

namespace standpipe::console {
namespace {

constexpr std::string_view kApi = "api/";
constexpr uint64_t kSmallBytesMax = 64 << 10, kCallBytesMax = 12 << 20, kDocumentsBytesMax = 20 << 20;

}  // namespace

const Console::Row Console::kRows[] = {
    {"session", "GET", false, false, &Console::session},
    {"sign-in", "POST", false, true, &Console::sign_in},
    {"sign-out", "POST", false, true, &Console::sign_out},
    {"change-password", "POST", false, true, &Console::change_password},
    {"refusals", "GET", true, false, &Console::list_refusals},
    {"object", "GET", true, false, &Console::object},
    {"aws/", "POST", true, true, &Console::call_aws},
    {"opensearch/", "POST", true, false, &Console::call_collection},
};

Console::Console(const Surroundings& surroundings, Settings settings, std::span<const Asset> assets)
    : around_(surroundings),
      settings_(std::move(settings)),
      pages_(assets),
      token_key_(random_bytes(32)),
      sessions_(around_.sign_in, around_.clock),
      attempts_(around_.clock) {}

net::Response answer(const json::Value& value) { return net::Response::json(200, json::print(value)); }

net::Response error_answer(const aws::Error& failure, const std::string& request_id) {
  net::Response response = error(failure.status, failure.code, failure.what());
  if (failure.status == 304) response.body = std::string();
  response.headers.set("x-amzn-requestid", request_id);
  return response;
}

net::Response Console::refuse(const aws::Request& request, const aws::Error& failure) {
  net::Response response = error_answer(failure, request.id);
  confine(response);
  return response;
}

uint64_t Console::body_limit(const net::Request& http) const {
  const auto mount = mount_of(http);
  const std::string_view path = mount ? std::string_view(mount->path) : "";
  // Who is not signed in has little to say.
  if (!sessions_.find(cookie(http, "session"))) return kSmallBytesMax;
  if (path.starts_with("api/aws/")) return kCallBytesMax;
  return path.starts_with("api/opensearch/") ? kDocumentsBytesMax : kSmallBytesMax;
}

net::Response Console::serve(const aws::Request& request, net::Request& http) {
  const auto mount = mount_of(http);
  net::Response response;
  if (!host_allowed(http, settings_.hosts)) {
    response = error(403, "HostNotAllowed", "The console does not answer to this host name; see --console-hosts.");
  } else if (!mount->redirect.empty()) {
    response = redirect(mount->redirect);
  } else if (mount->path.starts_with(kApi)) {
    response = serve_api(request, http, *mount);
  } else {
    response = pages_.serve(http, mount->path);
  }
  confine(response);
  return response;
}

net::Response Console::serve_api(const aws::Request& request, net::Request& http, const Mount& mount) {
  Visit visit{request, http, mount, mount.path.substr(kApi.size()), std::nullopt};
  const auto row = std::ranges::find_if(kRows, [&](const Row& one) {
    return one.path.ends_with('/') ? visit.path.starts_with(one.path) : visit.path == one.path;
  });
  if (row == std::end(kRows)) return error(404, "NotFound", "The console has no such call.");
  visit.who = sessions_.find(cookie(http, "session"));
  net::Response refusal = refused(visit, *row);
  if (refusal.status != 0) return refusal;
  try {
    return (this->*row->handler)(visit);
  } catch (const aws::Error& failure) {
    return error_answer(failure, request.id);
  } catch (const json::WrongKind& wrong) {
    return error(400, "ValidationError", wrong.what());
  } catch (const json::ParseError&) {
    return error(400, "ValidationError", "The body is not valid JSON.");
  } catch (const std::exception& unexpected) {
    logging::error("{}: {}", request.id, unexpected.what());
    return error(500, "InternalFailure", "The request processing has failed because of an unknown error.");
  }
}

net::Response Console::refused(Visit& visit, const Row& row) {
  const bool changes = row.method == "POST";
  if (visit.http.method != row.method) {
    net::Response response = error(405, "MethodNotAllowed", "This call wants " + std::string(row.method) + ".");
    response.headers.set("allow", std::string(row.method));
    return response;
  }
  if (changes && !own_origin(visit.http)) {
    return error(403, "ForeignOrigin", "Calls come from the console's own pages.");
  }
  if (row.json && !is_json(visit.http)) {
    return error(415, "UnsupportedMediaType", "This call wants content-type: application/json.");
  }
  if (row.session && !visit.who) return error(401, "SessionExpired", "Sign in to go on.");
  if (changes && !has_token(visit.http)) return error(403, "InvalidCsrfToken", "The x-csrf-token is missing or wrong.");
  net::Response pass;
  pass.status = 0;
  return pass;
}

std::string Console::token_for(const net::Request& http, std::string_view name) const {
  const std::string value = cookie(http, name);
  return value.empty() ? "" : hex_encode(hmac_sha256(token_key_, std::string(name) + "/" + value));
}

bool Console::has_token(const net::Request& http) const {
  const std::string sent = http.headers.get("x-csrf-token");
  bool good = false;
  for (const std::string_view name : {"session", "visit"}) {
    const std::string expected = token_for(http, name);
    good |= !expected.empty() && constant_time_equal(sent, expected);
  }
  return good;
}

aws::Request Console::Visit::as() const {
  aws::Request as = request;
  as.principal = who->principal;
  as.account = who->principal.account;
  as.http = nullptr;  // nothing of the browser's request is part of the call
  return as;
}

std::string Console::Visit::parameter(std::string_view name) const {
  const auto parameters = net::parse_query(http.query());
  if (!parameters) throw aws::Error("MalformedQueryString", 400, "The query string is malformed.");
  for (const auto& [key, value] : *parameters) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace standpipe::console
