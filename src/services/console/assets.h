// The files of the web application, as the build made them; part of the program.
#pragma once

#include <span>
#include <string_view>

namespace standpipe::console {

struct Asset {
  std::string_view path;  // "index.html", "assets/index-BX3c9.js"
  std::string_view type;  // content-type
  std::string_view etag;  // with its quotes
  std::string_view gzip;
};

// Empty in a build without the application.
std::span<const Asset> embedded_assets();

}  // namespace standpipe::console
