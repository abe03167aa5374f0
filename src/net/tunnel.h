// Carries bytes between two connected sockets. Internal to the proxy.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace standpipe::net {

struct TunnelBytes {
  std::atomic<uint64_t> up = 0, down = 0;  // from and to the client
};

// Returns when both directions have ended, one is broken, or nothing has moved for `idle_time`. Both descriptors must
// be non-blocking; shutting one of them down from another thread ends the tunnel.
void carry(int client, int target, Duration idle_time, TunnelBytes& bytes);

}  // namespace standpipe::net
