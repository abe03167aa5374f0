// For tests: a client that sends and receives raw bytes over a loopback connection, plain or TLS, with a deadline on
// everything so that a broken server fails a test instead of hanging it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "net/tls_context.h"
#include "net/transport.h"

namespace standpipe::net {

inline Descriptor connect_loopback(uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
  return socket;
}

class LoopbackPeer {
 public:
  explicit LoopbackPeer(uint16_t port) : transport_(connect_loopback(port)) {}
  explicit LoopbackPeer(Descriptor socket) : transport_(std::move(socket)) {}

  void offer_http2() { offers_http2_ = true; }

  bool start_tls(const std::string& ca_bundle, const std::string& name) {
    context_ = TlsContext::client(ca_bundle, offers_http2_);
    transport_.connect_tls(context_->get(), name);
    for (;;) {
      const auto state = transport_.handshake();
      if (state == Transport::State::ok) return true;
      if (state == Transport::State::failed || state == Transport::State::closed || !wait(state)) return false;
    }
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto [state, sent] = transport_.write(bytes);
      if (state == Transport::State::ok)
        bytes.remove_prefix(sent);
      else if (state == Transport::State::failed || state == Transport::State::closed || !wait(state))
        return false;
    }
    return true;
  }

  // Everything up to and including `end`; what follows stays for the next call.
  std::string read_until(std::string_view end) {
    for (;;) {
      if (const size_t found = held_.find(end); found != std::string::npos) return take(found + end.size());
      if (!more()) return take(held_.size());
    }
  }
  std::string read_exactly(size_t size) {
    while (held_.size() < size && more()) {
    }
    return take(std::min(size, held_.size()));
  }
  std::string read_to_end() {
    while (more()) {
    }
    return take(held_.size());
  }
  // A whole response with a Content-Length.
  std::string read_response() {
    std::string head = read_until("\r\n\r\n");
    const size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? head : head + read_exactly(std::stoul(head.substr(at + 16)));
  }

  Transport& transport() { return transport_; }

 private:
  bool wait(Transport::State state) {
    return wait_ready(transport_.fd(), state == Transport::State::wants_write ? POLLOUT : POLLIN,
                      Deadline::in(std::chrono::seconds(20)));
  }
  bool more() {
    char buffer[16384];
    for (;;) {
      const auto [state, got] = transport_.read(buffer, sizeof buffer);
      if (state == Transport::State::ok) {
        held_.append(buffer, got);
        return true;
      }
      if (state == Transport::State::failed || state == Transport::State::closed || !wait(state)) return false;
    }
  }
  std::string take(size_t size) {
    std::string taken = held_.substr(0, size);
    held_.erase(0, size);
    return taken;
  }

  std::shared_ptr<TlsContext> context_;
  bool offers_http2_ = false;
  Transport transport_;
  std::string held_;
};

}  // namespace standpipe::net
