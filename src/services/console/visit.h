// What the console wants to know about a request before it believes anything: where it is mounted, whether it came by
// a name of ours from a page of ours, and which cookies it carries. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace standpipe::console {

struct Mount {
  std::string collection;  // id; empty: the whole console
  std::string path;        // relative to the mount
  std::string redirect;    // not empty: where the browser should ask instead
};

// nullopt: the request is not for the console.
std::optional<Mount> mount_of(const net::Request& http);

// An address, localhost, a collection's own name or one of `more`. Anything else could be a foreign name that was made
// to point here (DNS rebinding).
bool host_allowed(const net::Request& http, const std::vector<std::string>& more);
// No Origin, or the one of this very server.
bool own_origin(const net::Request& http);
bool is_json(const net::Request& http);

// Cookies are shared by all ports of a host; so the port is part of the name.
std::string cookie_name(const net::Request& http, std::string_view name);
std::string cookie(const net::Request& http, std::string_view name);  // empty if there is none
void set_cookie(net::Response& response, const net::Request& http, std::string_view name, std::string_view value);
void clear_cookie(net::Response& response, const net::Request& http, std::string_view name);

}  // namespace standpipe::console
