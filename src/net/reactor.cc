#include "net/reactor.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <vector>

#include "base/workers.h"

namespace standpipe::net {

namespace asio = boost::asio;

struct Reactor::Loop {
  explicit Loop(unsigned count) : context(static_cast<int>(count)), work(context.get_executor()) {}
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::vector<Background> threads;
};

namespace {

struct Repeated : std::enable_shared_from_this<Repeated> {
  Repeated(asio::io_context& context, Duration every, std::function<void()> what)
      : timer(context), interval(every), task(std::move(what)) {}
  void arm() {
    timer.expires_after(interval);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error) return;
      self->task();
      self->arm();
    });
  }
  asio::steady_timer timer;
  const Duration interval;
  const std::function<void()> task;
};

}  // namespace

Reactor::Reactor(std::string name, unsigned threads) : loop_(std::make_unique<Loop>(threads)) {
  for (unsigned i = 0; i < threads; ++i) {
    loop_->threads.emplace_back(name, [context = &loop_->context](std::stop_token) { context->run(); });
  }
}

Reactor::~Reactor() {
  loop_->context.stop();
  loop_->threads.clear();
}

void Reactor::post(std::function<void()> task) { asio::post(loop_->context, std::move(task)); }

void Reactor::every(Duration interval, std::function<void()> task) {
  std::make_shared<Repeated>(loop_->context, interval, std::move(task))->arm();
}

struct Reactor::Watch::Wait {
  Wait(asio::io_context& context, int fd) : descriptor(context, fd) {}
  // Whoever opened the descriptor closes it.
  ~Wait() { descriptor.release(); }
  void arm(asio::posix::descriptor_base::wait_type type, std::function<void()> then) {
    descriptor.async_wait(type, [then = std::move(then)](const boost::system::error_code& error) {
      if (error != asio::error::operation_aborted) then();
    });
  }
  asio::posix::stream_descriptor descriptor;
};

Reactor::Watch::Watch(Reactor& reactor, int fd) : wait_(std::make_unique<Wait>(reactor.loop_->context, fd)) {}
Reactor::Watch::~Watch() = default;

void Reactor::Watch::readable(std::function<void()> then) {
  wait_->arm(asio::posix::descriptor_base::wait_read, std::move(then));
}

void Reactor::Watch::writable(std::function<void()> then) {
  wait_->arm(asio::posix::descriptor_base::wait_write, std::move(then));
}

}  // namespace standpipe::net
