#include "net/dial.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "base/bytes.h"
#include "net/http1_parser.h"
#include "net/transport.h"

namespace standpipe::net {
namespace {

[[noreturn]] void raise(std::errc error, const std::string& what) {
  throw std::system_error(std::make_error_code(error), what);
}

using Found = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Found resolve(const std::string& host, uint16_t port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return {nullptr, ::freeaddrinfo};
  return {found, ::freeaddrinfo};
}

// An errno, 0 on success.
int connect_to(const Descriptor& socket, const addrinfo& address, Deadline deadline) {
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!wait_ready(socket.get(), POLLOUT, deadline)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

Descriptor connect_first(const addrinfo* found, const std::string& host, const AddressPolicy& policy,
                         Deadline deadline) {
  int error = EACCES;
  for (const addrinfo* address = found; address && !deadline.passed(); address = address->ai_next) {
    const auto ip = IpAddress::from(*address->ai_addr);
    if (!ip || !policy.allows(host, *ip)) continue;
    Descriptor socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) throw std::system_error(errno, std::generic_category(), "socket");
    // An address that does not answer must not use up the time of those after it.
    const Deadline share = address->ai_next ? Deadline::in(deadline.left() / 2) : deadline;
    error = connect_to(socket, *address, share);
    if (error == 0) return socket;
  }
  throw std::system_error(deadline.passed() ? ETIMEDOUT : error, std::generic_category(), host);
}

}  // namespace

std::string read_head(int fd, size_t bytes_max, Deadline deadline) {
  std::string head;
  HeadScanner scanner;
  for (;;) {
    char byte = 0;
    const ssize_t got = ::recv(fd, &byte, 1, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {
      if (!wait_ready(fd, POLLIN, deadline)) raise(std::errc::timed_out, "HTTP head");
      continue;
    }
    if (got < 0) throw std::system_error(errno, std::generic_category(), "HTTP head");
    if (got == 0) raise(std::errc::connection_reset, "HTTP head");
    head += byte;
    const auto found = scanner.scan(head);
    if (found == HeadScanner::Found::end) return head;
    if (found == HeadScanner::Found::malformed || head.size() == bytes_max) {
      raise(std::errc::protocol_error, "malformed HTTP head");
    }
    if (deadline.passed()) raise(std::errc::timed_out, "HTTP head");
  }
}

bool send_all(int fd, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_ready(fd, POLLOUT, deadline)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::optional<Authority> parse_authority(std::string_view text, uint16_t default_port) {
  Authority authority{.host = {}, .port = default_port};
  size_t host_end = 0;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos || !IpAddress::parse(text.substr(1, end - 1))) return std::nullopt;
    authority.host = text.substr(1, end - 1);
    host_end = end + 1;
  } else {
    host_end = std::min(text.find(':'), text.size());
    authority.host = to_lower(text.substr(0, host_end));
  }
  const std::string_view rest = text.substr(host_end);
  if (rest.starts_with(':')) {
    const auto port = parse_int(rest.substr(1));
    if (!port || *port < 1 || *port > 65535 || rest[1] == '+') return std::nullopt;
    authority.port = static_cast<uint16_t>(*port);
  } else if (!rest.empty()) {
    return std::nullopt;
  }
  const bool plain = std::ranges::all_of(
      authority.host, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == ':'; });
  if (authority.host.empty() || authority.host.size() > 253 || !plain || authority.port == 0) return std::nullopt;
  return authority;
}

std::optional<UpstreamProxy> UpstreamProxy::from_environment() {
  const auto variable = [](const char* lower, const char* upper) {
    const char* value = std::getenv(lower);
    if (!value || !*value) value = std::getenv(upper);
    return std::string(value ? value : "");
  };
  std::string url = variable("https_proxy", "HTTPS_PROXY");
  constexpr std::string_view kScheme = "http://";
  if (url.starts_with(kScheme))
    url.erase(0, kScheme.size());
  else if (url.empty() || url.find("://") != std::string::npos)
    return std::nullopt;
  url.erase(std::min(url.find('/'), url.size()));
  UpstreamProxy proxy;
  if (const size_t at = url.rfind('@'); at != std::string::npos) {
    const auto credentials = uri_decode(std::string_view(url).substr(0, at));
    if (credentials) proxy.authorization = "Basic " + base64_encode(*credentials);
    url.erase(0, at + 1);
  }
  const auto authority = parse_authority(url, 80);
  if (!authority) return std::nullopt;
  proxy.host = authority->host;
  proxy.port = authority->port;
  for (const std::string& entry : split(variable("no_proxy", "NO_PROXY"), ',')) {
    std::string suffix = to_lower(trim(entry));
    if (suffix.starts_with("*.")) suffix.erase(0, 1);
    if (!suffix.empty()) proxy.not_for.push_back(std::move(suffix));
  }
  return proxy;
}

bool UpstreamProxy::serves(const std::string& asked) const {
  const auto address = IpAddress::parse(asked);
  return std::ranges::none_of(not_for, [&](const std::string& entry) {
    if (entry == "*" || entry == asked) return true;
    if (address) {
      const auto network = Network::parse(entry);
      return network && network->contains(*address);
    }
    const std::string suffix = entry.starts_with('.') ? entry : "." + entry;
    return asked.ends_with(suffix);
  });
}

Descriptor Dialer::connect(const std::string& host, uint16_t port, Deadline deadline) const {
  if (upstream_ && upstream_->serves(host)) return through(*upstream_, host, port, deadline);
  const Found found = resolve(host, port);
  if (!found) raise(std::errc::host_unreachable, host + ": no address");
  return connect_first(found.get(), host, policy_, deadline);
}

Descriptor Dialer::through(const UpstreamProxy& proxy, const std::string& host, uint16_t port,
                           Deadline deadline) const {
  // The proxy resolves the name; what this machine can tell about it still counts.
  const auto refused = [&] { raise(std::errc::permission_denied, host); };
  if (const auto ip = IpAddress::parse(host)) {
    if (!policy_.allows(host, *ip)) refused();
  } else {
    if (!policy_.allows_name(host)) refused();
    const Found known = resolve(host, port);
    for (const addrinfo* address = known.get(); address; address = address->ai_next) {
      const auto ip_known = IpAddress::from(*address->ai_addr);
      if (ip_known && !policy_.allows(host, *ip_known)) refused();
    }
  }
  const Found found = resolve(proxy.host, proxy.port);
  if (!found) raise(std::errc::host_unreachable, "proxy " + proxy.host + ": no address");
  Descriptor socket = connect_first(found.get(), proxy.host, AddressPolicy::anything(), deadline);
  const std::string target =
      (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  std::string request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!proxy.authorization.empty()) request += "Proxy-Authorization: " + proxy.authorization + "\r\n";
  if (!send_all(socket.get(), request + "\r\n", deadline)) raise(std::errc::connection_reset, "proxy " + proxy.host);
  const auto head = parse_response_head(read_head(socket.get(), 16 << 10, deadline), "CONNECT", {});
  if (!head || head->status != 200) {
    raise(head && head->status == 403 ? std::errc::permission_denied : std::errc::connection_refused,
          host + " through proxy " + proxy.host + (head ? ": status " + std::to_string(head->status) : ""));
  }
  return socket;
}

}  // namespace standpipe::net
