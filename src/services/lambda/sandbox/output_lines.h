// What a sandbox writes to stdout and stderr, cut into lines. Bounded: a full buffer stops reading, and then the writer
// inside waits. Thread-safe.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "services/lambda/sandbox/descriptor.h"
#include "services/lambda/sandbox/watcher.h"

namespace standpipe::sandbox {

struct OutputLine {
  Timestamp time;
  std::string text;  // without the end of line; carriage returns inside have become line feeds
};

class OutputLines {
 public:
  OutputLines(Watcher& watcher, Descriptor pipe, const Clock& clock);
  ~OutputLines();
  OutputLines(const OutputLines&) = delete;
  OutputLines& operator=(const OutputLines&) = delete;

  // Everything written until now. `whole` also takes a last line without an end.
  std::vector<OutputLine> take(bool whole);
  bool half_full() const;

 private:
  void read_available();  // mutex_ held
  void split_lines(bool whole);
  void on_readable();

  Watcher& watcher_;
  const Descriptor pipe_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::string unfinished_;
  std::vector<OutputLine> lines_;
  size_t bytes_ = 0;
  bool watched_ = true, ended_ = false;
};

}  // namespace standpipe::sandbox
