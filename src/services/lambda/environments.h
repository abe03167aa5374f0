// The sandboxes of all functions: those that wait for the next invocation are kept warm for a while, and the number of
// all is limited. Thread-safe.
#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/workers.h"
#include "services/lambda/log_writer.h"
#include "services/lambda/sandbox/sandbox.h"
#include "services/lambda/settings.h"

namespace standpipe::lambda {

// A sandbox with what belongs to it.
struct WarmEnvironment {
  std::string function_arn, revision;
  std::shared_ptr<const std::filesystem::path> code, layers;  // outlive the sandbox
  std::string log_stream;
  std::unique_ptr<LogWriter> log;
  std::unique_ptr<sandbox::Sandbox> sandbox;
  Deadline credentials_end = Deadline::never();
  Deadline idle_end = Deadline::never();
};

class Environments {
 public:
  Environments(const Settings& settings, Workers& workers);
  ~Environments();

  // The right to run one sandbox; gives it back when destroyed.
  class Slot {
   public:
    explicit Slot(Environments* owner = nullptr) : owner_(owner) {}
    Slot(Slot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot();
    explicit operator bool() const { return owner_ != nullptr; }

   private:
    friend class Environments;
    Environments* owner_;
  };
  // A slot, and in `warm` a sandbox of just this function and revision if one waits. Without a free slot an idle
  // sandbox of another function has to go, and one that is just being cleared away is waited for; if there is none
  // either, the slot is empty: throttled.
  Slot acquire(const std::string& function_arn, const std::string& revision, std::unique_ptr<WarmEnvironment>& warm);
  // A sandbox that is in use and may be interrupted, until `release`.
  void busy(WarmEnvironment& environment);
  // Keeps the sandbox if it can be used again, else ends it; both without letting the caller wait.
  void release(Slot slot, std::unique_ptr<WarmEnvironment> environment);
  void drop(const std::string& function_arn);  // all idle ones of a function that has changed or gone
  void drop_all();
  // Kills what runs and lets nothing new start: the server stops.
  void interrupt();
  bool interrupted() const;
  size_t count() const;  // slots in use, idle ones included

 private:
  using Idle = std::list<std::unique_ptr<WarmEnvironment>>;
  void reap(std::stop_token stop);
  // mutex_ held: the function's usable sandbox into `warm`, its useless ones into `gone`.
  void take_warm(const std::string& function_arn, const std::string& revision, std::unique_ptr<WarmEnvironment>& warm,
                 Idle& gone);
  void dispose(Idle gone);
  void give_back(size_t count);

  const Settings& settings_;
  Workers& workers_;
  mutable std::mutex mutex_;
  std::set<WarmEnvironment*> busy_;
  bool interrupted_ = false;
  Idle idle_;             // least recently used first; each holds a slot
  size_t used_ = 0;       // slots, idle ones included
  size_t disposing_ = 0;  // tasks that end sandboxes
  std::condition_variable disposed_;
  Background reaper_;
};

}  // namespace standpipe::lambda
