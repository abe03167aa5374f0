#include "services/lambda/event_queue.h"

#include <algorithm>

#include "base/json.h"
#include "base/logging.h"

namespace standpipe::lambda {
namespace {

constexpr std::string_view kPrefix = "-/-/lambda/event/";  // of all accounts, so that a new process finds them
constexpr size_t kEventsMax = 100'000;
constexpr size_t kDeliveriesMax = 64;
constexpr int kFailuresMax = 3;
constexpr Duration kAgeMax = std::chrono::hours(6);
constexpr Duration kThrottleDelayMax = std::chrono::minutes(5);
constexpr Duration kPoll{200};

std::string print_event(const Event& event) {
  return json::print(json::Object{{"account", event.function.account},
                                  {"region", event.function.region},
                                  {"function", event.function.name},
                                  {"request_id", event.request_id},
                                  {"payload", event.payload},
                                  {"client_context", event.client_context},
                                  {"accepted", epoch_ms(event.accepted)},
                                  {"due", epoch_ms(event.due)},
                                  {"failures", event.failures},
                                  {"throttles", event.throttles}});
}

Event parse_event(const std::string& text) {
  const json::Value value = json::parse(text);
  const auto number = [&](std::string_view name) {
    const json::Value* found = value.find(name);
    return found ? found->integer() : 0;
  };
  return {.function = {value.text("account"), value.text("region"), value.text("function"), {}},
          .request_id = value.text("request_id"),
          .payload = value.text("payload"),
          .client_context = value.text("client_context"),
          .accepted = from_epoch_ms(number("accepted")),
          .due = from_epoch_ms(number("due")),
          .failures = static_cast<int>(number("failures")),
          .throttles = static_cast<int>(number("throttles"))};
}

}  // namespace

EventQueue::EventQueue(Metadata& metadata, Clock& clock, MetricSink& metrics, Workers& workers,
                       const Settings& settings, Run run)
    : metadata_(metadata),
      clock_(clock),
      metrics_(metrics),
      workers_(workers),
      settings_(settings),
      run_(std::move(run)) {}

EventQueue::~EventQueue() {
  thread_.stop();
  thread_.join();
  std::unique_lock lock(mutex_);
  // What is being delivered is bounded by the functions' time limits; the server ends them before.
  changed_.wait(lock, [&] { return delivering_ == 0; });
}

void EventQueue::start() {
  load();
  thread_ = Background("lambda events", [this](std::stop_token stop) { loop(stop); });
}

void EventQueue::load() {
  std::string after;
  for (;;) {
    const auto documents = metadata_.scan(kPrefix, after, 100);
    if (documents.empty()) return;
    const std::lock_guard lock(mutex_);
    for (const Document& document : documents) due_.emplace(document.key, parse_event(document.value).due);
    after = documents.back().key;
  }
}

bool EventQueue::add(Event event) {
  {
    const std::lock_guard lock(mutex_);
    if (due_.size() >= kEventsMax) return false;
  }
  event.accepted = event.due = clock_.now();
  keep(std::string(kPrefix) + event.request_id, event);
  return true;
}

void EventQueue::keep(const std::string& key, const Event& event) {
  metadata_.put(key, print_event(event));
  const std::lock_guard lock(mutex_);
  due_[key] = event.due;
  changed_.notify_all();
}

void EventQueue::forget(const std::string& key) { metadata_.remove(key); }

void EventQueue::clear() {
  const std::lock_guard lock(mutex_);
  due_.clear();
}

void EventQueue::loop(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const Timestamp now = clock_.now();
    const auto next = std::ranges::find_if(due_, [&](const auto& entry) { return entry.second <= now; });
    if (next == due_.end() || delivering_ >= kDeliveriesMax) {
      changed_.wait_for(lock, kPoll);
      continue;
    }
    const std::string key = next->first;
    due_.erase(next);
    ++delivering_;
    lock.unlock();
    const bool accepted = workers_.run([this, key] {
      deliver(key);
      const std::lock_guard done(mutex_);
      --delivering_;
      changed_.notify_all();
    });
    lock.lock();
    if (!accepted) {
      --delivering_;
      due_[key] = now + std::chrono::seconds(1);
    }
  }
}

void EventQueue::deliver_due() {
  for (;;) {
    std::string key;
    {
      const std::lock_guard lock(mutex_);
      const Timestamp now = clock_.now();
      const auto next = std::ranges::find_if(due_, [&](const auto& entry) { return entry.second <= now; });
      if (next == due_.end()) return;
      key = next->first;
      due_.erase(next);
    }
    deliver(key);
  }
}

void EventQueue::deliver(const std::string& key) {
  try {
    const auto document = metadata_.get(key);
    if (!document) return;
    Event event = parse_event(document->value);
    const Duration age = clock_.now() - event.accepted;
    metrics_.record({.account = event.function.account,
                     .region = event.function.region,
                     .space = "AWS/Lambda",
                     .name = "AsyncEventAge",
                     .unit = "Milliseconds",
                     .value = static_cast<double>(age.count()),
                     .dimensions = {{"FunctionName", event.function.name}}});
    Execution execution{Execution::Kind::function_error, {}, {}};
    try {
      execution = run_(event.function, {event.request_id, event.payload, event.client_context});
    } catch (const aws::Error& error) {
      logging::warning("lambda: event {} for {}: {}", event.request_id, event.function.arn(), error.what());
      if (error.status == 404) return forget(key);
    }
    if (execution.kind == Execution::Kind::done) return forget(key);
    if (execution.kind == Execution::Kind::interrupted) return;  // the next process finds it
    if (execution.kind == Execution::Kind::throttled) {
      const Duration delay = std::chrono::seconds(int64_t{1} << std::min(event.throttles++, 9));
      event.due = clock_.now() + std::min<Duration>(delay, kThrottleDelayMax);
    } else {
      event.due = clock_.now() + settings_.retry_delay * ++event.failures;
    }
    if (event.failures >= kFailuresMax || event.due - event.accepted > kAgeMax) {
      metrics_.record({.account = event.function.account,
                       .region = event.function.region,
                       .space = "AWS/Lambda",
                       .name = "AsyncEventsDropped",
                       .unit = "Count",
                       .value = 1,
                       .dimensions = {{"FunctionName", event.function.name}}});
      return forget(key);
    }
    keep(key, event);
  } catch (const std::exception& failure) {
    // The event stays on disk; it is tried again soon, or by the next process.
    logging::error("lambda: event {}: {}", key, failure.what());
    const std::lock_guard lock(mutex_);
    due_[key] = clock_.now() + std::chrono::seconds(10);
  }
}

}  // namespace standpipe::lambda
