#include "services/lambda/sandbox/namespaces.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <cstring>

#include "services/lambda/sandbox/control_channel.h"

namespace standpipe::sandbox {
namespace {

sockaddr_in address_of(const std::string& text, uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) {
    errno = EINVAL;
    throw_errno("address " + text);
  }
  return address;
}

// Further addresses of an interface are set under an alias ("lo:1"); no netlink is needed.
void add_address(int socket, const char* alias, const char* address) {
  ifreq request{};
  std::strncpy(request.ifr_name, alias, IFNAMSIZ - 1);
  sockaddr_in value = address_of(address, 0);
  std::memcpy(&request.ifr_addr, &value, sizeof value);
  if (::ioctl(socket, SIOCSIFADDR, &request) != 0) throw_errno(std::string("address ") + address + " on " + alias);
  value = address_of("255.255.255.255", 0);
  std::memcpy(&request.ifr_netmask, &value, sizeof value);
  if (::ioctl(socket, SIOCSIFNETMASK, &request) != 0) throw_errno(std::string("netmask of ") + alias);
}

}  // namespace

void write_file(const std::string& path, const std::string& text) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) throw_errno("open " + path);
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) throw_errno("write " + path);
}

void enter_user_namespace(int flags, uid_t uid, gid_t gid) {
  const std::string outer_uid = std::to_string(::geteuid()), outer_gid = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | flags) != 0) throw_errno("unshare of user and network namespaces");
  // A process that changed its ids owns nothing under /proc/self until it is dumpable again.
  if (::prctl(PR_SET_DUMPABLE, 1) != 0) throw_errno("prctl");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", std::to_string(uid) + " " + outer_uid + " 1");
  write_file("/proc/self/gid_map", std::to_string(gid) + " " + outer_gid + " 1");
}

void raise_loopback() {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) throw_errno("socket");
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) throw_errno("raising lo");
  add_address(socket.get(), "lo:1", kServiceAddress);
  add_address(socket.get(), "lo:2", kAwsAddress);
}

std::vector<Descriptor> open_listeners(const std::vector<Listen>& wanted) {
  std::vector<Descriptor> listeners;
  for (const Listen& listen : wanted) {
    Descriptor socket(::socket(AF_INET, (listen.datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0));
    if (!socket) throw_errno("socket");
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const sockaddr_in address = address_of(listen.address, listen.port);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw_errno("bind to " + listen.address + ":" + std::to_string(listen.port));
    }
    if (!listen.datagrams && ::listen(socket.get(), 128) != 0) throw_errno("listen");
    listeners.push_back(std::move(socket));
  }
  return listeners;
}

}  // namespace standpipe::sandbox
