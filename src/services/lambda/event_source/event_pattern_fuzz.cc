// A pattern and an event, separated by a line feed: parsing either fails with InvalidPattern or gives something that
// can be matched.
#include <cstddef>
#include <cstdint>

#include "services/lambda/event_source/event_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace standpipe;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = text.find('\n');
  try {
    const auto pattern = lambda::EventPattern::parse(text.substr(0, end));
    pattern.matches(json::Value());
    if (end != std::string_view::npos) pattern.matches(json::parse(text.substr(end + 1)));
  } catch (const lambda::InvalidPattern&) {
  } catch (const json::ParseError&) {
  }
  return 0;
}
