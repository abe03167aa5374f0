// Who subscribes to which shard: of one consumer one at a time. A new subscription takes over from one that is at least
// five seconds old, and is refused before. Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>

#include "base/clock.h"

namespace standpipe::kinesis {

class Subscription {
 public:
  std::stop_token stop() const { return stop_.get_token(); }
  bool taken_over() const { return taken_over_; }

 private:
  friend class Subscriptions;
  std::stop_source stop_;
  std::atomic<bool> taken_over_ = false;
};

class Subscriptions {
 public:
  // nullptr: another one has just begun. It lasts until what is answered is released.
  std::shared_ptr<Subscription> begin(const std::string& consumer_arn, const std::string& shard_id, Timestamp now);
  void end_all();  // also those that come later

 private:
  struct Entry {
    std::weak_ptr<Subscription> subscription;
    Timestamp begun;
  };
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Entry> entries_;
  bool ended_ = false;
};

}  // namespace standpipe::kinesis
