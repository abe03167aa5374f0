// What one append writes to the stream's log: records grouped by shard, or the opening or closing of a shard.
//
//   records: kind u8 = 1, arrival u64 (ms), groups u32, then for each group
//            shard u32, position of the first record u64, records u32, bytes u32, and for each record
//            key length u16, explicit hash key length u8, data length u32, key, explicit hash key, data
//   open:    kind u8 = 2, shard u32          close: kind u8 = 3, shard u32
// Little-endian, no padding.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "streamlog/streamlog.h"

namespace standpipe {

// Records of one append on their way into the log. Made before the place in the log is known; positions and arrival
// are patched in when it is.
class RecordsDraft {
 public:
  struct Group {
    ShardNumber shard;
    uint32_t count;
    size_t offset;                // of the group in bytes()
    std::vector<uint32_t> order;  // indices into the entries it was made of
  };
  explicit RecordsDraft(std::span<const LogEntry> entries);
  const std::string& bytes() const { return bytes_; }
  const std::vector<Group>& groups() const { return groups_; }
  // `written` is a copy of bytes() somewhere else; `positions` are those of the groups' first records.
  void finish(char* written, Timestamp arrival, std::span<const Position> positions) const;

 private:
  std::string bytes_;
  std::vector<Group> groups_;
};

std::string encode_open(ShardNumber shard);
std::string encode_close(ShardNumber shard);

// Reads a logged entry; views into its bytes. All functions throw CorruptData if the bytes make no sense.
struct ShardOpened {
  ShardNumber shard;
};
struct ShardClosing {
  ShardNumber shard;
};
struct RecordGroup {
  ShardNumber shard;
  Position first;
  uint32_t count;
  std::string_view bytes;
};
struct Records {
  Timestamp arrival;
  std::vector<RecordGroup> groups;
};
std::variant<Records, ShardOpened, ShardClosing> decode_entry(std::string_view bytes);
// Takes the next record off `bytes`.
LogRecord take_record(std::string_view& bytes, Position position, Timestamp arrival);

}  // namespace standpipe
