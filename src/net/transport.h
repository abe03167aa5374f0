// The bytes of one connected socket, plain or under TLS. Never waits: an operation that cannot go on says which
// readiness of the descriptor it needs. Used by one thread at a time; only `interrupt` may be called from any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/descriptor.h"

struct ssl_st;
struct ssl_ctx_st;

namespace standpipe::net {

class Transport {
 public:
  enum class State { ok, wants_read, wants_write, closed, failed };
  struct Result {
    State state;
    size_t bytes = 0;
  };

  explicit Transport(Descriptor socket);  // makes it non-blocking
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  void accept_tls(ssl_ctx_st* context);
  // `name` is sent (SNI) and must be in the peer's certificate.
  void connect_tls(ssl_ctx_st* context, const std::string& name);
  State handshake();  // ok once it is complete
  bool tls() const { return tls_ != nullptr; }
  std::string protocol() const;                     // agreed on by ALPN; empty if none
  std::string failure() const { return failure_; }  // why TLS failed

  Result read(char* into, size_t capacity);                            // ok: at least one byte
  Result write(std::string_view first, std::string_view second = {});  // ok: at least one byte of the two together
  bool pending() const;  // decrypted bytes wait although the descriptor may not be readable

  void close_notify();  // TLS only; best effort
  void shutdown_write();
  void interrupt(int how);  // ::shutdown: wakes whoever waits for the descriptor
  int fd() const { return socket_.get(); }
  Descriptor release() { return std::move(socket_); }

 private:
  Result tls_result(int returned);
  Descriptor socket_;
  ssl_st* tls_ = nullptr;
  std::string failure_;
};

// Waits until the descriptor can be read (POLLIN) or written (POLLOUT); false if the deadline passed.
bool wait_ready(int fd, short events, Deadline deadline);

// The numeric address of the other end; "unix" for local sockets.
std::string peer_address(int fd);

}  // namespace standpipe::net
