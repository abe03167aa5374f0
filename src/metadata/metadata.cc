#include "metadata/metadata.h"

namespace standpipe {

int64_t Metadata::put(std::string_view key, std::string_view value, int64_t expected_version) {
  int64_t version = 0;
  transaction([&](MetadataTransaction& tx) { version = tx.put(key, value, expected_version); });
  return version;
}

bool Metadata::remove(std::string_view key, int64_t expected_version) {
  bool removed = false;
  transaction([&](MetadataTransaction& tx) { removed = tx.remove(key, expected_version); });
  return removed;
}

}  // namespace standpipe
