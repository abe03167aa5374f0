// Entries and snapshots of a stream are checked before they are used, but their readers must not rely on it.
#include <cstdint>

#include "storage/corrupt_data.h"
#include "streamlog/embedded/entry_format.h"
#include "streamlog/embedded/snapshot.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  decode_snapshot(bytes);
  try {
    const auto decoded = decode_head(bytes);
    if (const auto* records = std::get_if<Records>(&decoded)) {
      for (size_t i = 0; i < records->groups(); ++i) records->group(i);
    }
    std::string_view rest = bytes;
    while (true) take_record(rest, 0, {});
  } catch (const CorruptData&) {
  }
  return 0;
}
