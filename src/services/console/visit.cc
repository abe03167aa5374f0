#include "services/console/visit.h"

#include <arpa/inet.h>

#include <algorithm>

#include "aws/host.h"
#include "aws/signature.h"
#include "base/bytes.h"

namespace standpipe::console {
namespace {

constexpr std::string_view kConsole = "/_console", kCollections = "/_aoss/", kDashboards = "/_dashboards";
constexpr std::string_view kCollectionHosts = ".aoss.amazonaws.com";

bool is_address(const std::string& host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

// The collection whose own name this is: "<id>.<region>.aoss.amazonaws.com".
std::string collection_of(const std::string& host) {
  if (!host.ends_with(kCollectionHosts)) return {};
  const std::vector<std::string> labels = split(host.substr(0, host.size() - kCollectionHosts.size()), '.');
  return labels.size() == 2 ? labels[0] : "";
}

// "/…" below a mount that ends without a slash.
Mount below(std::string_view whole, std::string_view mount, std::string collection) {
  if (whole == mount) return {std::move(collection), {}, std::string(mount) + "/"};
  return {std::move(collection), std::string(whole.substr(mount.size() + 1)), {}};
}

bool is_at(std::string_view path, std::string_view mount) {
  return path.starts_with(mount) && (path.size() == mount.size() || path[mount.size()] == '/');
}

bool is_browser_at_root(const net::Request& http) {
  return http.method == "GET" && http.target == "/" && !aws::has_signature(http) &&
         http.headers.get("accept").find("text/html") != std::string::npos;
}

std::string port_of(const net::Request& http) {
  const std::string host = http.headers.get("host");
  const size_t colon = host.find_last_of(":]");
  if (colon == std::string::npos || host[colon] != ':') return http.tls ? "443" : "80";
  const auto number = parse_int(std::string_view(host).substr(colon + 1));
  return number && *number > 0 && *number < 65536 ? std::to_string(*number) : "0";
}

std::string attributes(const net::Request& http) {
  return std::string("; Path=/; HttpOnly; SameSite=Strict") + (http.tls ? "; Secure" : "");
}

}  // namespace

std::optional<Mount> mount_of(const net::Request& http) {
  const std::string_view path = http.path();
  const std::string host = http.host();
  if (const std::string collection = collection_of(host); !collection.empty() && is_at(path, kDashboards)) {
    return below(path, kDashboards, collection);
  }
  if (path.starts_with(kCollections)) {
    const size_t slash = path.find('/', kCollections.size());
    if (slash == std::string_view::npos || !is_at(path.substr(slash), kDashboards)) return std::nullopt;
    return below(path, path.substr(0, slash + kDashboards.size()),
                 std::string(path.substr(kCollections.size(), slash - kCollections.size())));
  }
  if (!aws::parse_host(host).endpoint_prefix.empty()) return std::nullopt;
  if (is_at(path, kConsole)) return below(path, kConsole, {});
  if (is_browser_at_root(http)) return Mount{{}, {}, std::string(kConsole) + "/"};
  return std::nullopt;
}

bool host_allowed(const net::Request& http, const std::vector<std::string>& more) {
  const std::string host = http.host();
  return is_address(host) || host == "localhost" || host.ends_with(".localhost") || !collection_of(host).empty() ||
         std::ranges::find(more, host) != more.end();
}

bool own_origin(const net::Request& http) {
  const std::string site = http.headers.get("sec-fetch-site");
  if (site == "cross-site" || site == "same-site") return false;
  const std::string* origin = http.headers.find("origin");
  if (origin == nullptr) return true;
  return equal_ignoring_case(*origin, (http.tls ? "https://" : "http://") + http.headers.get("host"));
}

bool is_json(const net::Request& http) {
  const std::string type = http.headers.get("content-type");
  return equal_ignoring_case(trim(std::string_view(type).substr(0, type.find(';'))), "application/json");
}

std::string cookie_name(const net::Request& http, std::string_view name) {
  // The prefix makes browsers refuse such a cookie from a neighbouring name.
  return (http.tls ? "__Host-standpipe-" : "standpipe-") + std::string(name) + "-" + port_of(http);
}

std::string cookie(const net::Request& http, std::string_view name) {
  const std::string wanted = cookie_name(http, name) + "=";
  for (const auto& [header, value] : http.headers.entries()) {
    if (!equal_ignoring_case(header, "cookie")) continue;
    for (const std::string& pair : split(value, ';')) {
      const std::string_view one = trim(pair);
      if (one.starts_with(wanted)) return std::string(one.substr(wanted.size()));
    }
  }
  return {};
}

void set_cookie(net::Response& response, const net::Request& http, std::string_view name, std::string_view value) {
  response.headers.add("set-cookie", cookie_name(http, name) + "=" + std::string(value) + attributes(http));
}

void clear_cookie(net::Response& response, const net::Request& http, std::string_view name) {
  response.headers.add("set-cookie", cookie_name(http, name) + "=; Max-Age=0" + attributes(http));
}

}  // namespace standpipe::console
