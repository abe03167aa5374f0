#include "services/lambda/environments.h"

namespace standpipe::lambda {
namespace {

constexpr Duration kDisposalTime = std::chrono::seconds(10);  // a killed sandbox is gone well before

}  // namespace

Environments::Environments(const Settings& settings, Workers& workers) : settings_(settings), workers_(workers) {
  reaper_ = Background("lambda idle", [this](std::stop_token stop) { reap(stop); });
}

Environments::~Environments() {
  reaper_.stop();
  reaper_.join();
  drop_all();
  std::unique_lock lock(mutex_);
  disposed_.wait(lock, [&] { return disposing_ == 0; });
}

Environments::Slot::~Slot() {
  if (owner_) owner_->give_back(1);
}

void Environments::give_back(size_t count) {
  const std::lock_guard lock(mutex_);
  used_ -= count;
  disposed_.notify_all();
}

void Environments::take_warm(const std::string& function_arn, const std::string& revision,
                             std::unique_ptr<WarmEnvironment>& warm, Idle& gone) {
  for (auto entry = idle_.begin(); entry != idle_.end();) {
    const auto next = std::next(entry);
    const WarmEnvironment& environment = **entry;
    if (environment.function_arn == function_arn) {
      const bool usable =
          environment.revision == revision && environment.sandbox->usable() && !environment.credentials_end.passed();
      if (!usable) {
        gone.splice(gone.end(), idle_, entry);
      } else if (!warm) {
        warm = std::move(*entry);
        idle_.erase(entry);
      }
    }
    entry = next;
  }
}

Environments::Slot Environments::acquire(const std::string& function_arn, const std::string& revision,
                                         std::unique_ptr<WarmEnvironment>& warm) {
  Slot slot;
  const Deadline deadline = Deadline::in(kDisposalTime);
  std::unique_lock lock(mutex_);
  while (!interrupted_) {
    Idle gone;
    take_warm(function_arn, revision, warm, gone);
    const bool full = used_ >= settings_.concurrency_max;
    if (!warm && full && gone.empty() && disposing_ == 0 && !idle_.empty()) {
      gone.splice(gone.end(), idle_, idle_.begin());
    }
    if (warm || !full) {
      if (!warm) ++used_;
      slot.owner_ = this;
    }
    if (!gone.empty()) {
      lock.unlock();
      dispose(std::move(gone));
      lock.lock();
    }
    if (slot) return slot;
    // What has ended but is still being cleared away is not running: its slot is worth waiting for, and a caller that
    // works one at a time must never be throttled by its own last failure.
    const auto free = [&] { return used_ < settings_.concurrency_max || disposing_ == 0 || interrupted_; };
    if (used_ >= settings_.concurrency_max && disposing_ == 0 && idle_.empty()) return slot;
    if (!disposed_.wait_until(lock, deadline.at(), free)) return slot;
  }
  return slot;
}

void Environments::busy(WarmEnvironment& environment) {
  const std::lock_guard lock(mutex_);
  busy_.insert(&environment);
  if (interrupted_) environment.sandbox->interrupt();
}

void Environments::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  disposed_.notify_all();
  for (WarmEnvironment* environment : busy_) environment->sandbox->interrupt();
  // The idle ones too: each waits for its next invocation with a request that a stopping server would wait for.
  for (const auto& environment : idle_) environment->sandbox->interrupt();
}

bool Environments::interrupted() const {
  const std::lock_guard lock(mutex_);
  return interrupted_;
}

void Environments::release(Slot slot, std::unique_ptr<WarmEnvironment> environment) {
  if (environment) {
    const std::lock_guard lock(mutex_);
    busy_.erase(environment.get());
  }
  if (environment && environment->sandbox && environment->sandbox->usable()) {
    environment->idle_end = Deadline::in(settings_.idle_time);
    slot.owner_ = nullptr;  // the idle sandbox holds it
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(environment));
    if (interrupted_) idle_.back()->sandbox->interrupt();
    return;
  }
  if (!environment) return;
  slot.owner_ = nullptr;
  Idle gone;
  gone.push_back(std::move(environment));
  dispose(std::move(gone));
}

void Environments::dispose(Idle gone) {
  if (gone.empty()) return;
  const auto shared = std::make_shared<Idle>(std::move(gone));
  const auto end = [this, shared] {
    const size_t count = shared->size();
    shared->clear();
    const std::lock_guard lock(mutex_);
    used_ -= count;
    --disposing_;
    disposed_.notify_all();
  };
  {
    const std::lock_guard lock(mutex_);
    ++disposing_;
  }
  if (!workers_.run(end)) end();
}

void Environments::drop(const std::string& function_arn) {
  Idle gone;
  {
    const std::lock_guard lock(mutex_);
    for (auto entry = idle_.begin(); entry != idle_.end();) {
      const auto next = std::next(entry);
      if ((*entry)->function_arn == function_arn) gone.splice(gone.end(), idle_, entry);
      entry = next;
    }
  }
  dispose(std::move(gone));
}

void Environments::drop_all() {
  Idle gone;
  {
    const std::lock_guard lock(mutex_);
    gone.swap(idle_);
  }
  const size_t count = gone.size();
  gone.clear();  // waits for their end
  give_back(count);
}

size_t Environments::count() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

void Environments::reap(std::stop_token stop) {
  while (pause(Deadline::in(std::chrono::seconds(5)), stop)) {
    Idle gone;
    {
      const std::lock_guard lock(mutex_);
      for (auto entry = idle_.begin(); entry != idle_.end();) {
        const auto next = std::next(entry);
        if ((*entry)->idle_end.passed() || !(*entry)->sandbox->usable()) gone.splice(gone.end(), idle_, entry);
        entry = next;
      }
    }
    dispose(std::move(gone));
  }
}

}  // namespace standpipe::lambda
