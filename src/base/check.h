// What must not be. `check` is always on: a broken invariant ends the process before it can spoil data.
#pragma once

#include <source_location>
#include <string_view>

namespace standpipe {

[[noreturn]] void fail(std::string_view what, std::source_location where = std::source_location::current());

inline void check(bool condition, std::string_view what = "check failed",
                  std::source_location where = std::source_location::current()) {
  if (!condition) [[unlikely]] fail(what, where);
}

}  // namespace standpipe
