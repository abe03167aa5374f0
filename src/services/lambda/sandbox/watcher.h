// One thread that looks after all sandboxes' descriptors: output pipes, process ends, name server sockets, and a tick.
// Callbacks run on that thread, must not wait, and must not throw. It also starts the helpers: a sandbox dies with the
// *thread* that started it, so this must be one that lives as long as the server.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/workers.h"
#include "services/lambda/sandbox/descriptor.h"

namespace standpipe::sandbox {

class Watcher {
 public:
  using Callback = std::function<void()>;

  Watcher();
  ~Watcher();  // nothing may be watched any more
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Calls `readable` whenever `fd` can be read or its peer is gone, until `forget`.
  void watch(int fd, Callback readable);
  // When this returns, the callback is not running and will not run (unless called by a callback, for itself).
  void forget(int fd);
  // Calls about every 50 ms; the key is the caller's own.
  void tick(const void* key, Callback callback);
  void forget_tick(const void* key);
  // Runs on the thread and waits for the end of it; passes an exception on.
  void run(const std::function<void()>& task);

 private:
  void loop(std::stop_token stop);
  void run_tasks();
  void dispatch(int fd);
  void run_ticks();
  void wake();

  Descriptor poll_, wake_;
  std::mutex mutex_;
  std::condition_variable quiet_;
  std::map<int, std::shared_ptr<Callback>> watched_;
  std::map<const void*, std::shared_ptr<Callback>> ticks_;
  std::vector<std::function<void()>> tasks_;
  std::shared_ptr<Callback> running_;
  Background thread_;
};

}  // namespace standpipe::sandbox
