#include "services/lambda/environments.h"

namespace standpipe::lambda {

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
}

Environments::Slot Environments::acquire(const std::string& function_arn, const std::string& revision,
                                         std::unique_ptr<WarmEnvironment>& warm) {
  Idle gone;
  Slot slot;
  {
    const std::lock_guard lock(mutex_);
    if (interrupted_) return slot;
    for (auto entry = idle_.begin(); entry != idle_.end();) {
      const auto next = std::next(entry);
      WarmEnvironment& environment = **entry;
      if (environment.function_arn == function_arn) {
        const bool usable =
            environment.revision == revision && environment.sandbox->usable() && !environment.credentials_end.passed();
        if (!usable) {
          gone.splice(gone.end(), idle_, entry);
        } else if (!warm) {
          warm = std::move(*entry);
          idle_.erase(entry);
          slot.owner_ = this;
        }
      }
      entry = next;
    }
    if (!warm) {
      if (used_ >= settings_.concurrency_max && gone.empty() && !idle_.empty()) {
        gone.splice(gone.end(), idle_, idle_.begin());
      }
      if (used_ - gone.size() < settings_.concurrency_max) {
        ++used_;
        slot.owner_ = this;
      }
    }
  }
  dispose(std::move(gone));
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
  for (WarmEnvironment* environment : busy_) environment->sandbox->interrupt();
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
