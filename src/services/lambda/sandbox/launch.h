// Starts a sandbox's helper and waits until its network stands.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "services/lambda/sandbox/cgroup.h"
#include "services/lambda/sandbox/descriptor.h"
#include "services/lambda/sandbox/plan.h"
#include "services/lambda/sandbox/watcher.h"

namespace standpipe::sandbox {

// The program that answers to `sandbox-init`: the server itself, or a small one in tests.
struct HelperProgram {
  std::string path = "/proc/self/exe";
};

struct Launched {
  pid_t process = -1;
  Descriptor process_handle;          // readable when the process has ended; it must be reaped then
  Descriptor output;                  // stdout and stderr, does not block
  std::vector<Descriptor> listeners;  // as sandbox_listeners() lists them
};

// Throws std::runtime_error with the helper's reason if the machine does not allow the sandbox.
Launched launch(Watcher& watcher, const HelperProgram& helper, const Plan& plan, Cgroup* group);

}  // namespace standpipe::sandbox
