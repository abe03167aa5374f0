#include "net/connect_proxy.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <vector>

#include "base/logging.h"
#include "net/http1_parser.h"
#include "net/http1_writer.h"
#include "net/listener.h"
#include "net/reactor.h"
#include "net/tunnel.h"

namespace standpipe::net {
namespace {

constexpr size_t kHeadBytesMax = 16 << 10;

void answer(int fd, int status, std::string_view text) {
  const std::string body = std::string(text) + "\n";
  const std::string message = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status)) +
                              "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
                              "\r\nConnection: close\r\n\r\n" + body;
  send_all(fd, message, Deadline::in(std::chrono::seconds(5)));
  ::shutdown(fd, SHUT_WR);
}

}  // namespace

struct ConnectProxy::Parts {
  Parts(ProxyOptions proxy_options, Workers& shared_workers)
      : options(std::move(proxy_options)),
        dialer(options.addresses, options.upstream),
        workers(shared_workers),
        reactor("proxy", 1) {}

  // One accepted connection. Its descriptors are registered while they are open, so that they can be cut off.
  struct Tunnel {
    Descriptor client, target;
    bool cut_off = false;
  };
  struct Served {
    std::shared_ptr<Listener> listener;
    LocalRoute route;
    std::set<std::shared_ptr<Tunnel>> tunnels;
  };

  void accept(ListenerId id, Descriptor socket);
  void serve(ListenerId id, const std::shared_ptr<Tunnel>& tunnel);
  void connect(ListenerId id, const std::shared_ptr<Tunnel>& tunnel);
  bool serve_locally(ListenerId id, const std::shared_ptr<Tunnel>& tunnel, const Authority& target);
  void carry_between(const std::shared_ptr<Tunnel>& tunnel, Descriptor target);
  void finish(ListenerId id, const std::shared_ptr<Tunnel>& tunnel);
  void close(ListenerId id);

  const ProxyOptions options;
  const Dialer dialer;
  Workers& workers;
  std::atomic<uint64_t> tunnels = 0, refused = 0, failed = 0;
  TunnelBytes bytes;
  mutable std::mutex mutex;  // guards what follows and the fields of tunnels
  std::map<ListenerId, Served> served;
  ListenerId last_id = 0;
  size_t active = 0;
  std::condition_variable ended;
  Reactor reactor;  // last: nothing is accepted once the rest goes
};

void ConnectProxy::Parts::accept(ListenerId id, Descriptor socket) {
  auto tunnel = std::make_shared<Tunnel>();
  bool room = false;
  {
    const std::lock_guard lock(mutex);
    const auto found = served.find(id);
    if (found == served.end()) return;
    room = active < options.tunnels_max;
    if (room) {
      tunnel->client = std::move(socket);
      found->second.tunnels.insert(tunnel);
      ++active;
    }
  }
  if (room && workers.run([this, id, tunnel] { serve(id, tunnel); })) return;
  ++refused;
  constexpr std::string_view kBusy =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  ::send(room ? tunnel->client.get() : socket.get(), kBusy.data(), kBusy.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (room) finish(id, tunnel);
}

void ConnectProxy::Parts::finish(ListenerId id, const std::shared_ptr<Tunnel>& tunnel) {
  const std::lock_guard lock(mutex);
  --active;
  tunnel->client.close();
  tunnel->target.close();
  if (const auto found = served.find(id); found != served.end()) found->second.tunnels.erase(tunnel);
  ended.notify_all();
}

void ConnectProxy::Parts::serve(ListenerId id, const std::shared_ptr<Tunnel>& tunnel) {
  const int client = tunnel->client.get();
  try {
    connect(id, tunnel);
  } catch (const std::system_error& error) {
    logging::debug("proxy: {}", error.what());
    if (error.code() == std::errc::permission_denied) {
      ++refused;
      answer(client, 403, "This address may not be reached from here.");
    } else {
      ++failed;
      const bool late = error.code() == std::errc::timed_out;
      answer(client, late ? 504 : 502, late ? "The connection timed out." : "The connection failed.");
    }
  } catch (const std::exception& error) {
    ++failed;
    logging::error("proxy: {}", error.what());
  }
  finish(id, tunnel);
}

void ConnectProxy::Parts::connect(ListenerId id, const std::shared_ptr<Tunnel>& tunnel) {
  const int client = tunnel->client.get();
  std::string text;
  try {
    text = read_head(client, kHeadBytesMax, Deadline::in(options.head_time));
  } catch (const std::system_error& error) {
    ++refused;
    if (error.code() == std::errc::protocol_error) answer(client, 400, "Malformed request.");
    return;
  }
  const auto head = parse_head(text, {}, true);
  const auto target = head ? parse_authority(head->request.target) : std::nullopt;
  if (!target) {
    ++refused;
    return head ? answer(client, 400, "Malformed target.") : answer(client, head.error().status, head.error().reason);
  }
  if (serve_locally(id, tunnel, *target)) return;
  if (!options.open) {
    ++refused;
    return answer(client, 403, "The way out of this sandbox is closed.");
  }
  carry_between(tunnel, dialer.connect(target->host, target->port, Deadline::in(options.connect_time)));
}

bool ConnectProxy::Parts::serve_locally(ListenerId id, const std::shared_ptr<Tunnel>& tunnel, const Authority& target) {
  LocalRoute route;
  {
    const std::lock_guard lock(mutex);
    if (const auto found = served.find(id); found != served.end()) route = found->second.route;
  }
  const auto local = route ? route(target) : std::nullopt;
  if (!local) return false;
  if (const auto* address = std::get_if<Authority>(&*local)) {
    const Dialer anywhere(AddressPolicy::anything(), std::nullopt);
    carry_between(tunnel, anywhere.connect(address->host, address->port, Deadline::in(options.connect_time)));
    return true;
  }
  constexpr std::string_view kEstablished = "HTTP/1.1 200 Connection established\r\n\r\n";
  if (!send_all(tunnel->client.get(), kEstablished, Deadline::in(options.head_time))) return true;
  int given = -1;
  {
    const std::lock_guard lock(mutex);
    if (!tunnel->cut_off) given = tunnel->client.release();
  }
  if (given >= 0) {
    ++tunnels;
    try {
      std::get<1> (*local)(given);
    } catch (const std::exception& error) {  // the socket is not ours any more, so there is nothing to answer
      logging::error("proxy: handing over {}: {}", target.host, error.what());
    }
  }
  return true;
}

void ConnectProxy::Parts::carry_between(const std::shared_ptr<Tunnel>& tunnel, Descriptor target) {
  {
    const std::lock_guard lock(mutex);
    if (tunnel->cut_off) return;
    tunnel->target = std::move(target);
  }
  constexpr std::string_view kEstablished = "HTTP/1.1 200 Connection established\r\n\r\n";
  if (!send_all(tunnel->client.get(), kEstablished, Deadline::in(options.head_time))) return;
  ++tunnels;
  carry(tunnel->client.get(), tunnel->target.get(), options.idle_time, bytes);
}

void ConnectProxy::Parts::close(ListenerId id) {
  Served closed;
  {
    const std::lock_guard lock(mutex);
    const auto found = served.find(id);
    if (found == served.end()) return;
    closed = std::move(found->second);
    served.erase(found);
    for (const auto& tunnel : closed.tunnels) {
      tunnel->cut_off = true;
      if (tunnel->client) ::shutdown(tunnel->client.get(), SHUT_RDWR);
      if (tunnel->target) ::shutdown(tunnel->target.get(), SHUT_RDWR);
    }
  }
  closed.listener->close();
}

ConnectProxy::ConnectProxy(ProxyOptions options, Workers& workers)
    : parts_(std::make_unique<Parts>(std::move(options), workers)) {}

ConnectProxy::~ConnectProxy() {
  std::vector<ListenerId> all;
  {
    const std::lock_guard lock(parts_->mutex);
    for (const auto& [id, one] : parts_->served) all.push_back(id);
  }
  for (const ListenerId id : all) parts_->close(id);
  std::unique_lock lock(parts_->mutex);
  while (!parts_->ended.wait_for(lock, std::chrono::seconds(10), [&] { return parts_->active == 0; })) {
    logging::warning("waiting for {} tunnels to end", parts_->active);
  }
}

ConnectProxy::ListenerId ConnectProxy::adopt_listener(int fd, LocalRoute route) {
  Descriptor socket(fd);
  ListenerId id = 0;
  {
    const std::lock_guard lock(parts_->mutex);
    id = ++parts_->last_id;
  }
  auto listener = std::make_shared<Listener>(
      parts_->reactor, std::move(socket),
      [parts = parts_.get(), id](Descriptor accepted) { parts->accept(id, std::move(accepted)); });
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->served.emplace(id, Parts::Served{listener, std::move(route), {}});
  }
  listener->start();
  return id;
}

void ConnectProxy::close(ListenerId listener) { parts_->close(listener); }

uint16_t ConnectProxy::port(ListenerId listener) const {
  const std::lock_guard lock(parts_->mutex);
  const auto found = parts_->served.find(listener);
  return found == parts_->served.end() ? 0 : found->second.listener->port();
}

ProxyCounts ConnectProxy::counts() const {
  return {parts_->tunnels, parts_->refused, parts_->failed, parts_->bytes.up, parts_->bytes.down};
}

}  // namespace standpipe::net
