#include "services/cloudformation/engine/run_in_order.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace standpipe::cloudformation {
namespace {

constexpr size_t kAtOnceMax = 64;

class Order {
 public:
  Order(const Dependencies& needs, Workers& workers, const OrderRules& rules,
        const std::function<bool(const std::string&)>& work)
      : needs_(needs), workers_(workers), rules_(rules), work_(work) {}

  OrderOutcome run() {
    bool late = false, told = false;
    for (;;) {
      const bool halted = late || rules_.cancelled() || (rules_.stop_at_failure && any_failed());
      if (!halted) {
        for (const std::string& node : begin_ready()) launch(node);
      }
      std::unique_lock lock(mutex_);
      if (!told && !outcome_.failed.empty()) {
        told = true;
        lock.unlock();
        rules_.failed();
        continue;
      }
      if (!halted && running_ < kAtOnceMax && !ready().empty()) continue;  // one ended since we looked
      if (running_ == 0) return outcome_;
      const size_t seen = ended_;
      const bool ended = ended_one_.wait_until(lock, late ? Deadline::never().at() : rules_.deadline.at(),
                                               [&] { return ended_ != seen; });
      lock.unlock();
      if (!ended && !late) {
        late = true;
        rules_.too_late();
      }
    }
  }

 private:
  bool any_failed() {
    const std::scoped_lock lock(mutex_);
    return !outcome_.failed.empty();
  }

  std::vector<std::string> ready() const {  // mutex_ is held
    std::vector<std::string> nodes;
    for (const auto& [node, needs] : needs_) {
      if (begun_.contains(node)) continue;
      if (std::all_of(needs.begin(), needs.end(), [&](const auto& need) { return outcome_.done.contains(need); })) {
        nodes.push_back(node);
      }
    }
    return nodes;
  }

  std::vector<std::string> begin_ready() {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> nodes = ready();
    if (nodes.size() > kAtOnceMax - running_) nodes.resize(kAtOnceMax - running_);
    begun_.insert(nodes.begin(), nodes.end());
    running_ += nodes.size();
    return nodes;
  }

  void launch(const std::string& node) {
    const auto task = [this, node] {
      const bool done = work_(node);
      const std::scoped_lock lock(mutex_);
      (done ? outcome_.done : outcome_.failed).insert(node);
      --running_;
      ++ended_;
      ended_one_.notify_all();  // under the lock: `this` may go once it is released
    };
    if (!workers_.run(task)) task();  // no thread is free: this one is
  }

  const Dependencies& needs_;
  Workers& workers_;
  const OrderRules& rules_;
  const std::function<bool(const std::string&)>& work_;
  std::mutex mutex_;
  std::condition_variable ended_one_;
  std::set<std::string> begun_;  // this and the rest: guarded by mutex_
  OrderOutcome outcome_;
  size_t running_ = 0, ended_ = 0;
};

}  // namespace

OrderOutcome run_in_order(const Dependencies& needs, Workers& workers, const OrderRules& rules,
                          const std::function<bool(const std::string&)>& work) {
  return Order(needs, workers, rules, work).run();
}

}  // namespace standpipe::cloudformation
