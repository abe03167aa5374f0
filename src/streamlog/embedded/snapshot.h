// What a stream knows in memory, as of some entry of its log: kept in a file so that opening the stream replays the end
// of the log only. It is a cache: if it is absent or spoilt, the whole log is replayed.
//
//   "SPSS", version u32, then as below, little-endian, counts before lists; CRC-32C of all that
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "streamlog/embedded/shard_index.h"

namespace standpipe {

struct SegmentTimes {
  Timestamp first, last;  // arrivals
};

struct ShardSnapshot {
  Position kept = 0, next = 0;
  bool closed = false;
  Timestamp last_arrival{};
  uint64_t last_sequence = 0;
  uint8_t sparser = 0;
  std::vector<ShardIndex::Item> items;
};

struct StreamSnapshot {
  uint64_t sequence = 0;  // entries before this one are in it
  Timestamp arrival{};
  std::map<uint64_t, SegmentTimes> segments;
  std::vector<ShardSnapshot> shards;
};

std::string encode(const StreamSnapshot& snapshot);
std::optional<StreamSnapshot> decode_snapshot(std::string_view bytes);

}  // namespace standpipe
