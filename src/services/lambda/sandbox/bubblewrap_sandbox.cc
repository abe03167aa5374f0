#include "services/lambda/sandbox/bubblewrap_sandbox.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/check.h"
#include "services/lambda/sandbox/process_tree.h"

namespace standpipe::sandbox {
namespace {

constexpr Duration kMeanwhile{250};
constexpr Duration kAfterAnswer = std::chrono::seconds(2);
constexpr Duration kDeath = std::chrono::seconds(5);

// bubblewrap passes the end by a signal on as 128 + its number.
std::string reason_of(int status) {
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code == 0) return {};
  if (code <= 128 || code > 128 + 64) return "exit status " + std::to_string(code);
  static constexpr std::pair<int, std::string_view> kNames[] = {
      {SIGKILL, "killed"},   {SIGSEGV, "segmentation fault"},
      {SIGABRT, "aborted"},  {SIGTERM, "terminated"},
      {SIGBUS, "bus error"}, {SIGILL, "illegal instruction"},
      {SIGINT, "interrupt"}, {SIGFPE, "floating point exception"},
      {SIGHUP, "hangup"}};
  for (const auto& [number, name] : kNames) {
    if (number == code - 128) return "signal: " + std::string(name);
  }
  return "signal: " + std::to_string(code - 128);
}

}  // namespace

BubblewrapSandbox::BubblewrapSandbox(const Plan& plan, std::unique_ptr<Cgroup> group, uint64_t memory_bytes_max,
                                     Watcher& watcher, Front& front, const HelperProgram& helper, const Clock& clock)
    : watcher_(watcher),
      group_(std::move(group)),
      memory_max_(memory_bytes_max),
      launched_(launch(watcher, helper, plan, group_.get())) {
  try {
    attach(front, clock);
  } catch (...) {
    ::kill(launched_.process, SIGKILL);
    ::waitpid(launched_.process, nullptr, 0);
    throw;
  }
}

void BubblewrapSandbox::attach(Front& front, const Clock& clock) {
  auto& listeners = launched_.listeners;
  check(listeners.size() == 6);
  output_ = std::make_unique<OutputLines>(watcher_, std::move(launched_.output), clock);
  names_ = std::make_unique<NameServer>(watcher_, std::move(listeners[5]), std::move(listeners[4]));
  attachment_ =
      front.attach({std::move(listeners[0]), std::move(listeners[1]), std::move(listeners[2]), std::move(listeners[3])},
                   [this](net::Request& request) { return api_.serve(request); });
  watcher_.watch(launched_.process_handle.get(), [this] { on_process_end(); });
  watcher_.tick(this, [this] { measure_memory(); });
}

BubblewrapSandbox::~BubblewrapSandbox() {
  watcher_.forget_tick(this);
  kill();
  wait_for_end(Deadline::in(kDeath));
  watcher_.forget(launched_.process_handle.get());
  api_.end();
  attachment_.reset();
}

void BubblewrapSandbox::on_process_end() {
  int status = 0;
  if (::waitpid(launched_.process, &status, WNOHANG) != launched_.process) return;
  watcher_.forget(launched_.process_handle.get());
  {
    const std::lock_guard lock(mutex_);
    reaped_ = true;
    status_ = status;
  }
  process_ended_.notify_all();
  api_.end();
}

bool BubblewrapSandbox::wait_for_end(Deadline deadline) {
  std::unique_lock lock(mutex_);
  return process_ended_.wait_until(lock, deadline.at(), [&] { return reaped_; });
}

void BubblewrapSandbox::measure_memory() {
  if (frozen_) return;
  {
    const std::lock_guard lock(mutex_);
    if (reaped_) return;
  }
  const uint64_t used = group_ ? group_->anonymous_bytes() : resident_bytes(process_tree(launched_.process));
  memory_peak_ = std::max<uint64_t>(memory_peak_, used);
  if (used > memory_max_ && !over_memory_.exchange(true)) kill();
}

void BubblewrapSandbox::kill() {
  usable_ = false;
  if (group_) group_->kill();
  const std::lock_guard lock(mutex_);
  // Everything inside ends with bubblewrap's pid 1, which ends with its parent.
  if (!reaped_) ::kill(launched_.process, SIGKILL);
}

void BubblewrapSandbox::freeze(bool frozen) {
  if (frozen_.exchange(frozen) == frozen) return;
  if (group_ && group_->freeze(frozen)) return;
  if (frozen)
    stop_tree(launched_.process);
  else
    continue_tree(launched_.process);
}

Ending BubblewrapSandbox::ended() {
  usable_ = false;
  wait_for_end(Deadline::in(kDeath));
  Ending ending;
  int status;
  {
    const std::lock_guard lock(mutex_);
    status = status_;
  }
  if (over_memory_ || (group_ && group_->out_of_memory())) {
    ending.kind = Ending::Kind::memory;
    ending.exit_reason = "signal: killed";
    memory_peak_ = memory_max_;
  } else {
    ending.kind = Ending::Kind::exited;
    ending.exit_reason = reason_of(status);
  }
  return ending;
}

Ending BubblewrapSandbox::wait_ready(Deadline deadline) {
  if (api_.wait_until_idle(deadline)) {
    measure_memory();
    return {};
  }
  usable_ = false;
  if (const auto error = api_.init_error()) return {Ending::Kind::error, error->body, error->error_type, {}};
  if (api_.ended()) return ended();
  kill();
  return {Ending::Kind::timeout, {}, {}, {}};
}

Ending BubblewrapSandbox::invoke(Invocation invocation, Deadline deadline, const std::function<void()>& meanwhile) {
  freeze(false);
  api_.give(std::move(invocation));
  std::optional<Answer> answer;
  while (!answer && !api_.ended() && !deadline.passed()) {
    answer = api_.wait_for_answer(deadline.earlier(Deadline::in(kMeanwhile)));
    if (!answer) meanwhile();
  }
  if (!answer) answer = api_.wait_for_answer(Deadline::in(Duration{0}));
  if (!answer) {
    if (api_.ended()) return ended();
    kill();
    return {Ending::Kind::timeout, {}, {}, {}};
  }
  measure_memory();
  // The work is over when the runtime asks for more; one that does not is not used again.
  if (api_.wait_until_idle(Deadline::in(kAfterAnswer)))
    freeze(true);
  else
    kill();
  return {answer->is_error ? Ending::Kind::error : Ending::Kind::done,
          std::move(answer->body),
          std::move(answer->error_type),
          {}};
}

}  // namespace standpipe::sandbox
