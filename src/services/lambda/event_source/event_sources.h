// All mappings that are at work, and what is going on with each. A change of a mapping takes effect behind the caller's
// back, as in AWS: what is with the function is waited for before the new settings count. Thread-safe.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/workers.h"
#include "services/lambda/event_source/mapping_poller.h"

namespace standpipe::lambda {

class EventSources {
 public:
  EventSources(Surroundings surroundings, Workers& workers);
  ~EventSources();

  const Surroundings& surroundings() const { return surroundings_; }
  // Goes on with all mappings that the metadata knows.
  void start();
  void interrupt();  // ends reading and waiting: the server stops
  void reset();      // forgets what runs; the metadata has been cleared

  // Makes what runs agree with what has been stored; `state` is shown until it does.
  void apply(const StoredMapping& mapping, const std::string& state);
  // For mappings that are not in a change: the caller may change it, and then calls `apply` or `release`. False if it
  // is in a change already.
  bool reserve(const std::string& uuid);
  void release(const std::string& uuid);

  struct Shown {
    std::string state, last_result;
  };
  Shown show(const StoredMapping& mapping) const;

 private:
  struct Running {
    std::string changing;  // the state that is shown meanwhile; empty: settled
    bool reserved = false;
    bool opened = false;   // the poller has begun, or found out that it cannot
    std::string last_result = "No records processed";
    std::shared_ptr<MappingPoller> poller;
  };
  void settle(const StoredMapping& mapping);
  void opened(const std::string& uuid);
  void report(const std::string& uuid, const std::string& result);

  const Surroundings surroundings_;
  Workers& workers_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Running> running_;  // by uuid; disabled ones have no poller
  size_t settling_ = 0;                     // tasks under way
  bool interrupted_ = false;
};

}  // namespace standpipe::lambda
