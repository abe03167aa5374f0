// What the server tells the console when it starts.
#pragma once

#include <string>
#include <vector>

namespace standpipe::console {

struct Settings {
  std::string region, version;
  bool permissive = false;
  std::vector<std::string> hosts;  // further host names that the console answers to
};

}  // namespace standpipe::console
