// One shard of a mapping: a reader that filters and fills the queue, and lanes that empty it. Runs from construction
// until it is destroyed or everything of a closed shard has been handled; then it calls `at_end`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/workers.h"
#include "services/lambda/event_source/event_pattern.h"
#include "services/lambda/event_source/lane.h"
#include "services/lambda/event_source/shard_source.h"

namespace standpipe::lambda {

class ShardPoller {
 public:
  ShardPoller(const Surroundings& surroundings, const StoredMapping& mapping, const std::string& shard,
              Duration retention, std::function<void(const std::string&)> report, std::function<void()> at_end);
  ~ShardPoller();

  void stop();

 private:
  void read(std::stop_token stop);
  // False when the shard has been read to its end.
  bool read_once(std::string& position, std::stop_token stop);
  void add(const kinesis::Record& record, const std::string& role_arn, std::vector<ShardQueue::Entry>& entries) const;
  bool passes(const RecordOrigin& origin, const kinesis::Record& record, RecordContent content) const;
  Deadline next_look() const;
  void note(bool finished);

  const Surroundings& surroundings_;
  const StoredMapping& mapping_;
  const RecordOrigin origin_;
  std::vector<EventPattern> filters_;
  ShardProgress from_;
  ShardQueue queue_;
  const LaneGround ground_;
  const std::function<void()> at_end_;
  std::unique_ptr<ShardSource> source_;
  std::vector<Lane> lanes_;
  std::vector<Background> threads_;  // last: everything else exists before they run
};

}  // namespace standpipe::lambda
