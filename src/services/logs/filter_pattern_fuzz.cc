// A pattern and a message, separated by a line feed: parsing either fails with InvalidPattern or gives something that
// can be matched.
#include <cstddef>
#include <cstdint>

#include "services/logs/filter_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = text.find('\n');
  try {
    const auto pattern = standpipe::logs::FilterPattern::parse(text.substr(0, end));
    pattern.matches(end == std::string_view::npos ? text : text.substr(end + 1));
  } catch (const standpipe::logs::InvalidPattern&) {
  }
  return 0;
}
