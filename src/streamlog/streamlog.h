// Append-only logs of streams; shards are views on their stream's log.
//
// Thread-safe. A returned Position is durable; positions of a shard rise by one per record and never repeat. After a
// crash or damage they go on behind a gap, so that what may have been given out to lost records is not given again.
// Batches of concurrent appends share one disk sync (group commit). Reads never block appends.
// Errors: UnknownStream, UnknownShard, ShardClosed (append); std::system_error when the disk refuses; CorruptData where
// a checksum fails.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace standpipe {

using StreamId = std::string;  // [a-z0-9-]+, chosen by the caller, never reused
using ShardNumber = uint32_t;  // 0, 1, 2 … in order of opening, never reused within a stream
using Position = uint64_t;     // of a record in its shard; the first is 0

struct UnknownStream : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct UnknownShard : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct ShardClosed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct LogEntry {
  ShardNumber shard;
  std::string_view partition_key;
  std::string_view explicit_hash_key;  // empty if none
  std::string_view data;
};

struct Appended {
  Position position;
  Timestamp arrival;  // never falls within a shard
};

struct LogRecord {
  Position position;
  Timestamp arrival;
  std::string_view partition_key, explicit_hash_key, data;  // into LogBatch::keeper
};

struct LogBatch {
  std::vector<LogRecord> records;
  Position next;      // where to go on reading
  Position end;       // of the shard at that time: `end - next` records remain
  Timestamp end_time; // arrival of the newest record of the shard; epoch if it is empty
  std::shared_ptr<const void> keeper;
};

struct ReadLimits {
  size_t records_max = 10'000;
  size_t bytes_max = 10 * 1024 * 1024;  // at least one record is answered whatever its size
};

struct Bounds {
  Position oldest;  // kept
  Position next;    // to be written
  bool closed;
};

class StreamLog {
 public:
  virtual ~StreamLog() = default;
  // Leaves a stream that exists as it is, so that a creation cut short by a crash can be repeated.
  virtual void create(const StreamId& stream, ShardNumber shards, std::chrono::hours retention) = 0;
  virtual void remove(const StreamId& stream) = 0;  // absent is fine
  virtual bool exists(const StreamId& stream) = 0;
  virtual std::vector<StreamId> list() = 0;
  virtual ShardNumber open_shard(const StreamId& stream) = 0;  // split, merge
  virtual void close_shard(const StreamId& stream, ShardNumber shard) = 0;  // readable until retention ends
  // All entries or, when it throws, none; answers in the order of `entries`.
  virtual std::vector<Appended> append(const StreamId& stream, std::span<const LogEntry> entries) = 0;
  // From `from`, or the oldest kept record if that is later.
  virtual LogBatch read(const StreamId& stream, ShardNumber shard, Position from, ReadLimits limits) = 0;
  // First record that arrived at or after `time`; the shard's end if there is none.
  virtual Position find_time(const StreamId& stream, ShardNumber shard, Timestamp time) = 0;
  virtual Bounds bounds(const StreamId& stream, ShardNumber shard) = 0;
  // Until the shard has a record at `position` or is closed or removed; false: time passed or stopped.
  virtual bool wait_for(const StreamId& stream, ShardNumber shard, Position position, Deadline deadline,
                        std::stop_token stop) = 0;
  virtual void set_retention(const StreamId& stream, std::chrono::hours retention) = 0;
};

}  // namespace standpipe
