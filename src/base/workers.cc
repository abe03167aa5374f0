#include "base/workers.h"

#include <pthread.h>

#include <deque>

namespace standpipe {
namespace {

// An idle thread leaves after this time, so that a burst does not cost memory for ever.
constexpr auto kIdleMax = std::chrono::seconds(30);

}  // namespace

struct Workers::State {
  explicit State(size_t max) : threads_max(max) {}
  const size_t threads_max;
  std::mutex mutex;
  std::condition_variable arrived, left;
  std::deque<std::function<void()>> tasks;
  size_t threads = 0, idle = 0, running = 0;
  bool closing = false;

  void serve() {
    std::unique_lock lock(mutex);
    for (;;) {
      if (!tasks.empty()) {
        std::function<void()> task = std::move(tasks.front());
        tasks.pop_front();
        ++running;
        lock.unlock();
        task();
        task = nullptr;  // what it captured is destroyed outside the lock
        lock.lock();
        --running;
        continue;
      }
      if (closing) break;
      ++idle;
      const bool woken = arrived.wait_for(lock, kIdleMax, [&] { return closing || !tasks.empty(); });
      --idle;
      if (!woken) break;
    }
    --threads;
    left.notify_all();
  }
};

Workers::Workers(size_t threads_max) : state_(std::make_shared<State>(threads_max)) {}

Workers::~Workers() {
  std::unique_lock lock(state_->mutex);
  state_->closing = true;
  state_->arrived.notify_all();
  state_->left.wait(lock, [&] { return state_->threads == 0; });
}

bool Workers::run(std::function<void()> task) {
  const std::lock_guard lock(state_->mutex);
  if (state_->closing) return false;
  if (state_->running + state_->tasks.size() >= state_->threads_max) return false;
  // A thread that has just begun is neither idle nor running, but will take a task.
  const bool spawn = state_->threads - state_->running <= state_->tasks.size();
  state_->tasks.push_back(std::move(task));
  if (spawn) {
    ++state_->threads;
    std::thread([state = state_] { state->serve(); }).detach();
  } else {
    state_->arrived.notify_one();
  }
  return true;
}

Background::Background(std::string name, std::function<void(std::stop_token)> body)
    : thread_([name = std::move(name), body = std::move(body)](std::stop_token stop) {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        body(stop);
      }) {}

bool pause(Deadline deadline, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_until(lock, stop, deadline.at(), [] { return false; });
  return !stop.stop_requested();
}

void CpuGate::acquire() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return free_ > 0; });
  --free_;
}

void CpuGate::release() {
  {
    const std::lock_guard lock(mutex_);
    ++free_;
  }
  freed_.notify_one();
}

}  // namespace standpipe
