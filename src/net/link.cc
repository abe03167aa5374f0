#include "net/link.h"

#include <sys/socket.h>

#include <algorithm>
#include <vector>

#include "base/logging.h"
#include "net/http1_writer.h"

namespace standpipe::net {
namespace {

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

// Often enough for the shortest of the times to be kept roughly, seldom enough to cost nothing.
Duration sweep_interval(const ServerOptions& options) {
  const Duration shortest =
      std::min({options.idle_time, options.head_time, options.body_time, options.write_time, options.linger_time});
  return std::clamp(shortest / 4, Duration{10}, Duration{1000});
}

// First bytes: TLS or not, then the handshake.
class Greeting final : public Session, public std::enable_shared_from_this<Greeting> {
 public:
  explicit Greeting(std::shared_ptr<Link> link) : link_(std::move(link)) {}

  void start() {
    link_->expire_in(link_->core.options.head_time);
    look();
  }
  void wind_down() override { link_->transport.interrupt(SHUT_RD); }

 private:
  void look() {
    if (!link_->endpoint->tls) return start_http1(link_);
    char first = 0;
    const ssize_t got = ::recv(link_->transport.fd(), &first, 1, MSG_PEEK);
    if (got < 0 && errno == EAGAIN) {
      return link_->watch.readable([self = shared_from_this()] { self->look(); });
    }
    if (got <= 0) return;
    constexpr char kTlsHandshake = 0x16;
    if (first != kTlsHandshake) {
      if (link_->endpoint->options.tls == Tls::optional) start_http1(link_);
      return;
    }
    link_->transport.accept_tls(link_->endpoint->tls->get());
    handshake();
  }

  void handshake() {
    switch (link_->transport.handshake()) {
      case Transport::State::ok:
        return link_->transport.protocol() == "h2" ? start_http2(link_, {}) : start_http1(link_);
      case Transport::State::wants_read:
        return link_->watch.readable([self = shared_from_this()] { self->handshake(); });
      case Transport::State::wants_write:
        return link_->watch.writable([self = shared_from_this()] { self->handshake(); });
      default: logging::debug("TLS handshake with {}: {}", link_->peer, link_->transport.failure());
    }
  }

  const std::shared_ptr<Link> link_;
};

}  // namespace

Core::Core(ServerOptions server_options, Workers& shared_workers)
    : options(std::move(server_options)),
      clock(options.clock ? *options.clock : system_clock()),
      workers(shared_workers),
      reactor("net", std::max(1u, options.threads)) {
  reactor.every(sweep_interval(options), [this] { cut_off_late(); });
}

void Core::accept(const std::shared_ptr<Endpoint>& endpoint, Descriptor socket) {
  if (stopping || endpoint->closing) return;
  std::shared_ptr<Link> link;
  try {
    link = std::make_shared<Link>(*this, endpoint, std::move(socket));
  } catch (const std::exception& error) {  // the peer has gone already
    return logging::debug("connection not served: {}", error.what());
  }
  {
    const std::lock_guard lock(mutex_);
    if (links_.size() >= options.connections_max) {
      if (!std::exchange(full_, true)) logging::warning("{} connections are open; more are refused", links_.size());
      return;
    }
    full_ = false;
    links_.emplace(link.get(), Known{link, endpoint});
  }
  greet(std::move(link));
}

void Core::leave(const Link* link) {
  const std::lock_guard lock(mutex_);
  if (links_.erase(link) > 0) left_.notify_all();
}

size_t Core::connections() const {
  const std::lock_guard lock(mutex_);
  return links_.size();
}

std::vector<std::shared_ptr<Link>> Core::links(const Endpoint* endpoint) const {
  std::vector<std::shared_ptr<Link>> found;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, known] : links_) {
    if (endpoint && known.endpoint.get() != endpoint) continue;
    if (auto link = known.link.lock()) found.push_back(std::move(link));
  }
  return found;
}

void Core::cut_off_late() {
  for (const auto& link : links(nullptr)) {
    if (link->expired()) link->transport.interrupt(SHUT_RDWR);
  }
}

bool Core::drain(const Endpoint* endpoint, Deadline deadline) {
  for (const auto& link : links(endpoint)) {
    if (const auto session = link->session()) session->wind_down();
  }
  const auto ended = [&] {
    return endpoint ? std::ranges::none_of(links_,
                                           [&](const auto& entry) { return entry.second.endpoint.get() == endpoint; })
                    : links_.empty();
  };
  {
    std::unique_lock lock(mutex_);
    if (left_.wait_until(lock, deadline.at(), ended)) return true;
  }
  for (const auto& link : links(endpoint)) link->transport.interrupt(SHUT_RDWR);
  return false;
}

void Core::wait_until_empty() {
  std::unique_lock lock(mutex_);
  while (!left_.wait_for(lock, std::chrono::seconds(10), [&] { return links_.empty(); })) {
    logging::warning("waiting for {} requests to end", links_.size());
  }
}

Link::Link(Core& core_of_server, std::shared_ptr<Endpoint> its_endpoint, Descriptor socket)
    : entry_{core_of_server, this},
      core(core_of_server),
      endpoint(std::move(its_endpoint)),
      transport(std::move(socket)),
      watch(core.reactor, transport.fd()),
      peer(peer_address(transport.fd())),
      expires_(INT64_MAX) {}

void Link::expire_in(Duration time) { expires_ = (std::chrono::steady_clock::now() + time).time_since_epoch().count(); }

bool Link::expired() const { return std::chrono::steady_clock::now().time_since_epoch().count() >= expires_; }

void Link::set_session(std::weak_ptr<Session> session) {
  const std::lock_guard lock(mutex_);
  session_ = std::move(session);
}

std::shared_ptr<Session> Link::session() const {
  const std::lock_guard lock(mutex_);
  return session_.lock();
}

void greet(std::shared_ptr<Link> link) {
  const auto greeting = std::make_shared<Greeting>(link);
  link->set_session(greeting);
  greeting->start();
}

Response respond(const Endpoint& endpoint, Request& request) {
  try {
    Response response = endpoint.options.handler(request);
    if (response.status >= 200 && response.status <= 599 && well_formed(response.headers)) return response;
    logging::error("{} {}: the handler's response cannot be sent", request.method, request.path());
  } catch (const std::exception& error) {
    logging::error("{} {}: {}", request.method, request.path(), error.what());
  }
  return Response::text(500, "Internal Server Error\n");
}

Response refuse(const Endpoint& endpoint, const Request& head, int status, std::string_view reason) {
  if (endpoint.options.refusal) {
    try {
      Response response = endpoint.options.refusal(head, status);
      if (well_formed(response.headers) && std::holds_alternative<std::string>(response.body)) return response;
    } catch (const std::exception& error) {
      logging::error("refusal: {}", error.what());
    }
  }
  return Response::text(status, std::string(reason) + "\n");
}

}  // namespace standpipe::net
