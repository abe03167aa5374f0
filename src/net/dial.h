// Opens outgoing TCP connections: directly, checking the very address that is connected to, or through the HTTP proxy
// that the server's own environment names. Blocking, bounded by a deadline (a name look-up by the resolver's own
// time-out).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "net/address.h"
#include "net/descriptor.h"

namespace standpipe::net {

struct UpstreamProxy {
  std::string host;
  uint16_t port = 0;
  std::string authorization;         // "Basic …" or empty
  std::vector<std::string> not_for;  // host suffixes, addresses or "*": connected to directly
  // From https_proxy (or HTTPS_PROXY) and no_proxy; nullopt if unset or not an http:// URL.
  static std::optional<UpstreamProxy> from_environment();
  bool serves(const std::string& host) const;
};

class Dialer {
 public:
  Dialer(AddressPolicy policy, std::optional<UpstreamProxy> upstream)
      : policy_(std::move(policy)), upstream_(std::move(upstream)) {}
  // A connected, non-blocking socket. Throws std::system_error: permission_denied if the policy refuses the address,
  // timed_out, host_unreachable if the name has no address, or what the system said; always with the host in the text.
  Descriptor connect(const std::string& host, uint16_t port, Deadline deadline) const;

 private:
  Descriptor through(const UpstreamProxy& proxy, const std::string& host, uint16_t port, Deadline deadline) const;
  AddressPolicy policy_;
  std::optional<UpstreamProxy> upstream_;
};

// Reads an HTTP head byte by byte, so that nothing behind it is taken from the socket. Throws std::system_error if the
// deadline passes, the peer closes, or the head is malformed or too long.
std::string read_head(int fd, size_t bytes_max, Deadline deadline);
// False if the peer closed or the deadline passed.
bool send_all(int fd, std::string_view bytes, Deadline deadline);

// "host:port" or "[v6]:port".
struct Authority {
  std::string host;
  uint16_t port = 0;
};
std::optional<Authority> parse_authority(std::string_view text, uint16_t default_port = 0);

}  // namespace standpipe::net
