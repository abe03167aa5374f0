#include "services/lambda/sandbox/server_front.h"

#include <vector>

namespace standpipe::sandbox {
namespace {

constexpr Duration kCloseTime = std::chrono::seconds(1);

class ServerAttachment final : public Attachment {
 public:
  explicit ServerAttachment(net::Server& server) : server_(server) {}
  ~ServerAttachment() override {
    for (const auto endpoint : endpoints) server_.close(endpoint, Deadline::in(kCloseTime));
  }
  std::vector<net::Server::EndpointId> endpoints;
  std::shared_ptr<void> proxy;

 private:
  net::Server& server_;
};

}  // namespace

ServerFront::ServerFront(net::Server& server, net::EndpointOptions aws, ProxyListener proxy)
    : server_(server), aws_(std::move(aws)), proxy_(std::move(proxy)) {}

std::unique_ptr<Attachment> ServerFront::attach(SandboxSockets sockets, net::Handler runtime_api) {
  auto attachment = std::make_unique<ServerAttachment>(server_);
  const auto adopt = [&](Descriptor& socket, net::EndpointOptions options) {
    attachment->endpoints.push_back(server_.adopt_listener(socket.release(), std::move(options)));
  };
  net::EndpointOptions runtime;
  runtime.handler = std::move(runtime_api);
  adopt(sockets.runtime_api, std::move(runtime));
  net::EndpointOptions aws = aws_;
  aws.tls = net::Tls::always;
  adopt(sockets.aws_tls, aws);
  aws.tls = net::Tls::never;
  adopt(sockets.aws_plain, std::move(aws));
  if (proxy_) attachment->proxy = proxy_(sockets.proxy.release());
  return attachment;
}

}  // namespace standpipe::sandbox
