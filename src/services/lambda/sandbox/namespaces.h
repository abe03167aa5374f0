// The steps by which a freshly started, single-threaded helper process leaves the host's network: used by the
// functions' sandbox and by `standpipe exec`. All throw std::system_error naming the step that the machine refused.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "services/lambda/sandbox/descriptor.h"

namespace standpipe::sandbox {

// Where things are inside: the runtime API, name server and proxy on one address, AWS's services on the other.
inline constexpr const char* kServiceAddress = "169.254.100.1";
inline constexpr const char* kAwsAddress = "169.254.100.2";
inline constexpr uint16_t kRuntimeApiPort = 9001;
inline constexpr uint16_t kProxyPort = 3128;

// A new user namespace together with the namespaces of `flags` (CLONE_NEW…). The caller's ids appear as `uid` and
// `gid`.
void enter_user_namespace(int flags, uid_t uid, gid_t gid);

// Brings `lo` of the present network namespace up and gives it the two addresses.
void raise_loopback();

struct Listen {
  std::string address;
  uint16_t port;
  bool datagrams = false;
};
// Bound and, unless for datagrams, listening.
std::vector<Descriptor> open_listeners(const std::vector<Listen>& wanted);

void write_file(const std::string& path, const std::string& text);

}  // namespace standpipe::sandbox
