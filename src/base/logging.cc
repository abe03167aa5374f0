#include "base/logging.h"

#include <unistd.h>

#include <atomic>

#include "base/clock.h"

namespace standpipe::logging {
namespace {

std::atomic<Level> level_min{Level::info};
constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};

}  // namespace

void set_level(Level level) { level_min = level; }

void write(Level level, std::string_view text) {
  if (level < level_min.load(std::memory_order_relaxed)) return;
  std::string line = format_iso8601(SystemClock{}.now());
  line += ' ';
  line += kNames[static_cast<int>(level)];
  line += ' ';
  for (const char c : text) line += c == '\n' ? ' ' : c;  // one event, one line: nothing can be forged into the log
  line += '\n';
  // One write keeps lines of different threads apart; a log that cannot be written must not end the server.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace standpipe::logging
