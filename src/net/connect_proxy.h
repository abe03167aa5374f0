// An HTTP proxy for sandboxes, which have no other way out: CONNECT only. It connects to public addresses and to what
// is allowed, checking the address that it really connects to; names of AWS it hands to the server itself. Each tunnel
// holds a worker while it is open. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/workers.h"
#include "net/dial.h"

namespace standpipe::net {

struct ProxyOptions {
  bool open = true;  // false: only local targets are reached, all else is refused
  AddressPolicy addresses = {};
  std::optional<UpstreamProxy> upstream = UpstreamProxy::from_environment();
  size_t tunnels_max = 256;  // at once; more are answered 503
  Duration idle_time = std::chrono::minutes(5);
  Duration head_time = std::chrono::seconds(10);  // for the CONNECT to arrive
  Duration connect_time = std::chrono::seconds(20);
};

// Where a host of our own is: an address (no policy applies), or a function that takes the client's socket over, for
// instance to Server::adopt_connection; it owns the descriptor from then on.
using LocalTarget = std::variant<Authority, std::function<void(int fd)>>;
// Asked for every CONNECT before anything else; nullopt: not ours. Runs on workers.
using LocalRoute = std::function<std::optional<LocalTarget>(const Authority& target)>;

struct ProxyCounts {
  uint64_t tunnels = 0, refused = 0, failed = 0;  // since the start; local targets count as tunnels
  uint64_t bytes_up = 0, bytes_down = 0;          // of tunnels that this proxy carries itself
};

class ConnectProxy {
 public:
  using ListenerId = uint64_t;

  ConnectProxy(ProxyOptions options, Workers& workers);
  ~ConnectProxy();  // cuts all tunnels off and waits for their workers

  // Serves a socket that already listens (TCP or local); owns it from now on.
  ListenerId adopt_listener(int fd, LocalRoute route = nullptr);
  void close(ListenerId listener);  // and cuts its tunnels off
  uint16_t port(ListenerId listener) const;
  ProxyCounts counts() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace standpipe::net
