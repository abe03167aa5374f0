// The stream log in files of this machine: one directory per stream under `directory`.
#pragma once

#include <filesystem>
#include <memory>

#include "storage/file.h"
#include "streamlog/streamlog.h"

namespace standpipe {

struct EmbeddedStreamLogOptions {
  uint64_t segment_bytes_max = 64u << 20;
  bool durable = true;                              // false: never syncs (--ephemeral)
  uint64_t free_bytes_min = 64u << 20;              // appends are refused when less would remain free on the disk
  Duration expire_every = std::chrono::minutes(1);  // 0: only when asked
  Disk* disk = nullptr;                            // the system's if null
};

class EmbeddedStreamLog : public StreamLog {
 public:
  // Drops what is older than its stream's retention, saves what makes the next start short and prepares segments; also
  // done by itself from time to time, and when a segment is full.
  virtual void expire() = 0;
};

// Creates the directory if it is absent, recovers every stream in it, and removes what unfinished creations and
// removals left.
std::unique_ptr<EmbeddedStreamLog> open_embedded_streamlog(const std::filesystem::path& directory, const Clock& clock,
                                                           EmbeddedStreamLogOptions options = {});

}  // namespace standpipe
