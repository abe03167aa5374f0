#include "server/admin.h"

#include "base/bytes.h"
#include "base/json.h"

namespace standpipe::server {
namespace {

net::Response refuse(int status, const char* reason) {
  return net::Response::json(status, json::print(json::Object{{"error", reason}}));
}

}  // namespace

bool Admin::is_root(const net::Request& http) const {
  const std::string header = http.headers.get("authorization");
  constexpr std::string_view kBasic = "Basic ";
  if (!header.starts_with(kBasic)) return false;
  const auto sent = base64_decode(header.substr(kBasic.size()));
  return sent && constant_time_equal(*sent, settings_.root_access_key + ":" + settings_.root_secret_key);
}

net::Response Admin::serve(const net::Request& http) const {
  const std::string_view path = http.path();
  const bool get = http.method == "GET" || http.method == "HEAD", post = http.method == "POST";
  const bool page = path == "/_standpipe/health" || path == "/_standpipe/metrics";
  const bool action = path == "/_standpipe/flush" || path == "/_standpipe/reset";
  if (!page && !action) return refuse(404, "no such page");
  if ((page && !get) || (action && !post)) return refuse(405, "method not allowed");
  if (path == "/_standpipe/health") return net::Response::json(200, actions_.health());
  if (path == "/_standpipe/metrics") return net::Response::text(200, actions_.metrics(), "text/plain; version=0.0.4");
  if (!is_root(http)) {
    net::Response response = refuse(401, "this needs the root credentials (HTTP Basic: access key id and secret)");
    response.headers.set("www-authenticate", "Basic realm=\"standpipe\"");
    return response;
  }
  if (path == "/_standpipe/flush") {
    return actions_.flush() ? net::Response::json(200, R"({"flushed":true})")
                            : refuse(504, "not everything could be delivered in time");
  }
  actions_.reset();
  return net::Response::json(200, R"({"reset":true})");
}

}  // namespace standpipe::server
