// Work on things that need each other, as much of it at once as the order allows.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/workers.h"
#include "services/cloudformation/template/references.h"

namespace standpipe::cloudformation {

struct OrderRules {
  bool stop_at_failure = true;           // nothing new is begun after a failure
  std::function<void()> failed = [] {};  // called once, at the first failure
  std::function<bool()> cancelled = [] { return false; };
  Deadline deadline = Deadline::never();
  std::function<void()> too_late = [] {};  // called once, when the deadline passes; nothing new is begun afterwards
};

struct OrderOutcome {
  std::set<std::string> done, failed;
};

// Calls `work` (true: done) on workers' threads for every node whose needs are done. Returns when all that was begun
// has ended. `work` must not throw.
OrderOutcome run_in_order(const Dependencies& needs, Workers& workers, const OrderRules& rules,
                          const std::function<bool(const std::string& node)>& work);

}  // namespace standpipe::cloudformation
