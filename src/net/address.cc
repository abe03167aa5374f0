#include "net/address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "base/bytes.h"

namespace standpipe::net {
namespace {

constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// IANA's special-purpose registries; of IPv6 only 2000::/3 is public at all. The blocks for documentation are left out:
// nothing is there, unless a network routes one of them on purpose (to a mirror of a package registry, for instance).
constexpr std::string_view kSpecial[] = {"0.0.0.0/8",      "10.0.0.0/8",    "100.64.0.0/10", "127.0.0.0/8",
                                         "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",  "192.88.99.0/24",
                                         "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4",   "240.0.0.0/4",
                                         "2001::/23",      "2002::/16"};

const std::vector<Network>& special_networks() {
  static const std::vector<Network> networks = [] {
    std::vector<Network> parsed;
    for (const std::string_view text : kSpecial) parsed.push_back(*Network::parse(text));
    return parsed;
  }();
  return networks;
}

// The machine's own addresses and its neighbours on the same network, which trust it more than the internet does.
bool is_local(const IpAddress& address) {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return true;  // unknown counts as local
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(first, ::freeifaddrs);
  for (const ifaddrs* one = first; one; one = one->ifa_next) {
    const auto own = one->ifa_addr ? IpAddress::from(*one->ifa_addr) : std::nullopt;
    if (!own) continue;
    if (*own == address) return true;
    const auto mask = one->ifa_netmask ? IpAddress::from(*one->ifa_netmask) : std::nullopt;
    if (!mask || own->is_v4() != address.is_v4()) continue;
    bool same = true;
    unsigned bits = 0;  // a mask that is nearly empty says nothing about neighbours
    for (size_t i = own->is_v4() ? 12 : 0; i < 16; ++i) {
      same = same && ((own->bytes()[i] ^ address.bytes()[i]) & mask->bytes()[i]) == 0;
      bits += static_cast<unsigned>(std::popcount(mask->bytes()[i]));
    }
    if (same && bits >= (own->is_v4() ? 16u : 48u)) return true;
  }
  return false;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  IpAddress address;
  const std::string terminated(text);
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  std::ranges::copy(kMapped, address.bytes_.begin());
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes_.data() + kMapped.size()) == 1) return address;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::from(const sockaddr& socket_address) {
  IpAddress address;
  if (socket_address.sa_family == AF_INET6) {
    std::memcpy(address.bytes_.data(), &reinterpret_cast<const sockaddr_in6&>(socket_address).sin6_addr, 16);
    return address;
  }
  if (socket_address.sa_family != AF_INET) return std::nullopt;
  std::ranges::copy(kMapped, address.bytes_.begin());
  std::memcpy(address.bytes_.data() + kMapped.size(), &reinterpret_cast<const sockaddr_in&>(socket_address).sin_addr,
              4);
  return address;
}

bool IpAddress::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes_.begin()); }

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN];
  if (is_v4()) return ::inet_ntop(AF_INET, bytes_.data() + kMapped.size(), buffer, sizeof buffer);
  return ::inet_ntop(AF_INET6, bytes_.data(), buffer, sizeof buffer);
}

std::optional<Network> Network::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  const unsigned offset = base->is_v4() ? 96 : 0;
  Network network;
  network.base_ = *base;
  if (slash == std::string_view::npos) return network;
  const auto bits = parse_int(text.substr(slash + 1));
  if (!bits || *bits < 0 || *bits > 128 - offset) return std::nullopt;
  network.bits_ = offset + static_cast<unsigned>(*bits);
  return network;
}

bool Network::contains(const IpAddress& address) const {
  for (unsigned bit = 0; bit < bits_; bit += 8) {
    const unsigned used = std::min(8u, bits_ - bit);
    const uint8_t mask = static_cast<uint8_t>(0xff << (8 - used));
    if ((address.bytes()[bit / 8] & mask) != (base_.bytes()[bit / 8] & mask)) return false;
  }
  return true;
}

bool is_public(const IpAddress& address) {
  if (!address.is_v4() && (address.bytes()[0] & 0xe0) != 0x20) return false;
  return std::ranges::none_of(special_networks(), [&](const Network& network) { return network.contains(address); });
}

AddressPolicy::AddressPolicy(const std::vector<std::string>& allowed) {
  for (const std::string& entry : allowed) {
    if (const auto network = Network::parse(entry)) {
      networks_.push_back(*network);
    } else if (!entry.empty() && entry.find_first_of("/ \t:") == std::string::npos) {
      hosts_.push_back(to_lower(entry));
    } else {
      throw std::invalid_argument("neither a network nor a host name: " + entry);
    }
  }
}

AddressPolicy AddressPolicy::anything() {
  AddressPolicy policy;
  policy.anything_ = true;
  return policy;
}

bool AddressPolicy::names(std::string_view host) const {
  const std::string lower = to_lower(host);
  return std::ranges::any_of(hosts_, [&](const std::string& pattern) { return glob_match(pattern, lower); });
}

bool AddressPolicy::allows(std::string_view host, const IpAddress& address) const {
  if (anything_ || names(host)) return true;
  if (std::ranges::any_of(networks_, [&](const Network& network) { return network.contains(address); })) return true;
  return is_public(address) && !is_local(address);
}

bool AddressPolicy::allows_name(std::string_view host) const {
  if (anything_ || names(host)) return true;
  std::string lower = to_lower(host);
  if (lower.ends_with('.')) lower.pop_back();
  constexpr std::string_view kLocal[] = {".localhost", ".local", ".internal", ".lan", ".home.arpa", ".intranet"};
  return lower.find('.') != std::string::npos &&
         std::ranges::none_of(kLocal, [&](std::string_view suffix) { return lower.ends_with(suffix); });
}

}  // namespace standpipe::net
