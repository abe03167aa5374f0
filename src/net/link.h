// What every accepted connection has, whatever it speaks: its socket, its endpoint, its deadline; and the core of the
// server that all of them share. Internal to the server.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/workers.h"
#include "net/reactor.h"
#include "net/server.h"
#include "net/tls_context.h"
#include "net/transport.h"

namespace standpipe::net {

class Link;

// The protocol on a link. It keeps itself alive by the functions it waits with and by the tasks it gave to workers.
class Session {
 public:
  virtual ~Session() = default;
  // The server wants to end: from any thread, must not wait.
  virtual void wind_down() = 0;
};

struct Endpoint {
  EndpointOptions options;
  std::shared_ptr<TlsContext> tls;
  uint64_t id = 0;
  std::atomic<bool> closing = false;
};

// Every link refers to it, so it outlives them: the server's destructor waits until none is left.
class Core {
 public:
  Core(ServerOptions server_options, Workers& shared_workers);

  // Takes a connected socket; closes it when there are too many.
  void accept(const std::shared_ptr<Endpoint>& endpoint, Descriptor socket);
  // Winds down the links of one endpoint (nullptr: all) and waits; cuts off the rest at the deadline.
  bool drain(const Endpoint* endpoint, Deadline deadline);
  void wait_until_empty();
  size_t connections() const;
  void leave(const Link* link);

  const ServerOptions options;
  const Clock& clock;
  Workers& workers;
  std::atomic<bool> stopping = false;
  std::atomic<uint64_t> requests = 0;

 private:
  void cut_off_late();
  std::vector<std::shared_ptr<Link>> links(const Endpoint* endpoint) const;

  mutable std::mutex mutex_;
  std::condition_variable left_;
  struct Known {
    std::weak_ptr<Link> link;
    std::shared_ptr<Endpoint> endpoint;
  };
  std::unordered_map<const Link*, Known> links_;
  bool full_ = false;  // said once, not for every connection that is refused

 public:
  Reactor reactor;  // last: its threads end before the rest goes
};

class Link {
  // Declared first, so that the link is forgotten only when nothing of it is left.
  struct Entry {
    ~Entry() { core.leave(link); }
    Core& core;
    const Link* link;
  } entry_;

 public:
  Link(Core& core_of_server, std::shared_ptr<Endpoint> its_endpoint, Descriptor socket);
  // When the socket is shut down unless the deadline is moved; whoever waits for it then sees it closed.
  void expire_in(Duration time);
  void expire_never() { expires_ = INT64_MAX; }
  bool expired() const;
  bool closing() const { return core.stopping || endpoint->closing; }

  void set_session(std::weak_ptr<Session> session);
  std::shared_ptr<Session> session() const;

  Core& core;
  const std::shared_ptr<Endpoint> endpoint;
  Transport transport;
  Reactor::Watch watch;
  const std::string peer;

 private:
  std::atomic<int64_t> expires_;  // steady_clock, nanoseconds
  mutable std::mutex mutex_;
  std::weak_ptr<Session> session_;
};

// Finds out what a fresh connection speaks and starts its session.
void greet(std::shared_ptr<Link> link);

// Session types, started by greet. `input` is what has been read already.
void start_http1(std::shared_ptr<Link> link);
void start_http2(std::shared_ptr<Link> link, std::string_view input);

// Runs the handler; an exception or a response that cannot be sent becomes a 500.
Response respond(const Endpoint& endpoint, Request& request);
// The endpoint's own refusal, or plain text.
Response refuse(const Endpoint& endpoint, const Request& head, int status, std::string_view reason);

}  // namespace standpipe::net
