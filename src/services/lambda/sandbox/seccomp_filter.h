// The system calls that user code has no business with, as a compiled BPF program for `bwrap --seccomp`.
#pragma once

#include <string>

namespace standpipe::sandbox {

// Denied calls answer EPERM (ENOSYS where libraries then fall back). Throws std::system_error.
std::string seccomp_program();

}  // namespace standpipe::sandbox
