// The sandboxes' sockets served by the server's own HTTP server: AWS's names by the main handler, the Runtime API by the
// sandbox's, the proxy by the CONNECT proxy.
#pragma once

#include <functional>
#include <memory>

#include "net/server.h"
#include "services/lambda/sandbox/front.h"

namespace standpipe::sandbox {

// Adopts a listening socket for as long as the returned object lives.
using ProxyListener = std::function<std::shared_ptr<void>(int fd)>;

class ServerFront final : public Front {
 public:
  // `aws` is the server's main endpoint: handler, certificates, limits; its `tls` is chosen here. Without `proxy`,
  // sandboxes have no way to the internet.
  ServerFront(net::Server& server, net::EndpointOptions aws, ProxyListener proxy);
  std::unique_ptr<Attachment> attach(SandboxSockets sockets, net::Handler runtime_api) override;

 private:
  net::Server& server_;
  const net::EndpointOptions aws_;
  const ProxyListener proxy_;
};

}  // namespace standpipe::sandbox
