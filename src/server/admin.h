// The server's own pages under /_standpipe/: health and metrics for everybody, flush and reset for the root credentials
// (HTTP Basic: `curl -u test:test -X POST …/_standpipe/reset`). Thread-safe.
#pragma once

#include <functional>
#include <string>

#include "net/http.h"
#include "server/settings.h"

namespace standpipe::server {

struct AdminActions {
  std::function<std::string()> health;   // JSON
  std::function<std::string()> metrics;  // Prometheus text
  std::function<bool()> flush;           // false: not all could be delivered in time
  std::function<void()> reset;
};

class Admin {
 public:
  Admin(const Settings& settings, AdminActions actions) : settings_(settings), actions_(std::move(actions)) {}
  static bool serves(const net::Request& http) { return http.path().starts_with("/_standpipe/"); }
  net::Response serve(const net::Request& http) const;

 private:
  bool is_root(const net::Request& http) const;
  const Settings& settings_;
  const AdminActions actions_;
};

}  // namespace standpipe::server
