// A control group of one sandbox where this machine lets us make one (version 1 or 2): hard limits on memory and
// processes, freezing, and a kill that nothing escapes. Where it does not, `make` answers nullptr and the sandbox falls
// back to watching its process tree.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

namespace standpipe::sandbox {

struct CgroupLimits {
  uint64_t memory_bytes_max;  // everything that is charged: anonymous memory, /tmp, page cache
  int processes_max;
};

// Thread-compatible. The destructor removes the group; its processes must have ended (it kills those left).
class Cgroup {
 public:
  static std::unique_ptr<Cgroup> make(const std::string& name, const CgroupLimits& limits);
  // Removes the empty groups of servers that were killed.
  static void remove_stale();
  virtual ~Cgroup() = default;
  virtual void add(pid_t process) = 0;           // throws std::system_error
  virtual uint64_t anonymous_bytes() const = 0;  // without files and /tmp
  virtual bool out_of_memory() const = 0;        // the kernel killed something for it
  virtual bool freeze(bool frozen) = 0;          // false: not possible here
  virtual void kill() = 0;
};

}  // namespace standpipe::sandbox
