// A sandbox's processes as the host sees them, for machines without a writable cgroup: everything below bubblewrap.
// (Orphans inside fall to the namespace's own pid 1, so nothing leaves the tree.)
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace standpipe::sandbox {

std::vector<pid_t> process_tree(pid_t root);  // root first; at most 4096
uint64_t resident_bytes(const std::vector<pid_t>& processes);
// Stops or continues all but `root` itself, which is the helper outside; repeats until no new process appears.
void stop_tree(pid_t root);
void continue_tree(pid_t root);

}  // namespace standpipe::sandbox
