// Where in the stream's log the records of one shard are: a sparse, sorted list in memory. One item per 64 KiB of log,
// per minute and per segment, so that reading from any position skips at most 64 KiB and a batch. When there are too
// many items (2 MiB), every second one goes, and from then on they are farther apart. Not thread-safe.
#pragma once

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
  explicit ShardIndex(std::vector<Item> items) : items_(std::move(items)) {}
  const std::vector<Item>& items() const { return items_; }

  // Records from `position` on are in the batch at `place`; called in log order.
  void add(Position position, Timestamp arrival, LogPlace place);
  // How to come to the record at `position`; nullopt if the index is empty.
  std::optional<Span> find(Position position) const;
  // A position at or before the first record that arrived at or after `time`; nullopt if the index is empty.
  std::optional<Position> before(Timestamp time) const;
  // All records before this one arrived before `time`; nullopt if no such record is known.
  std::optional<Position> expired(Timestamp time) const;
  std::optional<Position> first() const;
  void drop_before(uint64_t segment);

 private:
  void thin_out();
  std::vector<Item> items_;
  unsigned sparser_ = 0;  // how often thinned out: distances are doubled as often
};

}  // namespace standpipe
