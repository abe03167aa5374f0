// What one append writes to the stream's log: records grouped by shard, or the opening or closing of a shard.
//
//   records: head   kind u8 = 1, arrival u64 (ms), groups u32, then for each group, in the order of shards:
//                   shard u32, position of the first record u64, records u32
//            body   a chunk for each group, and in it for each record
//                   key length u16, explicit hash key length u8, data length u32, key, explicit hash key, data
//   open:    head   kind u8 = 2, shard u32          close: head   kind u8 = 3, shard u32
// Little-endian, no padding.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/append_log.h"
#include "streamlog/streamlog.h"

namespace standpipe {

// Records of one append on their way into the log. Made before the place in the log is known.
class RecordsDraft {
 public:
  struct Group {
    ShardNumber shard;
    uint32_t count;
  };
  explicit RecordsDraft(std::span<const LogEntry> entries);
  const std::vector<Group>& groups() const { return groups_; }
  // Indices into the entries it was made of: those of the first group, then of the second …
  const std::vector<uint32_t>& order() const { return order_; }
  LogBody body() const { return {bytes_, chunks_}; }
  // `positions` are those of the groups' first records.
  void append_head(std::string& into, Timestamp arrival, std::span<const Position> positions) const;

 private:
  std::vector<uint32_t> order_;
  std::vector<Group> groups_;
  std::vector<LogChunk> chunks_;
  std::string bytes_;
};

std::string encode_open(ShardNumber shard);
std::string encode_close(ShardNumber shard);

// Reads a logged entry's head; views into its bytes. All functions throw CorruptData if the bytes make no sense.
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
};
struct Records {
  Timestamp arrival;
  std::string_view rows;  // of the groups
  size_t groups() const;
  RecordGroup group(size_t number) const;
};
std::variant<Records, ShardOpened, ShardClosing> decode_head(std::string_view bytes);
// Takes the next record off a group's chunk.
LogRecord take_record(std::string_view& bytes, Position position, Timestamp arrival);

}  // namespace standpipe
