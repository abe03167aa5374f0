// SubscribeToShard: records are pushed when they are durable, for five minutes.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
#include "base/workers.h"
#include "services/kinesis/naming.h"
#include "services/kinesis/shown.h"

namespace standpipe::kinesis {
namespace {

constexpr Duration kLife = std::chrono::minutes(5);
// An event comes at least every five seconds, with or without records.
constexpr Duration kHeartbeat{4500};
constexpr ReadLimits kEventLimits{.records_max = 10'000, .bytes_max = 1 << 20};
constexpr size_t kBytesPerSecond = 2 << 20;

Duration time_for(size_t bytes) { return Duration{static_cast<int64_t>(bytes * 1000 / kBytesPerSecond)}; }

}  // namespace

struct Kinesis::Subscribed {
  ConsumerName consumer;
  StreamId log;
  ShardNumber shard;
  Position from;
  std::shared_ptr<Subscription> subscription;
};

SubscribeToShardOutput Kinesis::subscribe_to_shard(const aws::Request& request, const SubscribeToShardInput& input) {
  refuse_new_members(input);
  const ConsumerName consumer = resolve_consumer(request, input.consumer_arn);
  const auto target = stream(consumer.stream);
  if (target->state.find_consumer(consumer) == nullptr) throw consumer_not_found(consumer);
  const StreamShard& shard = visible_shard(target->state, input.shard_id);
  GetShardIteratorInput place;
  place.shard_iterator_type = input.starting_position.type;
  place.starting_sequence_number = input.starting_position.sequence_number;
  place.timestamp = input.starting_position.timestamp;
  Subscribed subscribed{consumer, target->state.log, shard.number, 0, nullptr};
  try {
    subscribed.from = position_for(*target, shard, place, "SubscribeToShard");
  } catch (const UnknownStream&) {
    throw stream_not_found(consumer.stream);
  }
  subscribed.subscription = subscriptions_.begin(consumer.arn(), shard.id(), clock_.now());
  if (subscribed.subscription == nullptr) {
    measure_consumer(consumer, "SubscribeToShard.RateExceeded", "Count", 1);
    measure_consumer(consumer, "SubscribeToShard.Success", "Count", 0);
    throw ResourceInUseException("Another active subscription exists for this consumer: " + consumer.stream.account +
                                 ":" + consumer.stream.name + ":" + shard.id() + ":" + consumer.name);
  }
  measure_consumer(consumer, "SubscribeToShard.RateExceeded", "Count", 0);
  measure_consumer(consumer, "SubscribeToShard.Success", "Count", 1);
  SubscribeToShardOutput output;
  output.event_stream = aws::Events<SubscribeToShardEvent>(
      [this, subscribed](aws::EventWriter<SubscribeToShardEvent>& writer) { push(subscribed, writer); });
  return output;
}

void Kinesis::push(const Subscribed& subscribed, aws::EventWriter<SubscribeToShardEvent>& writer) const {
  const ConsumerName& consumer = subscribed.consumer;
  const std::stop_token stop = subscribed.subscription->stop();
  const Deadline end = Deadline::in(kLife);
  Deadline beat = Deadline::in(Duration{0});  // the first event comes at once
  for (Position at = subscribed.from;;) {
    const auto target = stream(consumer.stream);
    const StreamShard* shard = target->state.find_shard(subscribed.shard);
    if (target->state.log != subscribed.log || shard == nullptr) throw stream_not_found(consumer.stream);
    if (target->state.find_consumer(consumer) == nullptr) throw consumer_not_found(consumer);
    try {
      log_.wait_for(subscribed.log, subscribed.shard, at, end.earlier(beat), stop);
    } catch (const UnknownStream&) {
      throw stream_not_found(consumer.stream);
    }
    if (subscribed.subscription->taken_over()) {
      throw ResourceInUseException("Another subscription of this consumer has taken over shard " + shard->id() + ".");
    }
    if (stop.stop_requested() || end.passed()) return;
    FoundRecords found = find_records(*target, *shard, at, kEventLimits);
    SubscribeToShardEvent event;
    event.records = show(*shard, found.batch);
    event.millis_behind_latest = found.millis_behind;
    if (found.ended) event.child_shards = std::move(found.children);
    else event.continuation_sequence_number = continuation_after(*shard, found.batch.next, event.records, clock_.now());
    const bool there = writer.write(event);
    measure_consumer(consumer, "SubscribeToShardEvent.Success", "Count", there ? 1 : 0);
    measure_consumer(consumer, "SubscribeToShardEvent.Bytes", "Bytes", static_cast<double>(found.bytes));
    measure_consumer(consumer, "SubscribeToShardEvent.Records", "Count", static_cast<double>(event.records.size()));
    measure_consumer(consumer, "SubscribeToShardEvent.MillisBehindLatest", "Milliseconds",
                     static_cast<double>(found.millis_behind));
    if (!there || found.ended) return;
    at = found.batch.next;
    if (options_.limit_throughput && !pause(Deadline::in(time_for(found.bytes)), stop)) continue;
    beat = Deadline::in(kHeartbeat);
  }
}

void Kinesis::measure_consumer(const ConsumerName& consumer, std::string_view name, std::string_view unit,
                               double value) const {
  metrics_.record({consumer.stream.account, consumer.stream.region, "AWS/Kinesis", name, unit, value,
                   {{"StreamName", consumer.stream.name}, {"ConsumerName", consumer.name}}});
}

}  // namespace standpipe::kinesis
