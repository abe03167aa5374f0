// Waits for many sockets on few threads (Asio underneath, and nowhere else). Functions given to it run on those threads
// and must not wait. Thread-safe, but for each Watch: its calls are serialised by the owner.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"

namespace standpipe::net {

class Reactor {
 public:
  Reactor(std::string name, unsigned threads);
  ~Reactor();  // stops and joins; functions that still wait are destroyed without being called

  void post(std::function<void()> task);
  // Calls `task` again and again until the reactor ends; runs never overlap.
  void every(Duration interval, std::function<void()> task);

  // The readiness of one descriptor, which must stay open as long as the watch lives.
  class Watch {
   public:
    Watch(Reactor& reactor, int fd);
    ~Watch();  // waiting functions are destroyed without being called
    // `then` runs once: when the descriptor is ready, closed by the peer or broken. At most one of each kind at a time.
    void readable(std::function<void()> then);
    void writable(std::function<void()> then);

   private:
    struct Wait;
    std::unique_ptr<Wait> wait_;
  };

 private:
  struct Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace standpipe::net
