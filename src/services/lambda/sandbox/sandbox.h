// One running environment of a function version. Created by a SandboxFactory, used by one invocation at a time; between
// invocations its processes are frozen. Destroying it kills everything inside.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "services/lambda/sandbox/output_lines.h"
#include "services/lambda/sandbox/runtime_api.h"

namespace standpipe::sandbox {

struct Environment {
  std::string name;     // unique among the sandboxes that live; letters, digits, '-'
  std::string runtime;  // "python3.11", "provided.al2023"
  std::string handler;
  std::string code_folder;    // becomes /var/task
  std::string layers_folder;  // becomes /opt; may be empty
  uint64_t memory_bytes_max = 128ull << 20;
  uint64_t temporary_bytes_max = 512ull << 20;
  std::vector<std::pair<std::string, std::string>> variables;  // the function's and AWS's
};

// How an initialisation or an invocation ended.
struct Ending {
  enum class Kind {
    done,     // initialised; or answered, `body` is the function's result
    error,    // the runtime reported an error: `body`, `error_type`
    timeout,  // the time passed
    exited,   // the processes are gone: `exit_reason`
    memory    // killed for using more memory than the function has
  };
  Kind kind = Kind::done;
  std::string body;
  std::string error_type;
  std::string exit_reason;  // "exit status 1", "signal: killed"; empty after exit status 0
};

class Sandbox {
 public:
  virtual ~Sandbox() = default;
  // Waits until the runtime asks for work. After anything but `done` the sandbox cannot be used.
  virtual Ending wait_ready(Deadline deadline) = 0;
  // `meanwhile` is called about four times a second (to send logs on), and must not throw. After `timeout`, `exited` or
  // `memory` the sandbox cannot be used.
  virtual Ending invoke(Invocation invocation, Deadline deadline, const std::function<void()>& meanwhile) = 0;
  // What has been written since; `whole` takes an unfinished last line too.
  virtual std::vector<OutputLine> take_output(bool whole) = 0;
  virtual uint64_t memory_bytes_peak() const = 0;
  virtual bool usable() const = 0;
  // Kills it: what waits in another call returns `exited`. May be called from any thread.
  virtual void interrupt() = 0;
};

// Thread-safe.
class SandboxFactory {
 public:
  virtual ~SandboxFactory() = default;
  // Throws std::runtime_error with the reason if this machine cannot run it.
  virtual std::unique_ptr<Sandbox> start(const Environment& environment) = 0;
  // True if `runtime` can be run here at all.
  virtual bool supports(const std::string& runtime) = 0;
};

}  // namespace standpipe::sandbox
