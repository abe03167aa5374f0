// PutRecord and PutRecords: from partition key to shard to the disk.
#include <fmt/format.h>

#include <map>
#include <span>

#include "base/logging.h"
#include "services/kinesis/naming.h"
#include "services/kinesis/sequence_number.h"
#include "services/kinesis/shown.h"
#include "services/kinesis/stopwatch.h"

namespace standpipe::kinesis {
namespace {

constexpr size_t kRequestBytesMax = 10u << 20;
constexpr int kReshardedMax = 100;
constexpr const char* kThrottled = "ProvisionedThroughputExceededException";

HashKey hash_key(const std::string& partition_key, const std::optional<std::string>& explicit_key) {
  if (!explicit_key) return hash_of(partition_key);
  if (const auto key = parse_hash_key(*explicit_key)) return *key;
  throw InvalidArgumentException("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. " +
                                 fmt::format("Specified value was {}", *explicit_key));
}

aws::Error too_long(const std::string& member, size_t bytes_max) {
  return ValidationException(fmt::format(
      "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must have length less than or "
      "equal to {}",
      member, bytes_max));
}

std::string rate_message(const StreamName& stream, const StreamShard& shard) {
  return fmt::format("Rate exceeded for shard {} in stream {} under account {}.", shard.id(), stream.name,
                     stream.account);
}

}  // namespace

// A shard may be closed between a look at the stream and the append; the next look finds its children.
template <class Put>
auto Kinesis::while_resharded(const StreamName& name, const Put& put) {
  for (int attempt = 1;; ++attempt) {
    const StreamPtr target = stream(name);
    try {
      return put(*target);
    } catch (const ShardClosed&) {
      if (attempt == kReshardedMax) throw InternalFailureException("The stream is being resharded all the time.");
    } catch (const UnknownStream&) {
      throw stream_not_found(name);
    }
  }
}

PutRecordOutput Kinesis::put_record(const aws::Request& request, const PutRecordInput& input) {
  return while_resharded(stream(request, input)->state.name,
                         [&](const Stream& target) { return put_record(target, input); });
}

PutRecordOutput Kinesis::put_record(const Stream& target, const PutRecordInput& input) {
  const Stopwatch watch;
  const StreamState& state = target.state;
  const size_t bytes = input.data.bytes.size() + input.partition_key.size();
  if (bytes > state.record_bytes_max()) throw too_long("data", state.record_bytes_max());
  if (input.sequence_number_for_ordering && !parse_sequence_number(*input.sequence_number_for_ordering)) {
    throw InvalidArgumentException("ExclusiveMinimumSequenceNumber " + *input.sequence_number_for_ordering +
                                   " used in PutRecord on stream " + state.name.name + " under account " +
                                   state.name.account + " is invalid.");
  }
  const StreamShard& shard = target.shard_of(hash_key(input.partition_key, input.explicit_hash_key));
  if (options_.limit_throughput && !target.rate(shard).may_write(bytes, clock_.now())) {
    measure(state.name, "WriteProvisionedThroughputExceeded", "Count", 1);
    measure_shard(state, shard, "WriteProvisionedThroughputExceeded", "Count", 1);
    measure(state.name, "PutRecord.Success", "Count", 0);
    throw ProvisionedThroughputExceededException(rate_message(state.name, shard));
  }
  const LogEntry entry{shard.number, input.partition_key, input.explicit_hash_key.value_or(""), input.data.bytes};
  const Appended appended = log_.append(state.log, {&entry, 1}).front();
  const auto size = static_cast<double>(input.data.bytes.size());
  measure(state.name, "IncomingBytes", "Bytes", size);
  measure(state.name, "IncomingRecords", "Count", 1);
  measure(state.name, "PutRecord.Bytes", "Bytes", size);
  measure(state.name, "PutRecord.Success", "Count", 1);
  measure(state.name, "PutRecord.Latency", "Milliseconds", watch.milliseconds());
  measure(state.name, "WriteProvisionedThroughputExceeded", "Count", 0);
  measure_shard(state, shard, "IncomingBytes", "Bytes", size);
  measure_shard(state, shard, "IncomingRecords", "Count", 1);
  measure_shard(state, shard, "WriteProvisionedThroughputExceeded", "Count", 0);
  return {shard.id(), sequence_number_of(shard, appended.position, appended.arrival), std::nullopt};
}

void Kinesis::check_sizes(const Stream& target, const PutRecordsInput& input) const {
  size_t total = 0;
  for (size_t i = 0; i < input.records.size(); ++i) {
    const PutRecordsRequestEntry& record = input.records[i];
    const std::string member = fmt::format("records.{}.member", i + 1);
    if (!record.partition_key) {
      throw ValidationException("1 validation error detected: Value null at '" + member +
                                ".partitionKey' failed to satisfy constraint: Member must not be null");
    }
    const size_t bytes = record.data.bytes.size() + record.partition_key->size();
    if (bytes > target.state.record_bytes_max()) throw too_long(member + ".data", target.state.record_bytes_max());
    total += bytes;
  }
  if (total > kRequestBytesMax) throw InvalidArgumentException("Records size exceeds 10 MB limit");
}

PutRecordsOutput Kinesis::put_records(const aws::Request& request, const PutRecordsInput& input) {
  return while_resharded(stream(request, input)->state.name,
                         [&](const Stream& target) { return put_records(request, target, input); });
}

PutRecordsOutput Kinesis::put_records(const aws::Request& request, const Stream& target, const PutRecordsInput& input) {
  const Stopwatch watch;
  const StreamState& state = target.state;
  check_sizes(target, input);
  std::vector<const StreamShard*> shards;  // by record
  for (const PutRecordsRequestEntry& record : input.records) {
    shards.push_back(&target.shard_of(hash_key(*record.partition_key, record.explicit_hash_key)));
  }
  PutRecordsOutput output;
  output.records.resize(input.records.size());
  std::vector<LogEntry> entries;
  std::vector<size_t> admitted;  // indices of the records in `entries`
  size_t bytes = 0, throttled = 0;
  const Timestamp now = clock_.now();
  for (size_t i = 0; i < input.records.size(); ++i) {
    const PutRecordsRequestEntry& record = input.records[i];
    const size_t size = record.data.bytes.size() + record.partition_key->size();
    if (options_.limit_throughput && !target.rate(*shards[i]).may_write(size, now)) {
      output.records[i].error_code = kThrottled;
      output.records[i].error_message = rate_message(state.name, *shards[i]);
      ++throttled;
      continue;
    }
    bytes += record.data.bytes.size();
    admitted.push_back(i);
    entries.push_back({shards[i]->number, *record.partition_key,
                       record.explicit_hash_key ? std::string_view(*record.explicit_hash_key) : std::string_view(),
                       record.data.bytes});
  }
  size_t refused = 0;
  try {
    const auto appended = log_.append(state.log, entries);
    for (size_t i = 0; i < admitted.size(); ++i) {
      const StreamShard& shard = *shards[admitted[i]];
      output.records[admitted[i]].shard_id = shard.id();
      output.records[admitted[i]].sequence_number =
          sequence_number_of(shard, appended[i].position, appended[i].arrival);
    }
  } catch (const std::system_error& error) {
    logging::error("{} PutRecords to {}: {}", request.id, state.name.arn(), error.what());
    for (const size_t index : admitted) {
      output.records[index].error_code = "InternalFailure";
      output.records[index].error_message = "Internal Service Failure.";
    }
    refused = std::exchange(admitted, {}).size();
    bytes = 0;
  }
  output.failed_record_count = static_cast<int32_t>(throttled + refused);
  const std::pair<std::string_view, size_t> counts[] = {
      {"IncomingRecords", admitted.size()},          {"PutRecords.Success", admitted.empty() ? 0u : 1u},
      {"PutRecords.TotalRecords", input.records.size()}, {"PutRecords.SuccessfulRecords", admitted.size()},
      {"PutRecords.FailedRecords", refused},         {"PutRecords.ThrottledRecords", throttled},
      {"WriteProvisionedThroughputExceeded", throttled}};
  for (const auto& [name, count] : counts) measure(state.name, name, "Count", static_cast<double>(count));
  measure(state.name, "IncomingBytes", "Bytes", static_cast<double>(bytes));
  measure(state.name, "PutRecords.Bytes", "Bytes", static_cast<double>(bytes));
  measure(state.name, "PutRecords.Latency", "Milliseconds", watch.milliseconds());
  measure_shards(state, shards, input, output);
  return output;
}

// What PutRecords did to each shard, if anybody wants to know.
void Kinesis::measure_shards(const StreamState& state, std::span<const StreamShard* const> shards,
                             const PutRecordsInput& input, const PutRecordsOutput& output) const {
  if (state.shard_metrics.empty()) return;
  struct Counts {
    double bytes = 0, records = 0, throttled = 0;
  };
  std::map<const StreamShard*, Counts> counts;
  for (size_t i = 0; i < shards.size(); ++i) {
    Counts& count = counts[shards[i]];
    if (output.records[i].sequence_number) {
      count.bytes += static_cast<double>(input.records[i].data.bytes.size());
      ++count.records;
    } else if (output.records[i].error_code == kThrottled) {
      ++count.throttled;
    }
  }
  for (const auto& [shard, count] : counts) {
    measure_shard(state, *shard, "IncomingBytes", "Bytes", count.bytes);
    measure_shard(state, *shard, "IncomingRecords", "Count", count.records);
    measure_shard(state, *shard, "WriteProvisionedThroughputExceeded", "Count", count.throttled);
  }
}

void Kinesis::measure_shard(const StreamState& state, const StreamShard& shard, std::string_view name,
                            std::string_view unit, double value) const {
  if (!state.shard_metrics.contains(std::string(name))) return;
  const std::string id = shard.id();
  metrics_.record({state.name.account, state.name.region, "AWS/Kinesis", name, unit, value,
                   {{"StreamName", state.name.name}, {"ShardId", id}}});
}

void Kinesis::measure(const StreamName& stream_name, std::string_view name, std::string_view unit, double value) const {
  metrics_.record({stream_name.account, stream_name.region, "AWS/Kinesis", name, unit, value,
                   {{"StreamName", stream_name.name}}});
}

}  // namespace standpipe::kinesis
