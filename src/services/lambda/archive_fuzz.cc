#include <cstddef>
#include <cstdint>

#include "services/lambda/archive.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    standpipe::lambda::check_archive({reinterpret_cast<const char*>(data), size});
  } catch (const standpipe::lambda::BadArchive&) {
  } catch (const standpipe::lambda::ArchiveTooLarge&) {
  }
  return 0;
}
