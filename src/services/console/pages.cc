#include "services/console/pages.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/compress.h"
#include "base/json.h"

namespace standpipe::console {
namespace {

constexpr size_t kAssetBytesMax = 64 << 20;
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

bool takes_gzip(const net::Request& http) {
  for (const std::string& coding : split(http.headers.get("accept-encoding"), ',')) {
    const std::vector<std::string> parts = split(coding, ';');
    const bool refused = parts.size() > 1 && parse_double(replace_all(std::string(trim(parts[1])), "q=", "")) == 0.0;
    if (equal_ignoring_case(trim(parts[0]), "gzip")) return !refused;
  }
  return false;
}

bool has_current(const net::Request& http, std::string_view etag) {
  for (const std::string& tag : split(http.headers.get("if-none-match"), ',')) {
    std::string_view one = trim(tag);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag || one == "*") return true;
  }
  return false;
}

}  // namespace

net::Response error(int status, std::string_view code, std::string_view message) {
  return net::Response::json(status, json::print(json::Object{{"code", code}, {"message", message}}));
}

net::Response redirect(std::string location) {
  net::Response response = net::Response::text(302, "");
  response.headers.set("location", std::move(location));
  return response;
}

void confine(net::Response& response) {
  net::Headers& headers = response.headers;
  headers.set("content-security-policy", kPolicy);
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-frame-options", "DENY");
  headers.set("referrer-policy", "no-referrer");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-resource-policy", "same-origin");
  if (!headers.contains("cache-control")) headers.set("cache-control", "no-store");
}

net::Response Pages::serve(const net::Request& http, std::string_view path) const {
  if (http.method != "GET" && http.method != "HEAD") return error(405, "MethodNotAllowed", "Pages are read with GET.");
  if (assets_.empty()) return net::Response::text(503, "this build has no console\n");
  const auto found = std::ranges::find(assets_, path.empty() ? "index.html" : path, &Asset::path);
  if (found == assets_.end()) return error(404, "NotFound", "There is no such page.");
  net::Response response;
  response.headers.set("etag", std::string(found->etag));
  response.headers.set("vary", "accept-encoding");
  // What is under assets/ has a hash of its content in its name.
  response.headers.set("cache-control",
                       path.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  if (has_current(http, found->etag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("content-type", std::string(found->type));
  if (takes_gzip(http)) {
    response.headers.set("content-encoding", "gzip");
    response.body = std::string(found->gzip);
  } else {
    response.body = gzip_decompress(found->gzip, kAssetBytesMax).value_or("");
  }
  if (http.method == "HEAD") response.body = std::string();
  return response;
}

}  // namespace standpipe::console
