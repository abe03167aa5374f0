// IP addresses, networks, and the rule for which of them user code and user-given URLs may reach. Immutable,
// thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace standpipe::net {

// IPv4 is kept in its IPv6-mapped form, so that it cannot slip through as ::ffff:10.0.0.1.
class IpAddress {
 public:
  static std::optional<IpAddress> parse(std::string_view text);
  static std::optional<IpAddress> from(const sockaddr& address);
  std::string text() const;
  bool is_v4() const;
  bool operator==(const IpAddress&) const = default;
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }

 private:
  std::array<uint8_t, 16> bytes_{};
};

class Network {
 public:
  static std::optional<Network> parse(std::string_view text);  // "10.0.0.0/8", "::1"; a bare address is one host
  bool contains(const IpAddress& address) const;

 private:
  IpAddress base_;
  unsigned bits_ = 128;  // of the mapped form
};

// False for loopback, link-local, private, shared (CGNAT), multicast, reserved and tunnelling addresses.
bool is_public(const IpAddress& address);

// What may be connected to: public addresses but this machine's own and those of its network, and what the list allows.
class AddressPolicy {
 public:
  AddressPolicy() = default;
  // Each entry is a network in CIDR form, or a host name, which may contain '*'. Throws std::invalid_argument for
  // others.
  explicit AddressPolicy(const std::vector<std::string>& allowed);
  static AddressPolicy anything();

  bool allows(std::string_view host, const IpAddress& address) const;
  // For names that somebody else resolves: refuses those which never mean a public host ("localhost", "x.internal").
  bool allows_name(std::string_view host) const;

 private:
  bool names(std::string_view host) const;
  bool anything_ = false;
  std::vector<Network> networks_;
  std::vector<std::string> hosts_;
};

}  // namespace standpipe::net
