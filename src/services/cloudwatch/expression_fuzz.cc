// Any text as an expression: it fails with InvalidExpression or comes to a value.
#include <cstddef>
#include <cstdint>

#include "services/cloudwatch/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe::cloudwatch;
  try {
    evaluate({reinterpret_cast<const char*>(data), size},
             [](const std::string& id) { return Curve{{static_cast<int64_t>(id.size()), 1.0}, {60, 2.0}}; });
  } catch (const InvalidExpression&) {
  }
  return 0;
}
