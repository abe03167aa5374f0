#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace standpipe {

void fail(std::string_view what, std::source_location where) {
  std::fprintf(stderr, "%s:%u: %.*s (%s)\n", where.file_name(), where.line(), static_cast<int>(what.size()),
               what.data(), where.function_name());
  std::abort();
}

}  // namespace standpipe
