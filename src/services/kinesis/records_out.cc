// GetShardIterator and GetRecords: from a place in a shard to its records.
#include <fmt/format.h>

#include <algorithm>

#include "services/kinesis/naming.h"
#include "services/kinesis/sequence_number.h"
#include "services/kinesis/shown.h"
#include "services/kinesis/stopwatch.h"

namespace standpipe::kinesis {
namespace {

constexpr int32_t kRecordsMax = 10'000;
constexpr size_t kBytesMax = 10u << 20;

// As AWS prints times in this message.
std::string print_date(Timestamp time) { return format_time(time, "%a %b %d %H:%M:%S UTC %Y"); }

void check_iterator_input(const GetShardIteratorInput& input) {
  const std::string& type = input.shard_iterator_type;
  const bool by_number = type == "AT_SEQUENCE_NUMBER" || type == "AFTER_SEQUENCE_NUMBER";
  if (type == "AT_TIMESTAMP") {
    if (!input.timestamp) {
      throw InvalidArgumentException(
          "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no "
          "timestamp parameter.");
    }
    return;
  }
  if (by_number == input.starting_sequence_number.has_value()) return;
  throw InvalidArgumentException(fmt::format(
      "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) "
      "TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified {} and {} StartingSequenceNumber.",
      type, by_number ? "no" : "also a"));
}

}  // namespace

Position Kinesis::position_for(const Stream& target, const StreamShard& shard, const GetShardIteratorInput& input,
                               std::string_view operation) const {
  check_iterator_input(input);
  const StreamState& state = target.state;
  const std::string& type = input.shard_iterator_type;
  if (type == "TRIM_HORIZON") return log_.bounds(state.log, shard.number).oldest;
  if (type == "LATEST") return log_.bounds(state.log, shard.number).next;
  if (type == "AT_TIMESTAMP") {
    const Timestamp now = clock_.now();
    if (*input.timestamp > now) {
      throw InvalidArgumentException(fmt::format(
          "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: {}, "
          "currentTimestampInMillis: {}",
          epoch_ms(*input.timestamp), epoch_ms(now)));
    }
    return log_.find_time(state.log, shard.number, *input.timestamp);
  }
  const std::string what = "StartingSequenceNumber " + *input.starting_sequence_number +
                           " used in " + std::string(operation) + " on shard " + shard.id() + " in stream " +
                           state.name.name + " under account " + state.name.account + " is invalid";
  const auto number = parse_sequence_number(*input.starting_sequence_number);
  if (!number) throw InvalidArgumentException(what + ".");
  const Bounds bounds = log_.bounds(state.log, shard.number);
  const bool ending = !shard.open() && number->index == SequenceNumber::kEnding;
  const bool foreign = number->shard != shard.number || number->created_s != shard.epoch_s ||
                       (number->index > bounds.next && !ending);
  if (foreign) throw InvalidArgumentException(what + " because it did not come from this stream.");
  if (ending) return bounds.next;
  if (type == "AFTER_SEQUENCE_NUMBER") return number->index;
  return number->index == 0 ? 0 : number->index - 1;
}

const StreamShard& Kinesis::visible_shard(const StreamState& state, const std::string& id) const {
  const StreamShard* shard = state.find_shard(id);
  if (shard == nullptr || !state.visible(*shard, clock_.now())) {
    throw shard_not_found(state.name, StreamShard::full_id(id));
  }
  return *shard;
}

GetShardIteratorOutput Kinesis::get_shard_iterator(const aws::Request& request, const GetShardIteratorInput& input) {
  const auto target = stream(request, input);
  const StreamState& state = target->state;
  const StreamShard& shard = visible_shard(state, input.shard_id);
  try {
    const Position position = position_for(*target, shard, input, "GetShardIterator");
    return {seal_iterator(streams_.sealing_key(), {state.name, state.log, shard.number, position, clock_.now()})};
  } catch (const UnknownStream&) {
    throw stream_not_found(state.name);
  }
}

ShardIterator Kinesis::open_iterator(const aws::Request& request, const GetRecordsInput& input) const {
  refuse_new_members(input);
  const auto iterator = unseal_iterator(streams_.sealing_key(), input.shard_iterator);
  // Who reads from another account says so, as with AWS.
  const bool foreign = iterator && iterator->stream.account != request.account && !input.stream_arn;
  if (!iterator || foreign || iterator->stream.region != request.region) {
    throw InvalidArgumentException("Invalid ShardIterator.");
  }
  if (input.stream_arn && *input.stream_arn != iterator->stream.arn()) {
    throw InvalidArgumentException("StreamARN " + *input.stream_arn + " does not match the ShardIterator.");
  }
  const Timestamp now = clock_.now();
  if (now - iterator->made > kTokenLife) {
    throw ExpiredIteratorException(fmt::format(
        "Iterator expired. The iterator was created at time {} while right now it is {} which is further in the future "
        "than the tolerated delay of {} milliseconds.",
        print_date(iterator->made), print_date(now), kTokenLife.count()));
  }
  return *iterator;
}

GetRecordsOutput Kinesis::get_records(const aws::Request& request, const GetRecordsInput& input) {
  return answer(read_records(request, input));
}

ReadRecords Kinesis::read_records(const aws::Request& request, const GetRecordsInput& input) {
  const Stopwatch watch;
  const ShardIterator iterator = open_iterator(request, input);
  const auto target = stream(iterator.stream);
  if (target->state.log != iterator.log) throw stream_not_found(iterator.stream);
  const StreamShard& shard = shard_of(*target, iterator);
  ShardRate& rate = target->rate(shard);
  if (options_.limit_throughput && !rate.may_read(clock_.now())) {
    measure(iterator.stream, "ReadProvisionedThroughputExceeded", "Count", 1);
    measure_shard(target->state, shard, "ReadProvisionedThroughputExceeded", "Count", 1);
    measure(iterator.stream, "GetRecords.Success", "Count", 0);
    throw ProvisionedThroughputExceededException(rate_exceeded(iterator.stream, shard));
  }
  ReadRecords read = records_from(target, iterator, input.limit.value_or(kRecordsMax));
  if (options_.limit_throughput) rate.has_read(read.found.bytes);
  measure(iterator.stream, "GetRecords.Latency", "Milliseconds", watch.milliseconds());
  measure(iterator.stream, "ReadProvisionedThroughputExceeded", "Count", 0);
  measure_shard(target->state, shard, "ReadProvisionedThroughputExceeded", "Count", 0);
  return read;
}

GetRecordsOutput Kinesis::answer(ReadRecords read) {
  GetRecordsOutput output;
  output.records = show(*read.shard, read.found.batch);
  output.millis_behind_latest = read.found.millis_behind;
  output.next_shard_iterator = std::move(read.next_iterator);
  if (read.found.ended) output.child_shards = std::move(read.found.children);
  return output;
}

GetRecordsOutput Kinesis::read(const aws::Request& request, const GetRecordsInput& input, Deadline wait,
                               std::stop_token stop) {
  const ShardIterator iterator = open_iterator(request, input);
  const auto target = stream(iterator.stream);
  if (target->state.log != iterator.log) throw stream_not_found(iterator.stream);
  try {
    log_.wait_for(target->state.log, iterator.shard, iterator.position, wait, stop);
  } catch (const UnknownStream&) {
    throw stream_not_found(iterator.stream);
  }
  return answer(records_from(target, iterator, input.limit.value_or(kRecordsMax)));
}

const StreamShard& Kinesis::shard_of(const Stream& target, const ShardIterator& iterator) const {
  const StreamShard* shard = target.state.find_shard(iterator.shard);
  if (shard == nullptr) throw shard_not_found(target.state.name, StreamShard::shard_id(iterator.shard));
  return *shard;
}

std::vector<Record> show(const StreamShard& shard, const LogBatch& batch) {
  std::vector<Record> records;
  records.reserve(batch.records.size());
  for (const LogRecord& record : batch.records) {
    records.push_back({sequence_number_of(shard, record.position, record.arrival), record.arrival,
                       aws::Blob{std::string(record.data)}, std::string(record.partition_key), std::nullopt});
  }
  return records;
}

FoundRecords Kinesis::find_records(const Stream& target, const StreamShard& shard, Position from,
                                   ReadLimits limits) const {
  const StreamState& state = target.state;
  FoundRecords found;
  try {
    found.batch = log_.read(state.log, shard.number, from, limits);
    const Bounds bounds = log_.bounds(state.log, shard.number);
    found.ended = bounds.closed && found.batch.next >= bounds.next;
  } catch (const UnknownStream&) {
    throw stream_not_found(state.name);
  }
  const LogBatch& batch = found.batch;
  for (const LogRecord& record : batch.records) found.bytes += record.data.size();
  const Timestamp reached = batch.records.empty() ? batch.end_time : batch.records.back().arrival;
  found.millis_behind = batch.next >= batch.end ? 0 : std::max<int64_t>(0, (clock_.now() - reached).count());
  // The shard may have been closed since `target` was looked up.
  if (found.ended) found.children = children_of(*stream(state.name), shard);
  return found;
}

ReadRecords Kinesis::records_from(const StreamPtr& target, const ShardIterator& iterator, int32_t limit) {
  const StreamState& state = target->state;
  const StreamShard& shard = shard_of(*target, iterator);
  ReadRecords read{target, &shard, {}, std::nullopt};
  read.found = find_records(
      *target, shard, iterator.position,
      {.records_max = static_cast<size_t>(std::clamp(limit, 1, kRecordsMax)), .bytes_max = kBytesMax});
  const FoundRecords& found = read.found;
  if (!found.ended) {
    ShardIterator next = iterator;
    next.position = found.batch.next;
    next.made = clock_.now();
    read.next_iterator = seal_iterator(streams_.sealing_key(), next);
  }
  const auto bytes = static_cast<double>(found.bytes), count = static_cast<double>(found.batch.records.size());
  const auto behind = static_cast<double>(found.millis_behind);
  measure(state.name, "GetRecords.Bytes", "Bytes", bytes);
  measure(state.name, "GetRecords.Records", "Count", count);
  measure(state.name, "GetRecords.IteratorAgeMilliseconds", "Milliseconds", behind);
  measure(state.name, "GetRecords.Success", "Count", 1);
  measure_shard(state, shard, "OutgoingBytes", "Bytes", bytes);
  measure_shard(state, shard, "OutgoingRecords", "Count", count);
  measure_shard(state, shard, "IteratorAgeMilliseconds", "Milliseconds", behind);
  return read;
}

}  // namespace standpipe::kinesis
