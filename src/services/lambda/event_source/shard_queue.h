// The records of one shard between its reader and the lanes that invoke the function: batches by count, bytes, time and
// tumbling window, and how far each lane has come. A lane has the records of its partition keys in order; its position
// moves only over records that are done, so what `progress` answers is safe to go on from after a crash.
//
// Thread-safe: one reader, one thread for each lane.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "services/lambda/event_source/stream_record.h"

namespace standpipe::lambda {

struct Window {  // a tumbling window that has begun and not been closed
  Timestamp start{};
  std::string state = "{}";  // JSON
};

struct LaneProgress {
  std::string position;  // all records up to this sequence number are done; empty: none yet
  std::optional<Window> window;
};

struct ShardProgress {
  std::vector<LaneProgress> lanes;
  bool finished = false;
  std::string position() const;  // the lowest: where to read on
};

struct BatchRules {
  size_t records_max = 100;
  size_t bytes_max = kEventBytesMax - (1u << 16);  // leaves room for the event's frame
  Duration window{0};                              // waits so long for a batch to fill
  Duration tumbling{0};                            // length of tumbling windows; 0: none
};

class ShardQueue {
 public:
  ShardQueue(const BatchRules& rules, ShardProgress from);

  // The reader's side. `add` takes what was read up to `position`; records that their lane has done already are
  // dropped.
  struct Entry {
    size_t lane;
    StreamRecord record;
  };
  bool wait_for_room(std::stop_token stop);  // false: stopped
  void add(std::vector<Entry> entries, const std::string& position);
  // All records that arrived before `time` have been added.
  void arrived_until(Timestamp time);
  void end();                              // nothing more will come
  bool wait_until_idle(std::stop_token stop);

  // A lane's side. nullopt: stopped, or all done after the end.
  struct Batch {
    std::vector<StreamRecord> records;
    std::optional<Window> window;
    bool closes_window = false;  // no records: the window is over
  };
  std::optional<Batch> take(size_t lane, std::stop_token stop);
  // Records from the front of what the lane took are done, and so its window has this state. nullopt: it has none.
  void handled(size_t lane, std::span<const StreamRecord> records, const std::optional<Window>& window);
  void release(size_t lane);  // the batch is over

  bool idle() const;
  ShardProgress progress() const;

 private:
  struct Lane {
    std::deque<StreamRecord> records;
    Deadline due = Deadline::never();  // of the batch that is filling
    LaneProgress done;
    bool busy = false;
    bool idle() const { return records.empty() && !busy; }
  };
  Timestamp window_start(const StreamRecord& record) const;
  // mutex_ held.
  bool window_over(const Lane& lane) const;
  std::optional<Batch> ready(Lane& lane);
  size_t batch_size(const Lane& lane, bool& full) const;
  bool all_idle() const;

  const BatchRules rules_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Lane> lanes_;
  std::string read_;        // all of the shard up to here has been added
  Timestamp arrived_{};
  size_t bytes_ = 0;        // of all lanes
  bool ended_ = false;
};

}  // namespace standpipe::lambda
