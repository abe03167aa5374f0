// The application's files over HTTP. Names are looked up in a table, so a path cannot lead elsewhere. Thread-safe.
// Also the headers that confine every page of the console.
#pragma once

#include <span>
#include <string_view>

#include "net/http.h"
#include "services/console/assets.h"

namespace standpipe::console {

class Pages {
 public:
  explicit Pages(std::span<const Asset> assets) : assets_(assets) {}
  // `path` is relative to the mount; empty: the page itself.
  net::Response serve(const net::Request& http, std::string_view path) const;

 private:
  std::span<const Asset> assets_;
};

net::Response error(int status, std::string_view code, std::string_view message);
net::Response redirect(std::string location);
// No scripts but ours, no frames, no guessing of types, nothing for other origins.
void confine(net::Response& response);

}  // namespace standpipe::console
