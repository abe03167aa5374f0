#include <cstddef>
#include <cstdint>

#include "services/lambda/sandbox/name_server.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)standpipe::sandbox::answer_name_query({reinterpret_cast<const char*>(data), size});
  return 0;
}
