// A listening socket that gives each accepted connection to a function, on the reactor's threads. Internal to this
// folder.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "net/descriptor.h"
#include "net/reactor.h"

namespace standpipe::net {

// Binds and listens on a TCP address. Throws std::system_error that names it.
Descriptor listen_on(const std::string& host, uint16_t port);

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using Accepted = std::function<void(Descriptor)>;
  Listener(Reactor& reactor, Descriptor socket, Accepted accepted);

  void start();
  void close();  // `accepted` is not called once this has returned
  uint16_t port() const { return port_; }

 private:
  void accept_waiting();
  bool accept_one();

  Reactor& reactor_;
  Descriptor socket_;
  Descriptor
      reserve_;  // given up for a moment when descriptors run out, so that a connection can be accepted and closed
  const Accepted accepted_;
  bool exhausted_ = false;
  uint16_t port_ = 0;
  std::mutex mutex_;  // guards closing against accepting
  std::unique_ptr<Reactor::Watch> watch_;
};

}  // namespace standpipe::net
