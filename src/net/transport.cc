#include "net/transport.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

namespace standpipe::net {
namespace {

// OpenSSL's own socket BIO calls write(2), which raises SIGPIPE; this one does not.
int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const int fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  const ssize_t sent = ::send(fd, bytes, static_cast<size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* into, int capacity) {
  BIO_clear_retry_flags(bio);
  const int fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  const ssize_t got = ::recv(fd, into, static_cast<size_t>(capacity), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "standpipe socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

ssl_st* new_tls(ssl_ctx_st* context, int fd) {
  SSL* tls = SSL_new(context);
  BIO* bio = BIO_new(bio_method());
  if (!tls || !bio) throw std::bad_alloc();
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(tls, bio, bio);
  // Partial writes and moving buffers suit callers that come back with what is left; idle connections keep no buffers.
  SSL_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return tls;
}

}  // namespace

Transport::Transport(Descriptor socket) : socket_(std::move(socket)) {
  const int flags = ::fcntl(socket_.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK) < 0) {
    throw std::system_error(errno, std::generic_category(), "socket");
  }
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on local sockets, which need none
}

Transport::~Transport() {
  if (tls_) SSL_free(tls_);
}

void Transport::accept_tls(ssl_ctx_st* context) {
  tls_ = new_tls(context, fd());
  SSL_set_accept_state(tls_);
}

void Transport::connect_tls(ssl_ctx_st* context, const std::string& name) {
  tls_ = new_tls(context, fd());
  SSL_set_connect_state(tls_);
  in6_addr address;
  const bool numeric =
      ::inet_pton(AF_INET, name.c_str(), &address) == 1 || ::inet_pton(AF_INET6, name.c_str(), &address) == 1;
  if (numeric) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), name.c_str());
  } else {
    SSL_set_tlsext_host_name(tls_, name.c_str());
    SSL_set1_host(tls_, name.c_str());
  }
}

Transport::State Transport::handshake() {
  ERR_clear_error();
  const int returned = SSL_do_handshake(tls_);
  return returned == 1 ? State::ok : tls_result(returned).state;
}

std::string Transport::protocol() const {
  if (!tls_) return {};
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(tls_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

Transport::Result Transport::tls_result(int returned) {
  switch (SSL_get_error(tls_, returned)) {
    case SSL_ERROR_WANT_READ: return {State::wants_read};
    case SSL_ERROR_WANT_WRITE: return {State::wants_write};
    case SSL_ERROR_ZERO_RETURN: return {State::closed};
    default: {
      const long verified = SSL_get_verify_result(tls_);
      const unsigned long error = ERR_peek_last_error();
      if (verified != X509_V_OK) {
        failure_ = X509_verify_cert_error_string(verified);
      } else if (error != 0) {
        failure_ = ERR_reason_error_string(error) ? ERR_reason_error_string(error) : "TLS error";
      } else {
        failure_ = "connection closed";
      }
      ERR_clear_error();
      return {State::failed};
    }
  }
}

Transport::Result Transport::read(char* into, size_t capacity) {
  if (tls_) {
    ERR_clear_error();
    size_t got = 0;
    const int returned = SSL_read_ex(tls_, into, capacity, &got);
    return returned == 1 ? Result{State::ok, got} : tls_result(returned);
  }
  for (;;) {
    const ssize_t got = ::recv(fd(), into, capacity, 0);
    if (got > 0) return {State::ok, static_cast<size_t>(got)};
    if (got == 0) return {State::closed};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? State::wants_read : State::failed};
  }
}

Transport::Result Transport::write(std::string_view first, std::string_view second) {
  if (tls_) {
    const std::string_view bytes = first.empty() ? second : first;
    ERR_clear_error();
    size_t sent = 0;
    const int returned = SSL_write_ex(tls_, bytes.data(), bytes.size(), &sent);
    return returned == 1 ? Result{State::ok, sent} : tls_result(returned);
  }
  iovec parts[2] = {{const_cast<char*>(first.data()), first.size()}, {const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  for (;;) {
    const ssize_t sent = ::sendmsg(fd(), &message, MSG_NOSIGNAL);
    if (sent >= 0) return {State::ok, static_cast<size_t>(sent)};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? State::wants_write : State::failed};
  }
}

bool Transport::pending() const { return tls_ && SSL_has_pending(tls_); }

void Transport::close_notify() {
  if (!tls_ || !failure_.empty()) return;
  ERR_clear_error();
  SSL_shutdown(tls_);
  ERR_clear_error();
}

void Transport::shutdown_write() {
  close_notify();
  ::shutdown(fd(), SHUT_WR);
}

void Transport::interrupt(int how) { ::shutdown(fd(), how); }

bool wait_ready(int fd, short events, Deadline deadline) {
  for (;;) {
    const auto left = deadline.left().count();
    pollfd waited{.fd = fd, .events = events, .revents = 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(std::min<int64_t>(left, std::numeric_limits<int>::max())));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
    if (deadline.passed()) return false;
  }
}

std::string peer_address(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  char text[INET6_ADDRSTRLEN] = "unix";
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in&>(address).sin_addr, text, sizeof text);
  } else if (address.ss_family == AF_INET6) {
    const in6_addr& six = reinterpret_cast<sockaddr_in6&>(address).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
      ::inet_ntop(AF_INET, &six.s6_addr[12], text, sizeof text);
    } else {
      ::inet_ntop(AF_INET6, &six, text, sizeof text);
    }
  }
  return text;
}

}  // namespace standpipe::net
