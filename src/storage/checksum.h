// CRC-32C at the speed of the processor (SSE 4.2 where present); same results as base's crc32c.
#pragma once

#include <cstdint>
#include <string_view>

namespace standpipe {

uint32_t fast_crc32c(std::string_view bytes);

}  // namespace standpipe
