// A shared mutex that does not let a stream of readers starve its writers: whoever comes while a writer waits, queues.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace standpipe::search {

class FairSharedMutex {
 public:
  void lock() {
    const std::lock_guard queue(turnstile_);
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }
  void lock_shared() {
    const std::lock_guard queue(turnstile_);
    mutex_.lock_shared();
  }
  void unlock_shared() { mutex_.unlock_shared(); }

 private:
  std::mutex turnstile_;
  std::shared_mutex mutex_;
};

}  // namespace standpipe::search
