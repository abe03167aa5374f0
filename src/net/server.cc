#include "net/server.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <map>
#include <system_error>
#include <vector>

#include "base/check.h"
#include "net/link.h"
#include "net/listener.h"
#include "net/tls_context.h"

namespace standpipe::net {

struct Server::Parts {
  Parts(ServerOptions options, Workers& workers) : core(std::move(options), workers) {}

  struct Served {
    std::shared_ptr<Endpoint> endpoint;
    std::shared_ptr<Listener> listener;
  };
  EndpointId add(EndpointOptions options, Descriptor socket);

  Core core;
  mutable std::mutex mutex;
  std::map<EndpointId, Served> served;
  EndpointId last_id = 0;
};

Server::EndpointId Server::Parts::add(EndpointOptions options, Descriptor socket) {
  check(options.handler != nullptr && options.body_limit != nullptr, "an endpoint needs a handler and a body limit");
  check(options.tls == Tls::never || options.certificates != nullptr, "TLS needs certificates");
  auto endpoint = std::make_shared<Endpoint>();
  if (options.tls != Tls::never) endpoint->tls = TlsContext::server(options.certificates);
  endpoint->options = std::move(options);
  std::shared_ptr<Listener> listener;
  if (socket) {
    listener = std::make_shared<Listener>(core.reactor, std::move(socket), [this, endpoint](Descriptor accepted) {
      core.accept(endpoint, std::move(accepted));
    });
    listener->start();
  }
  const std::lock_guard lock(mutex);
  endpoint->id = ++last_id;
  served.emplace(last_id, Served{endpoint, std::move(listener)});
  return last_id;
}

Server::Server(ServerOptions options, Workers& workers)
    : parts_(std::make_unique<Parts>(std::move(options), workers)) {}

Server::~Server() {
  stop(Deadline::in(Duration{0}));
  parts_->core.wait_until_empty();
}

Server::EndpointId Server::listen(const std::string& host, uint16_t port, EndpointOptions options) {
  return parts_->add(std::move(options), listen_on(host, port));
}

Server::EndpointId Server::adopt_listener(int fd, EndpointOptions options) {
  return parts_->add(std::move(options), Descriptor(fd));
}

Server::EndpointId Server::add(EndpointOptions options) { return parts_->add(std::move(options), {}); }

void Server::adopt_connection(EndpointId endpoint, int fd) {
  Descriptor socket(fd);
  std::shared_ptr<Endpoint> target;
  {
    const std::lock_guard lock(parts_->mutex);
    const auto found = parts_->served.find(endpoint);
    if (found == parts_->served.end()) return;
    target = found->second.endpoint;
  }
  auto kept = std::make_shared<Descriptor>(std::move(socket));
  parts_->core.reactor.post([core = &parts_->core, target, kept] { core->accept(target, std::move(*kept)); });
}

uint16_t Server::port(EndpointId endpoint) const {
  const std::lock_guard lock(parts_->mutex);
  const auto found = parts_->served.find(endpoint);
  return found == parts_->served.end() || !found->second.listener ? 0 : found->second.listener->port();
}

bool Server::close(EndpointId endpoint, Deadline deadline) {
  Parts::Served closed;
  {
    const std::lock_guard lock(parts_->mutex);
    const auto found = parts_->served.find(endpoint);
    if (found == parts_->served.end()) return true;
    closed = std::move(found->second);
    parts_->served.erase(found);
  }
  closed.endpoint->closing = true;
  if (closed.listener) closed.listener->close();
  return parts_->core.drain(closed.endpoint.get(), deadline);
}

bool Server::stop(Deadline deadline) {
  std::map<EndpointId, Parts::Served> all;
  {
    const std::lock_guard lock(parts_->mutex);
    all.swap(parts_->served);
  }
  parts_->core.stopping = true;
  for (auto& [id, one] : all) {
    one.endpoint->closing = true;
    if (one.listener) one.listener->close();
  }
  return parts_->core.drain(nullptr, deadline);
}

size_t Server::connections() const { return parts_->core.connections(); }
uint64_t Server::requests() const { return parts_->core.requests; }

}  // namespace standpipe::net
