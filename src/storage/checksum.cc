#include "storage/checksum.h"

#include <cstring>

#include "base/digest.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace standpipe {

#if defined(__x86_64__)
namespace {

__attribute__((target("sse4.2"))) uint32_t by_instruction(std::string_view bytes) {
  uint64_t state = 0xffffffffu;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    state = _mm_crc32_u64(state, word);
  }
  auto narrow = static_cast<uint32_t>(state);
  for (; left > 0; ++at, --left) narrow = _mm_crc32_u8(narrow, static_cast<uint8_t>(*at));
  return ~narrow;
}

}  // namespace

uint32_t fast_crc32c(std::string_view bytes) {
  static const bool available = __builtin_cpu_supports("sse4.2");
  return available ? by_instruction(bytes) : crc32c(bytes);
}
#else
uint32_t fast_crc32c(std::string_view bytes) { return crc32c(bytes); }
#endif

}  // namespace standpipe
