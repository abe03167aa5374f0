#include "services/lambda/sandbox/output_lines.h"

#include <algorithm>
#include <cerrno>

#include "base/bytes.h"

namespace standpipe::sandbox {
namespace {

constexpr size_t kBufferedBytesMax = 1 << 20;
constexpr size_t kLineBytesMax = 256 << 10;  // one CloudWatch Logs event
constexpr size_t kLineOverhead = 32;

// Logs take text only.
std::string as_text(std::string_view bytes) {
  std::string text(bytes);
  std::replace(text.begin(), text.end(), '\r', '\n');
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (valid_utf8(text)) return text;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return text;
}

}  // namespace

OutputLines::OutputLines(Watcher& watcher, Descriptor pipe, const Clock& clock)
    : watcher_(watcher), pipe_(std::move(pipe)), clock_(clock) {
  watcher_.watch(pipe_.get(), [this] { on_readable(); });
}

OutputLines::~OutputLines() { watcher_.forget(pipe_.get()); }

void OutputLines::on_readable() {
  const std::lock_guard lock(mutex_);
  read_available();
  if (ended_ || bytes_ >= kBufferedBytesMax) {
    watched_ = false;
    watcher_.forget(pipe_.get());
  }
}

void OutputLines::read_available() {
  char buffer[65536];
  while (!ended_ && bytes_ < kBufferedBytesMax) {
    const ssize_t n = ::read(pipe_.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;
    if (n == 0) {
      ended_ = true;
      return;
    }
    unfinished_.append(buffer, static_cast<size_t>(n));
    split_lines(false);
  }
}

void OutputLines::split_lines(bool whole) {
  size_t begin = 0;
  const auto keep = [&](size_t length) {
    lines_.push_back({clock_.now(), as_text(std::string_view(unfinished_).substr(begin, length))});
    bytes_ += length + kLineOverhead;
  };
  for (size_t end; (end = unfinished_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    for (; end - begin > kLineBytesMax; begin += kLineBytesMax) keep(kLineBytesMax);
    keep(end - begin);
  }
  for (; unfinished_.size() - begin > kLineBytesMax; begin += kLineBytesMax) keep(kLineBytesMax);
  if (whole && begin < unfinished_.size()) {
    keep(unfinished_.size() - begin);
    begin = unfinished_.size();
  }
  unfinished_.erase(0, begin);
}

std::vector<OutputLine> OutputLines::take(bool whole) {
  std::vector<OutputLine> lines;
  const std::lock_guard lock(mutex_);
  read_available();
  if (whole || ended_) split_lines(true);
  lines.swap(lines_);
  bytes_ = 0;
  if (!watched_ && !ended_) {
    watched_ = true;
    watcher_.watch(pipe_.get(), [this] { on_readable(); });
  }
  return lines;
}

bool OutputLines::half_full() const {
  const std::lock_guard lock(mutex_);
  return bytes_ * 2 >= kBufferedBytesMax;
}

}  // namespace standpipe::sandbox
