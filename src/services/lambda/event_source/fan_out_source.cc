// A shard of a consumer: a subscription has a thread of its own that hands over events as they are pushed, and is
// renewed when its five minutes are over.
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>

#include "base/workers.h"
#include "services/lambda/event_source/shard_source.h"

namespace standpipe::lambda {
namespace {

constexpr size_t kEventsMax = 4;  // of up to a megabyte each, between push and read

class Subscription final : public aws::AnyEventWriter {
 public:
  explicit Subscription(const kinesis::SubscribeToShardOutput& output)
      : thread_("subscription", [this, output](std::stop_token stop) { run(output, std::move(stop)); }) {}
  ~Subscription() override {
    thread_.stop();  // noticed with the next event, which comes within five seconds
    thread_.join();
  }

  bool write(const void* event) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop_, [&] { return events_.size() < kEventsMax; });
    if (stop_.stop_requested()) return false;
    events_.push_back(*static_cast<const kinesis::SubscribeToShardEvent*>(event));
    changed_.notify_all();
    return true;
  }

  // nullopt: nothing has come in that time, or nothing will come any more: then it is `over`.
  std::optional<kinesis::SubscribeToShardEvent> next(Deadline deadline, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, deadline.at(), [&] { return !events_.empty() || over_; });
    if (events_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return std::nullopt;
    }
    kinesis::SubscribeToShardEvent event = std::move(events_.front());
    events_.pop_front();
    changed_.notify_all();
    return event;
  }
  bool over() const {
    const std::lock_guard lock(mutex_);
    return over_ && events_.empty();
  }

 private:
  void run(const kinesis::SubscribeToShardOutput& output, std::stop_token stop) {
    {
      const std::lock_guard lock(mutex_);
      stop_ = std::move(stop);
    }
    std::exception_ptr failure;
    try {
      output.event_stream.run(*this);
    } catch (const aws::Error&) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    failure_ = failure;
    over_ = true;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<kinesis::SubscribeToShardEvent> events_;
  std::exception_ptr failure_;
  std::stop_token stop_;
  bool over_ = false;
  Background thread_;
};

class FanOutSource final : public ShardSource {
 public:
  FanOutSource(const Surroundings& surroundings, const StoredMapping& mapping, std::string shard)
      : surroundings_(surroundings), mapping_(mapping), shard_(std::move(shard)) {}

  ShardRead read(const std::string& position, Deadline deadline, std::stop_token stop) override {
    if (position != position_ || (subscription_ && subscription_->over())) subscription_.reset();
    position_ = position;
    std::optional<kinesis::SubscribeToShardEvent> event;
    try {
      if (!subscription_) subscribe();
      event = subscription_->next(deadline, std::move(stop));
    } catch (const aws::Error&) {
      subscription_.reset();
      throw;
    }
    ShardRead read{.role_arn = role_arn_, .caught_up = caught_up_};
    if (!event) return read;
    read.caught_up = caught_up_ = event->millis_behind_latest == 0;
    read.finished = event->child_shards.has_value();
    read.records = std::move(event->records);
    if (!read.records.empty()) position_ = read.records.back().sequence_number;
    return read;
  }

 private:
  void subscribe() {
    const ActingRole role = act_as(surroundings_, mapping_);
    role_arn_ = role.arn;
    caught_up_ = false;
    kinesis::SubscribeToShardInput input{.consumer_arn = mapping_.source_arn, .shard_id = shard_};
    if (position_.empty()) {
      const ShardStart start = start_of(mapping_);
      input.starting_position = {.type = start.type, .timestamp = start.time};
    } else {
      input.starting_position = {.type = "AFTER_SEQUENCE_NUMBER", .sequence_number = position_};
    }
    subscription_ = std::make_unique<Subscription>(
        surroundings_.caller.as(role.principal, mapping_.region).on_behalf_of(mapping_.arn()).call(input));
  }

  const Surroundings& surroundings_;
  const StoredMapping& mapping_;
  const std::string shard_;
  std::string position_, role_arn_;
  bool caught_up_ = false;
  std::unique_ptr<Subscription> subscription_;
};

}  // namespace

std::unique_ptr<ShardSource> open_fan_out_source(const Surroundings& surroundings, const StoredMapping& mapping,
                                                 const std::string& shard) {
  return std::make_unique<FanOutSource>(surroundings, mapping, shard);
}

}  // namespace standpipe::lambda
