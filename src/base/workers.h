// Threads. `Workers` is a cached pool: a task gets an idle thread or a new one, so tasks may wait for other tasks
// without deadlock; beyond the cap `run` refuses. `CpuGate` limits how many of them compute at once. Both are
// thread-safe. This is the only place where threads are made.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "base/clock.h"

namespace standpipe {

class Workers {
 public:
  explicit Workers(size_t threads_max = 2000);
  ~Workers();  // waits for running tasks

  // False if all `threads_max` threads are busy: the caller answers 503. A task must not throw.
  bool run(std::function<void()> task);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// A thread for the life of its owner: loops such as retention, delivery, refresh. The body must return soon after the
// token is stopped; the destructor stops and joins.
class Background {
 public:
  Background() = default;
  Background(std::string name, std::function<void(std::stop_token)> body);
  void stop() { thread_.request_stop(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::jthread thread_;
};

// Sleeps until the deadline or until the token is stopped; true if the time passed.
bool pause(Deadline deadline, std::stop_token stop);

class CpuGate {
 public:
  explicit CpuGate(unsigned permits) : free_(permits) {}
  class Permit {
   public:
    explicit Permit(CpuGate& gate) : gate_(gate) { gate_.acquire(); }
    ~Permit() { gate_.release(); }
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;

   private:
    CpuGate& gate_;
  };

 private:
  void acquire();
  void release();
  std::mutex mutex_;
  std::condition_variable freed_;
  unsigned free_;
};

}  // namespace standpipe
