// Everything between the sockets and the disk, put together: engines, services, dispatcher. Made anew by a reset.
// Thread-safe once constructed; the destructor stops all background work and leaves the data complete.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/workers.h"
#include "net/http.h"
#include "server/settings.h"

namespace standpipe::net {
class CertificateAuthority;
class Server;
}  // namespace standpipe::net

namespace standpipe::server {

// What outlives a reset.
struct Ground {
  const Settings& settings;
  std::filesystem::path data;
  Clock& clock;
  Workers& workers;
  net::Server& server;
  std::shared_ptr<net::CertificateAuthority> certificates;
};

class Composition {
 public:
  // `aws` answers the requests that functions send to AWS's names.
  Composition(const Ground& ground, net::Handler aws);
  ~Composition();

  net::Response serve(net::Request& http);
  uint64_t body_limit(const net::Request& head) const;
  net::Response refusal(const net::Request& head, int status) const;
  std::string metrics() const;
  bool flush(Deadline deadline);
  // Ends what may keep a request waiting for long, so that a reset or a stop need not wait.
  void interrupt();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace standpipe::server
