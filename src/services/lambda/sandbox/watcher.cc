#include "services/lambda/sandbox/watcher.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <exception>

#include "services/lambda/sandbox/control_channel.h"

namespace standpipe::sandbox {
namespace {

constexpr int kTickMs = 50;
thread_local const Watcher* inside = nullptr;

}  // namespace

Watcher::Watcher() : poll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!poll_ || !wake_) throw_errno("epoll");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_.get();
  if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0) throw_errno("epoll_ctl");
  thread_ = Background("sandboxes", [this](std::stop_token stop) { loop(stop); });
}

Watcher::~Watcher() {
  thread_.stop();
  wake();
  thread_.join();
}

void Watcher::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void Watcher::watch(int fd, Callback readable) {
  const std::lock_guard lock(mutex_);
  watched_[fd] = std::make_shared<Callback>(std::move(readable));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw_errno("epoll_ctl");
}

void Watcher::forget(int fd) {
  std::unique_lock lock(mutex_);
  const auto found = watched_.find(fd);
  if (found == watched_.end()) return;
  ::epoll_ctl(poll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  const auto callback = found->second;
  watched_.erase(found);
  if (inside == this) return;
  quiet_.wait(lock, [&] { return running_ != callback; });
}

void Watcher::tick(const void* key, Callback callback) {
  const std::lock_guard lock(mutex_);
  ticks_[key] = std::make_shared<Callback>(std::move(callback));
  wake();
}

void Watcher::forget_tick(const void* key) {
  std::unique_lock lock(mutex_);
  const auto found = ticks_.find(key);
  if (found == ticks_.end()) return;
  const auto callback = found->second;
  ticks_.erase(found);
  if (inside == this) return;
  quiet_.wait(lock, [&] { return running_ != callback; });
}

void Watcher::run(const std::function<void()>& task) {
  if (inside == this) return task();
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  std::exception_ptr failure;
  {
    const std::lock_guard lock(mutex_);
    tasks_.emplace_back([&] {
      std::exception_ptr thrown;
      try {
        task();
      } catch (...) {
        thrown = std::current_exception();
      }
      const std::lock_guard finished(mutex);
      failure = thrown;
      done = true;
      ended.notify_all();
    });
  }
  wake();
  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return done; });
  if (failure) std::rethrow_exception(failure);
}

void Watcher::run_tasks() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) task();
}

void Watcher::dispatch(int fd) {
  std::unique_lock lock(mutex_);
  const auto found = watched_.find(fd);
  if (found == watched_.end()) return;
  const auto callback = running_ = found->second;
  lock.unlock();
  (*callback)();
  lock.lock();
  running_.reset();
  quiet_.notify_all();
}

void Watcher::run_ticks() {
  std::unique_lock lock(mutex_);
  std::vector<const void*> keys;
  for (const auto& [key, callback] : ticks_) keys.push_back(key);
  for (const void* key : keys) {
    const auto found = ticks_.find(key);
    if (found == ticks_.end()) continue;
    const auto callback = running_ = found->second;
    lock.unlock();
    (*callback)();
    lock.lock();
    running_.reset();
    quiet_.notify_all();
  }
}

void Watcher::loop(std::stop_token stop) {
  inside = this;
  auto next_tick = Deadline::in(Duration{kTickMs});
  std::array<epoll_event, 64> events;
  while (!stop.stop_requested()) {
    bool ticking;
    {
      const std::lock_guard lock(mutex_);
      ticking = !ticks_.empty();
    }
    const int wait = ticking ? static_cast<int>(next_tick.left().count()) : -1;
    const int count = ::epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()), wait);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd == wake_.get()) {
        uint64_t value;
        [[maybe_unused]] const ssize_t n = ::read(wake_.get(), &value, sizeof value);
      } else {
        dispatch(events[i].data.fd);
      }
    }
    run_tasks();
    if (ticking && next_tick.passed()) {
      run_ticks();
      next_tick = Deadline::in(Duration{kTickMs});
    }
  }
  run_tasks();
}

}  // namespace standpipe::sandbox
