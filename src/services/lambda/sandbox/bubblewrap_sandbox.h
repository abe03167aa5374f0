// A sandbox that runs: its processes, its limits, its sockets.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "services/lambda/sandbox/cgroup.h"
#include "services/lambda/sandbox/front.h"
#include "services/lambda/sandbox/launch.h"
#include "services/lambda/sandbox/name_server.h"
#include "services/lambda/sandbox/output_lines.h"
#include "services/lambda/sandbox/runtime_api.h"
#include "services/lambda/sandbox/sandbox.h"

namespace standpipe::sandbox {

class BubblewrapSandbox final : public Sandbox {
 public:
  // Launches. Throws as `launch` does.
  BubblewrapSandbox(const Plan& plan, std::unique_ptr<Cgroup> group, uint64_t memory_bytes_max, Watcher& watcher,
                    Front& front, const HelperProgram& helper, const Clock& clock);
  ~BubblewrapSandbox() override;

  Ending wait_ready(Deadline deadline) override;
  Ending invoke(Invocation invocation, Deadline deadline, const std::function<void()>& meanwhile) override;
  std::vector<OutputLine> take_output(bool whole) override { return output_->take(whole); }
  uint64_t memory_bytes_peak() const override { return memory_peak_; }
  bool usable() const override { return usable_ && !api_.ended(); }
  void interrupt() override { kill(); }

 private:
  void attach(Front& front, const Clock& clock);
  void on_process_end();
  void measure_memory();
  void kill();
  void freeze(bool frozen);
  Ending ended();  // after the process has gone
  bool wait_for_end(Deadline deadline);

  Watcher& watcher_;
  std::unique_ptr<Cgroup> group_;
  const uint64_t memory_max_;
  Launched launched_;
  RuntimeApi api_;
  std::unique_ptr<OutputLines> output_;
  std::unique_ptr<NameServer> names_;
  std::unique_ptr<Attachment> attachment_;
  std::atomic<uint64_t> memory_peak_{0};
  std::atomic<bool> usable_{true}, frozen_{false}, over_memory_{false};
  std::mutex mutex_;
  std::condition_variable process_ended_;
  bool reaped_ = false;
  int status_ = 0;
};

}  // namespace standpipe::sandbox
