// Records come from anybody: whatever claims to be aggregated is read within its own bounds.
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/digest.h"
#include "streamlog/aggregated_record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  deaggregate(body);
  // Random bytes never have the right sum: give them one.
  const std::string record = "\xF3\x89\x9A\xC2" + std::string(body) + md5(body);
  if (const auto found = deaggregate(record)) {
    size_t bytes = 0;
    for (const PackedRecord& part : *found) bytes += part.data.size();
    check(bytes <= body.size(), "more came out than went in");
  }
  return 0;
}
