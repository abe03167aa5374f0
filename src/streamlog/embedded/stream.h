// One stream of the embedded engine: an append log, and for each shard what is known of it. Thread-safe.
//
// On disk: `<directory>/state` (stream_state.h), `<directory>/log/` (records, and shards opened or closed, since the
// state was written) and `<directory>/snapshot` (snapshot.h). A directory without `state` was never finished.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/append_log.h"
#include "streamlog/embedded/entry_format.h"
#include "streamlog/embedded/shard_index.h"
#include "streamlog/embedded/snapshot.h"
#include "streamlog/streamlog.h"

namespace standpipe {

class EmbeddedStream {
 public:
  struct Options {
    uint64_t segment_bytes_max = 64u << 20;
    bool durable = true;
    uint64_t free_bytes_min = 0;      // as the log's, storage/append_log.h
    SpareSegments* spares = nullptr;
    std::function<void()> rolled;
    Disk* disk = nullptr;  // the system's if null
  };

  static void create(const std::filesystem::path& directory, ShardNumber shards, std::chrono::hours retention,
                     const Options& options);
  static bool finished(const std::filesystem::path& directory, Disk& disk);
  EmbeddedStream(const std::filesystem::path& directory, const Clock& clock, const Options& options);
  ~EmbeddedStream();

  ShardNumber open_shard();
  void close_shard(ShardNumber shard);
  std::vector<Appended> append(std::span<const LogEntry> entries);
  LogBatch read(ShardNumber shard, Position from, ReadLimits limits);
  Position find_time(ShardNumber shard, Timestamp time);
  Bounds bounds(ShardNumber shard);
  bool wait_for(ShardNumber shard, Position position, Deadline deadline, std::stop_token stop);
  void set_retention(std::chrono::hours retention);
  // From time to time: drops segments whose records are all older than the retention, and saves the snapshot if a
  // segment has been finished since.
  void expire();
  void retire();  // it is being removed: wakes those who wait, and for good

 private:
  struct Shard {
    // Changed in log order by whoever writes the log.
    Position assigned = 0;
    bool closing = false;
    // Durable.
    Position kept = 0;  // older ones were dropped
    Position next = 0;
    bool closed = false;
    Timestamp last_arrival{};
    uint64_t last_sequence = 0;  // of the entry that brought it
    ShardIndex index;
    std::condition_variable_any changed;
  };
  class Appending;
  class Opening;
  class Closing;

  void load_state();
  void save_state();
  void take_snapshot(StreamSnapshot& snapshot, bool with_index);
  void save_snapshot();
  void open_log();
  void drop_old_segments();
  void replay(const LoggedEntry& entry);
  void skip_positions(uint64_t entries);
  bool current_is_old();
  void applied(uint64_t sequence, LogPlace place, Timestamp arrival);
  void apply(const RecordGroup& group, Timestamp arrival, uint64_t sequence, LogPlace place);
  Shard& shard(ShardNumber number);
  Shard& replayed_shard(ShardNumber number);
  Position oldest(const Shard& shard) const;
  std::optional<ShardIndex::Span> span_of(ShardNumber number, Position position);
  void remember(ShardNumber number, Position position, LogPlace place);
  template <class Visit>
  Position walk(ShardNumber number, Position from, Position end, const Visit& visit);

  const std::filesystem::path directory_;
  const Clock& clock_;
  const Options options_;
  Disk& disk_;

  std::mutex mutex_;  // guards all below but log_
  std::vector<std::unique_ptr<Shard>> shards_;
  ShardNumber opened_ = 0;  // shards, including those on their way into the log
  std::chrono::hours retention_{24};
  Timestamp arrival_{};  // of the newest entry given one
  bool retired_ = false;
  std::map<uint64_t, SegmentTimes> segment_times_;  // by segment
  uint64_t applied_ = 0;                            // entries before this one are in what stands above
  std::mutex state_mutex_;  // one writer of the files beside the log; taken before mutex_
  uint64_t saved_segment_ = 0;  // the current one when the snapshot was saved

  std::unique_ptr<AppendLog> log_;
};

}  // namespace standpipe
