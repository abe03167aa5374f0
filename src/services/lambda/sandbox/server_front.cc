#include "services/lambda/sandbox/server_front.h"

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "services/lambda/sandbox/name_server.h"

namespace standpipe::sandbox {
namespace {

constexpr Duration kCloseTime = std::chrono::seconds(1);

class ServerAttachment final : public Attachment {
 public:
  ServerAttachment(net::Server& server, net::ConnectProxy* proxy) : server_(server), proxy_(proxy) {}
  ~ServerAttachment() override {
    if (proxied_) proxy_->close(*proxied_);
    for (const auto endpoint : endpoints_) server_.close(endpoint, Deadline::in(kCloseTime));
  }

  net::Server::EndpointId adopt(Descriptor& socket, net::EndpointOptions options) {
    endpoints_.push_back(server_.adopt_listener(socket.release(), std::move(options)));
    return endpoints_.back();
  }

  // Programs that ask the proxy for AWS's names, whatever NO_PROXY says, come to us all the same.
  void adopt_proxy(Descriptor& socket, net::Server::EndpointId tls, net::Server::EndpointId plain) {
    proxied_ = proxy_->adopt_listener(
        socket.release(),
        [&server = server_, tls, plain](const net::Authority& target) -> std::optional<net::LocalTarget> {
          if (!is_aws_name(to_lower(target.host))) return std::nullopt;
          const auto endpoint = target.port == 80 ? plain : tls;
          return [&server, endpoint](int fd) { server.adopt_connection(endpoint, fd); };
        });
  }

 private:
  net::Server& server_;
  net::ConnectProxy* const proxy_;
  std::vector<net::Server::EndpointId> endpoints_;
  std::optional<net::ConnectProxy::ListenerId> proxied_;
};

}  // namespace

std::unique_ptr<Attachment> ServerFront::attach(SandboxSockets sockets, net::Handler runtime_api) {
  auto attachment = std::make_unique<ServerAttachment>(server_, proxy_);
  net::EndpointOptions runtime;
  runtime.handler = std::move(runtime_api);
  attachment->adopt(sockets.runtime_api, std::move(runtime));
  net::EndpointOptions aws = aws_;
  aws.tls = net::Tls::always;
  const auto tls = attachment->adopt(sockets.aws_tls, aws);
  aws.tls = net::Tls::never;
  const auto plain = attachment->adopt(sockets.aws_plain, std::move(aws));
  if (proxy_) attachment->adopt_proxy(sockets.proxy, tls, plain);
  return attachment;
}

}  // namespace standpipe::sandbox
