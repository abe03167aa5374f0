// The HTTP server: any number of endpoints, each with its own handler; HTTP/1.1 and HTTP/2, plain and TLS on the same
// port. Sockets are served by a few threads; a request that has arrived completely (body included) is given to a
// worker, where the handler may wait. Idle connections cost no thread. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/workers.h"
#include "net/http.h"
#include "net/http1_parser.h"

namespace standpipe::net {

class CertificateAuthority;

struct ServerOptions {
  unsigned threads = 2;  // for sockets only
  size_t connections_max = 4096;
  std::filesystem::path spool_dir = "/tmp";  // where bodies over 1 MiB wait, without a name
  HeadLimits head_limits = {};
  uint32_t streams_max = 128;                     // HTTP/2: concurrent per connection
  Duration idle_time = std::chrono::seconds(60);  // of a connection without a request
  Duration head_time = std::chrono::seconds(30);  // from the first byte of a head to its end; also the TLS handshake
  Duration body_time = std::chrono::seconds(30);  // grace, then `body_bytes_per_second` must be kept on average
  uint64_t body_bytes_per_second = 1024;
  Duration write_time = std::chrono::seconds(30);  // without any progress
  Duration linger_time = std::chrono::seconds(3);  // for a refused peer to read why
  const Clock* clock = nullptr;                    // for Date; nullptr: the system's
};

enum class Tls { never, optional, always };

struct EndpointOptions {
  Handler handler;
  Tls tls = Tls::never;
  std::shared_ptr<CertificateAuthority> certificates;  // required unless `tls` is never
  // The most bytes that the body of a request may have; asked before anything of it is read or 100-continue is sent.
  std::function<uint64_t(const Request& head)> body_limit = [](const Request&) { return uint64_t{64} << 20; };
  // The answer to a request that the server refuses by itself (413 body too long, 503 no worker free), so that clients
  // see an error in the form they know. Malformed requests are answered in plain text.
  std::function<Response(const Request& head, int status)> refusal;
};

class Server {
 public:
  using EndpointId = uint64_t;

  Server(ServerOptions options, Workers& workers);
  // Ends all connections and waits for the handlers that still run; they are expected to be bounded by their own
  // deadlines.
  ~Server();

  // Listens on a TCP address; port 0 chooses one. Throws std::system_error.
  EndpointId listen(const std::string& host, uint16_t port, EndpointOptions options);
  // Serves a socket that already listens (TCP or local, of any network namespace); owns it from now on.
  EndpointId adopt_listener(int fd, EndpointOptions options);
  // An endpoint without a listener: its connections come by `adopt_connection`.
  EndpointId add(EndpointOptions options);
  // Serves one connected stream socket as if it had been accepted there; owns it from now on.
  void adopt_connection(EndpointId endpoint, int fd);
  uint16_t port(EndpointId endpoint) const;  // 0 if it has none

  // No new connections; idle ones end, running requests are answered. True if all ended before the deadline, else the
  // rest is cut off.
  bool close(EndpointId endpoint, Deadline deadline);
  bool stop(Deadline deadline);  // close() for all endpoints; the server cannot be used afterwards

  size_t connections() const;
  uint64_t requests() const;  // given to handlers so far

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace standpipe::net
