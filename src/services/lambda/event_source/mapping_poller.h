// A mapping at work: finds the shards of its stream and has each polled, children after their parents. Runs from
// construction until it is destroyed.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/workers.h"
#include "services/lambda/event_source/shard_poller.h"

namespace standpipe::lambda {

class MappingPoller {
 public:
  // `opened` is called once, when polling has begun or has been refused for the first time; `report` with what is to be
  // shown as LastProcessingResult. Both from other threads.
  MappingPoller(const Surroundings& surroundings, StoredMapping mapping, std::function<void()> opened,
                std::function<void(const std::string&)> report);
  ~MappingPoller();

  void stop();

 private:
  void run(std::stop_token stop);
  void open_shards();
  void end(const std::string& shard);
  void clear_ended();

  const Surroundings& surroundings_;
  const StoredMapping mapping_;
  const std::function<void()> opened_;
  const std::function<void(const std::string&)> report_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, std::unique_ptr<ShardPoller>> shards_;  // those that are polled; changed by thread_ only
  std::set<std::string> ended_;                                 // of these, those that have come to their end
  bool stopped_ = false;
  Background thread_;
};

}  // namespace standpipe::lambda
