// The sandboxes' sockets served by the server's own HTTP server: AWS's names by the main handler, the Runtime API by
// the sandbox's, the rest of the world by the CONNECT proxy.
#pragma once

#include <memory>

#include "net/connect_proxy.h"
#include "net/server.h"
#include "services/lambda/sandbox/front.h"

namespace standpipe::sandbox {

class ServerFront final : public Front {
 public:
  // `aws` is the server's main endpoint: handler, certificates, limits; its `tls` is chosen here. Without `proxy`,
  // sandboxes have no way to the internet. Server and proxy must outlive all sandboxes.
  ServerFront(net::Server& server, net::EndpointOptions aws, net::ConnectProxy* proxy)
      : server_(server), aws_(std::move(aws)), proxy_(proxy) {}
  std::unique_ptr<Attachment> attach(SandboxSockets sockets, net::Handler runtime_api) override;

 private:
  net::Server& server_;
  const net::EndpointOptions aws_;
  net::ConnectProxy* const proxy_;
};

}  // namespace standpipe::sandbox
