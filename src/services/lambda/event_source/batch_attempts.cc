#include "services/lambda/event_source/batch_attempts.h"

#include <algorithm>
#include <vector>

namespace standpipe::lambda {
namespace {

class Attempts {
 public:
  Attempts(const AttemptRules& rules, const Clock& clock, AttemptPorts& ports)
      : rules_(rules), clock_(clock), ports_(ports) {}

  bool run(std::span<const StreamRecord> batch) {
    parts_.push_back({batch});
    while (!parts_.empty()) {
      if (parts_.back().records.empty()) parts_.pop_back();
      else if (!step(parts_.back())) return false;
    }
    return true;
  }

 private:
  struct Part {
    std::span<const StreamRecord> records;
    int failures = 0;  // that count as attempts
    int invocations = 0;
  };

  void take_off(Part& part, size_t count) {
    ports_.handled(part.records.first(count));
    part.records = part.records.subspan(count);
  }

  bool give_up(Part& part, size_t count, Condition condition) {
    if (!ports_.give_up(part.records.first(count), condition, part.invocations)) return false;
    take_off(part, count);
    return true;
  }

  bool step(Part& part) {
    const Timestamp oldest = clock_.now() - rules_.age_max;
    const auto fresh = std::ranges::find_if(part.records, [&](const auto& record) { return record.arrival >= oldest; });
    if (const auto expired = static_cast<size_t>(fresh - part.records.begin()); expired > 0) {
      return give_up(part, expired, Condition::record_age_exceeded);
    }
    const Attempt attempt = ports_.invoke(part.records);
    if (attempt.kind == Attempt::Kind::stopped) return false;
    if (attempt.kind == Attempt::Kind::did_not_run) return ports_.back_off(++failures_in_a_row_);
    ++part.invocations;
    const bool whole = attempt.done == 0;
    const bool failed = attempt.done < part.records.size();
    if (attempt.done > 0) take_off(part, attempt.done);
    if (!failed) {
      failures_in_a_row_ = 0;
      return true;
    }
    ++failures_in_a_row_;
    return after_failure(part, whole) && ports_.back_off(failures_in_a_row_);
  }

  bool after_failure(Part& part, bool whole) {
    // What was done before the first failure has split the batch already.
    if (rules_.bisect && !whole) return true;
    if (rules_.bisect && part.records.size() > 1) {
      Part first = part;
      const size_t half = part.records.size() / 2;
      first.records = part.records.first(half);
      part.records = part.records.subspan(half);
      parts_.push_back(first);
      return true;
    }
    ++part.failures;
    if (rules_.retries_max < 0 || part.failures <= rules_.retries_max) return true;
    failures_in_a_row_ = 0;
    return give_up(part, part.records.size(), Condition::retries_exhausted);
  }

  const AttemptRules& rules_;
  const Clock& clock_;
  AttemptPorts& ports_;
  std::vector<Part> parts_;  // the last is next
  int failures_in_a_row_ = 0;
};

}  // namespace

bool attempt_batch(std::span<const StreamRecord> batch, const AttemptRules& rules, const Clock& clock,
                   AttemptPorts& ports) {
  return Attempts(rules, clock, ports).run(batch);
}

}  // namespace standpipe::lambda
