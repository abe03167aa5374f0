// What the server and the helper process that sets a sandbox up say to each other over a socket pair: one message there
// (the plan), one message back (an error, or nothing and the listening sockets).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "services/lambda/sandbox/descriptor.h"

namespace standpipe::sandbox {

struct ControlMessage {
  std::string text;
  std::vector<Descriptor> descriptors;
};

inline constexpr size_t kControlBytesMax = 1 << 20;
inline constexpr size_t kControlDescriptorsMax = 16;

// Both throw std::system_error. `receive_control` answers an empty message with no descriptors if the peer has gone
// before it said anything, and throws when the deadline passes or the message is larger than the limits.
void send_control(int socket, std::string_view text, const std::vector<int>& descriptors = {});
ControlMessage receive_control(int socket, Deadline deadline);

[[noreturn]] void throw_errno(const std::string& what);

}  // namespace standpipe::sandbox
