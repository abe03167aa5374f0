#include "net/listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "base/logging.h"

namespace standpipe::net {
namespace {

constexpr int kBacklog = 1024;
constexpr int kAcceptsPerTurn = 64;

Descriptor open_reserve() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

uint16_t local_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  return 0;
}

}  // namespace

Descriptor listen_on(const std::string& host, uint16_t port) {
  const std::string service = std::to_string(port), where = host + ":" + service;
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  if (const int error = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &found); error != 0) {
    throw std::system_error(std::make_error_code(std::errc::address_not_available),
                            where + ": " + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  int error = 0;
  for (const addrinfo* address = found; address; address = address->ai_next) {
    Descriptor socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    if (socket) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (socket && ::bind(socket.get(), address->ai_addr, address->ai_addrlen) == 0 &&
        ::listen(socket.get(), kBacklog) == 0) {
      return socket;
    }
    error = errno;
  }
  throw std::system_error(error, std::generic_category(), where);
}

Listener::Listener(Reactor& reactor, Descriptor socket, Accepted accepted)
    : reactor_(reactor),
      socket_(std::move(socket)),
      reserve_(open_reserve()),
      accepted_(std::move(accepted)),
      port_(local_port(socket_.get())) {
  const int flags = ::fcntl(socket_.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK) < 0) {
    throw std::system_error(errno, std::generic_category(), "listening socket");
  }
  watch_ = std::make_unique<Reactor::Watch>(reactor_, socket_.get());
}

void Listener::start() {
  const std::lock_guard lock(mutex_);
  if (watch_) watch_->readable([self = shared_from_this()] { self->accept_waiting(); });
}

void Listener::close() {
  const std::lock_guard lock(mutex_);
  watch_.reset();
  socket_.close();
}

void Listener::accept_waiting() {
  {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < kAcceptsPerTurn && watch_ && accept_one(); ++i) {
    }
  }
  start();
}

bool Listener::accept_one() {
  Descriptor accepted(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (accepted) {
    exhausted_ = false;
    accepted_(std::move(accepted));
    return true;
  }
  if (errno == EMFILE || errno == ENFILE) {
    if (!std::exchange(exhausted_, true)) logging::warning("out of file descriptors; connections are refused");
    reserve_.close();
    accepted = Descriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    accepted.close();
    reserve_ = open_reserve();
    return true;
  }
  return errno == ECONNABORTED || errno == EINTR || errno == EPROTO;
}

}  // namespace standpipe::net
