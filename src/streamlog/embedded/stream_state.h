// The part of a stream that is not in its log: the retention, and its shards as of the last time that segments were
// dropped. Kept twice, in `state` and `state.copy`, because nothing else could tell it if bytes went bad.
//
//   one line of JSON, then its CRC-32C in eight hexadecimal digits
#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "storage/file.h"
#include "streamlog/streamlog.h"

namespace standpipe {

struct StreamState {
  struct Shard {
    Position kept = 0, next = 0;
    bool closed = false;
    Timestamp last_arrival{};
  };
  std::chrono::hours retention{24};
  Timestamp arrival{};
  std::vector<Shard> shards;
};

// A stream whose creation was cut short has none.
bool has_stream_state(Disk& disk, const std::filesystem::path& directory);
void save_stream_state(Disk& disk, const std::filesystem::path& directory, const StreamState& state);
// Throws CorruptData if neither file can be read, or another version of Standpipe has written them.
StreamState load_stream_state(Disk& disk, const std::filesystem::path& directory);

}  // namespace standpipe
