// PutRecord and PutRecords: from partition key to shard to the disk.
#include <fmt/format.h>

#include "base/logging.h"
#include "services/kinesis/naming.h"
#include "services/kinesis/put_batch.h"
#include "services/kinesis/put_records_shortcut.h"
#include "services/kinesis/sequence_number.h"
#include "services/kinesis/shown.h"
#include "services/kinesis/stopwatch.h"

namespace standpipe::kinesis {
namespace {

constexpr int kReshardedMax = 100;

aws::Error too_long(const std::string& member, size_t bytes_max) {
  return ValidationException(fmt::format(
      "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must have length less than or "
      "equal to {}",
      member, bytes_max));
}

}  // namespace

// A shard may be closed between a look at the stream and the append; the next look finds its children.
template <class Put>
auto Kinesis::while_resharded(const StreamName& name, const Put& put) {
  for (int attempt = 1;; ++attempt) {
    const StreamPtr target = stream(name);
    try {
      return put(target);
    } catch (const ShardClosed&) {
      if (attempt == kReshardedMax) throw InternalFailureException("The stream is being resharded all the time.");
    } catch (const UnknownStream&) {
      throw stream_not_found(name);
    } catch (const std::system_error& error) {
      logging::error("{}: {}", name.arn(), error.what());
      throw InternalFailureException(failure_message(error));
    }
  }
}

PutRecordOutput Kinesis::put_record(const aws::Request& request, const PutRecordInput& input) {
  return while_resharded(stream(request, input)->state.name,
                         [&](const StreamPtr& target) { return put_record(*target, input); });
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
  const StreamShard& shard = target.shard_of(
      input.explicit_hash_key ? explicit_hash_key(*input.explicit_hash_key) : hash_of(input.partition_key));
  if (options_.limit_throughput && !target.rate(shard).may_write(bytes, clock_.now())) {
    measure(state.name, "WriteProvisionedThroughputExceeded", "Count", 1);
    measure_shard(state, shard, "WriteProvisionedThroughputExceeded", "Count", 1);
    measure(state.name, "PutRecord.Success", "Count", 0);
    throw ProvisionedThroughputExceededException(rate_exceeded(state.name, shard));
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
  if (total > kPutRecordsBytesMax) throw InvalidArgumentException("Records size exceeds 10 MB limit");
}

PutRecordsOutput Kinesis::put_records(const aws::Request& request, const PutRecordsInput& input) {
  const PutBatch batch = while_resharded(stream(request, input)->state.name, [&](const StreamPtr& target) {
    check_sizes(*target, input);
    std::vector<IncomingRecord> records;
    for (const PutRecordsRequestEntry& record : input.records) {
      IncomingRecord& incoming = records.emplace_back(*record.partition_key, std::string_view(), record.data.bytes);
      if (record.explicit_hash_key) incoming.explicit_hash_key = *record.explicit_hash_key;
    }
    return put_batch(request, target, records);
  });
  PutRecordsOutput output;
  int32_t failed = 0;
  for (const PutOutcome& outcome : batch.outcomes) {
    PutRecordsResultEntry& entry = output.records.emplace_back();
    if (outcome.stored()) {
      entry.shard_id = outcome.shard->id();
      entry.sequence_number = sequence_number_of(*outcome.shard, outcome.position, outcome.arrival);
    } else {
      entry.error_code = outcome.error_code;
      entry.error_message = batch.error_message(outcome);
      ++failed;
    }
  }
  output.failed_record_count = failed;
  return output;
}

// As put_records() above of an input that passes every check; see aws/shortcut.h.
std::optional<std::string> Kinesis::put_plain_records(const aws::Request& request, std::string_view body,
                                                      const aws::Shortcut::Authorize& authorize) {
  const auto plain = read_plain_put_records(body);
  if (!plain) return std::nullopt;
  PutRecordsInput named;
  named.stream_name = plain->stream_name;
  named.stream_arn = plain->stream_arn;
  authorize(&named);
  const StreamPtr target = stream(request, named);
  size_t total = 0;
  for (const IncomingRecord& record : plain->records) {
    if (record.bytes() > target->state.record_bytes_max()) return std::nullopt;
    total += record.bytes();
  }
  if (total > kPutRecordsBytesMax) return std::nullopt;
  return print_put_records(while_resharded(
      target->state.name, [&](const StreamPtr& current) { return put_batch(request, current, plain->records); }));
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
