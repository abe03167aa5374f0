// A batch on its way to its end: tried again, split in two, or given up, in order and without skipping a record.
#pragma once

#include <span>

#include "base/clock.h"
#include "services/lambda/event_source/stream_record.h"

namespace standpipe::lambda {

struct AttemptRules {
  int retries_max = -1;   // -1: until the records are too old
  Duration age_max{};     // of a record
  bool bisect = false;    // a batch that fails is split, which is no retry
};

// What one invocation came to.
struct Attempt {
  enum class Kind { ran, did_not_run, stopped };  // the second: throttled, or not possible now
  Kind kind = Kind::ran;
  size_t done = 0;  // so many from the front; fewer than all: failed
};

// What attempts need of the world. Each answer false, and `stopped`, mean: leave everything as it is.
class AttemptPorts {
 public:
  virtual ~AttemptPorts() = default;
  virtual Attempt invoke(std::span<const StreamRecord> records) = 0;
  virtual bool give_up(std::span<const StreamRecord> records, Condition condition, int invocations) = 0;
  // These will not be seen again; always from the front of what is left.
  virtual void handled(std::span<const StreamRecord> records) = 0;
  virtual bool back_off(int failures_in_a_row) = 0;  // 0: what failed is out of the way, go on
};

// False if stopped before the end.
bool attempt_batch(std::span<const StreamRecord> batch, const AttemptRules& rules, const Clock& clock,
                   AttemptPorts& ports);

}  // namespace standpipe::lambda
