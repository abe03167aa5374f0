// Where in the stream's log the records of one shard are: a sparse, sorted list in memory. One item per 64 KiB of log,
// per minute and per segment, so that reading from any position skips at most 64 KiB and a batch. When there are too
// many items, every second one goes, and from then on they are farther apart. Who reads on where a reading ended finds
// the place among the last few such ends. Not thread-safe.
#pragma once

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "storage/append_log.h"
#include "streamlog/streamlog.h"

namespace standpipe {

class ShardIndex {
 public:
  struct Item {
    Position position;  // of the first record of the shard in the batch at `place`
    Timestamp arrival;
    LogPlace place;
  };
  struct Span {
    LogPlace place;      // start reading here
    Position end;        // and look the index up again at this position; UINT64_MAX: no later item
  };

  ShardIndex() = default;
  ShardIndex(std::vector<Item> items, unsigned sparser) : items_(std::move(items)), sparser_(sparser) {}
  static constexpr size_t kItemsMax = 65536;
  const std::vector<Item>& items() const { return items_; }
  unsigned sparser() const { return sparser_; }

  // Records from `position` on are in the batch at `place`; called in log order.
  void add(Position position, Timestamp arrival, LogPlace place, size_t items_max = kItemsMax);
  // Reading has come to `position`, which is in the batch at `place` or behind it.
  void remember(Position position, LogPlace place);
  // How to come to the record at `position`; nullopt if the index is empty.
  std::optional<Span> find(Position position) const;
  // A position at or before the first record that arrived at or after `time`; nullopt if the index is empty.
  std::optional<Position> before(Timestamp time) const;
  // All records before this one arrived before `time`; nullopt if no such record is known.
  std::optional<Position> expired(Timestamp time) const;
  std::optional<Position> first() const;
  void drop_before(uint64_t segment);

 private:
  struct End {
    Position position = 0;
    LogPlace place;
    bool known = false;
  };
  void thin_out();
  std::vector<Item> items_;
  unsigned sparser_ = 0;  // how often thinned out: distances are doubled as often
  std::array<End, 4> ends_;  // of readings
  size_t next_end_ = 0;
};

}  // namespace standpipe
