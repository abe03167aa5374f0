// The process between the server and a sandbox. The server starts its own program anew with the one argument
// `sandbox-init` and a control channel as descriptor 3; the helper makes the namespaces, passes the listening sockets
// back and becomes bubblewrap. Being a fresh process of one thread, it may do what a fork of the server may not.
#pragma once

#include <vector>

#include "services/lambda/sandbox/namespaces.h"

namespace standpipe::sandbox {

inline constexpr const char* kHelperArgument = "sandbox-init";
inline constexpr int kControlDescriptor = 3;
inline constexpr int kHelperFailed = 125;

// What the helper passes back, in this order.
const std::vector<Listen>& sandbox_listeners();

// Does not return if all goes well; otherwise tells the server why and returns kHelperFailed.
int run_helper();

}  // namespace standpipe::sandbox
