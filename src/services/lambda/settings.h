// What the operator chooses about functions.
#pragma once

#include <filesystem>

#include "base/clock.h"

namespace standpipe::lambda {

struct Settings {
  std::filesystem::path folder;                  // for unpacked code; ours alone
  size_t concurrency_max = 100;                  // sandboxes at once, all accounts
  Duration idle_time = std::chrono::minutes(5);  // after which a warm sandbox goes
  Duration init_time = std::chrono::seconds(10);
  Duration retry_delay =
      std::chrono::minutes(1);  // before the first retry of an asynchronous event; twice for the second
};

}  // namespace standpipe::lambda
