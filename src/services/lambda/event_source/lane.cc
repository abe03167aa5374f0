#include "services/lambda/event_source/lane.h"

#include "base/random.h"
#include "base/workers.h"
#include "services/lambda/event_source/batch_answer.h"
#include "services/lambda/event_source/failure_destination.h"

namespace standpipe::lambda {
namespace {

constexpr Duration kPauseFirst{100}, kPauseMax = std::chrono::seconds(10);
constexpr int kPauseDoublingsMax = 7;
constexpr size_t kStateBytesMax = 1 << 20;

AttemptRules rules_of(const StoredMapping& mapping, Duration retention) {
  const Duration age_max = mapping.record_age_s < 0 ? retention : Duration(std::chrono::seconds(mapping.record_age_s));
  return {.retries_max = mapping.retries, .age_max = std::min(age_max, retention), .bisect = mapping.bisect};
}

}  // namespace

Lane::Lane(const LaneGround& ground, size_t number)
    : ground_(ground), number_(number), rules_(rules_of(ground.mapping, ground.retention)) {}

void Lane::run(std::stop_token stop) {
  stop_ = stop;
  while (const auto batch = ground_.queue.take(number_, stop)) {
    window_ = batch->window;
    const bool ended = batch->closes_window
                           ? close_window()
                           : attempt_batch(batch->records, rules_, ground_.surroundings.clock, *this);
    // Not released when stopped: what was taken and is not done must not count as done.
    if (!ended) return;
    ground_.queue.release(number_);
  }
}

WindowView Lane::window_view() const {
  return {.start = window_->start,
          .end = window_->start + std::chrono::seconds(ground_.mapping.tumbling_window_s),
          .state = window_->state};
}

Lane::Invoked Lane::send(std::span<const StreamRecord> records, const std::optional<WindowView>& window) {
  Call call{.request_id = random_uuid(), .payload = event_text(ground_.origin, records, window), .client_context = {}};
  request_id_ = call.request_id;
  if (call.payload.size() > kEventBytesMax) {
    ground_.report("PROBLEM: The event is larger than a function takes");
    return {};
  }
  try {
    Execution execution = ground_.surroundings.run(ground_.mapping.function_name(), std::move(call));
    switch (execution.kind) {
      case Execution::Kind::done: return {.succeeded = true, .payload = std::move(execution.payload)};
      case Execution::Kind::function_error: ground_.report("PROBLEM: Function call failed"); return {};
      case Execution::Kind::throttled:
        ground_.report("PROBLEM: Function call was throttled");
        return {.kind = Attempt::Kind::did_not_run};
      case Execution::Kind::interrupted: return {.kind = Attempt::Kind::stopped};
    }
  } catch (const std::exception& error) {
    ground_.report(std::string("PROBLEM: ") + error.what());
  }
  return {.kind = Attempt::Kind::did_not_run};
}

Attempt Lane::invoke(std::span<const StreamRecord> records) {
  if (window_ && window_->state.size() > kStateBytesMax && !end_early()) return {};
  const Surroundings& surroundings = ground_.surroundings;
  const StoredMapping& mapping = ground_.mapping;
  const std::optional<WindowView> window = window_ ? std::optional(window_view()) : std::nullopt;
  const Timestamp begun = surroundings.clock.now();
  const Invoked invoked = send(records, window);
  surroundings.metrics.record({.account = mapping.account,
                               .region = mapping.region,
                               .space = "AWS/Lambda",
                               .name = "IteratorAge",
                               .unit = "Milliseconds",
                               .value = static_cast<double>((begun - records.back().arrival).count()),
                               .dimensions = {{"FunctionName", mapping.function}}});
  if (!invoked.succeeded) return {.kind = invoked.kind};
  BatchAnswer answer = read_answer(invoked.payload, records, mapping.reports_failures, window_.has_value());
  if (window_ && answer.done > 0) window_->state = *std::move(answer.state);
  ground_.report(answer.done == records.size() ? "OK" : "PROBLEM: Function call failed");
  return {.done = answer.done};
}

// A state that has grown too large is handed over once more, and the window goes on with an empty one.
bool Lane::end_early() {
  WindowView view = window_view();
  view.terminated_early = true;
  const bool done = send({}, view).succeeded;
  if (done) window_->state = "{}";
  return done;
}

bool Lane::close_window() {
  WindowView view = window_view();
  view.final = true;
  int failures = 0;  // that count as attempts
  for (int pauses = 1;; ++pauses) {
    const Invoked invoked = send({}, view);
    if (invoked.kind == Attempt::Kind::stopped) return false;
    if (invoked.kind == Attempt::Kind::ran && !invoked.succeeded) ++failures;
    if (invoked.succeeded || (rules_.retries_max >= 0 && failures > rules_.retries_max)) break;
    if (!back_off(pauses)) return false;
  }
  window_.reset();
  handled({});
  return true;
}

void Lane::handled(std::span<const StreamRecord> records) {
  ground_.queue.handled(number_, records, window_);
  ground_.note_progress();
}

bool Lane::give_up(std::span<const StreamRecord> records, Condition condition, int invocations) {
  const auto& mapping = ground_.mapping;
  if (mapping.on_failure.empty()) return true;
  const GivenUp given_up{.condition = condition,
                         .request_id = request_id_,
                         .function_arn = mapping.function_name().arn(),
                         .stream_arn = mapping.stream_arn(),
                         .invocations = invocations,
                         .time = ground_.surroundings.clock.now()};
  const std::optional<WindowView> window = window_ ? std::optional(window_view()) : std::nullopt;
  const std::string text =
      given_up_text(given_up, ground_.origin, records, event_text(ground_.origin, records, window));
  // Nothing is forgotten because the bucket cannot be reached.
  for (int failures = 1;; ++failures) {
    try {
      put_failure(ground_.surroundings, mapping, ground_.origin.shard_id, given_up.time, text);
      return true;
    } catch (const std::exception& error) {
      ground_.report("PROBLEM: The on-failure destination: " + std::string(error.what()));
    }
    if (!back_off(failures)) return false;
  }
}

bool Lane::back_off(int failures) {
  if (failures == 0) return !stop_.stop_requested();
  const Duration time = kPauseFirst * (1 << std::min(failures - 1, kPauseDoublingsMax));
  return pause(Deadline::in(std::min(time, kPauseMax)), stop_);
}

}  // namespace standpipe::lambda
