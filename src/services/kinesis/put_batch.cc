#include "services/kinesis/put_batch.h"

#include <fmt/format.h>

#include <map>
#include <span>

#include "base/logging.h"
#include "services/kinesis/naming.h"
#include "services/kinesis/stopwatch.h"

namespace standpipe::kinesis {
namespace {

constexpr std::string_view kThrottled = "ProvisionedThroughputExceededException";
constexpr std::string_view kFailed = "InternalFailure";

struct Counts {
  double bytes = 0, records = 0, throttled = 0, failed = 0;
  void add(const IncomingRecord& record, const PutOutcome& outcome) {
    if (outcome.error_code == kThrottled) ++throttled;
    if (outcome.error_code == kFailed) ++failed;
    if (!outcome.stored()) return;
    bytes += static_cast<double>(record.data.size());
    ++records;
  }
};

HashKey hash_key(const IncomingRecord& record) {
  if (record.explicit_hash_key.empty()) return hash_of(record.partition_key);
  return explicit_hash_key(record.explicit_hash_key);
}

}  // namespace

HashKey explicit_hash_key(std::string_view text) {
  if (const auto key = parse_hash_key(text)) return *key;
  throw InvalidArgumentException("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. " +
                                 fmt::format("Specified value was {}", text));
}

std::string rate_exceeded(const StreamName& stream, const StreamShard& shard) {
  return fmt::format("Rate exceeded for shard {} in stream {} under account {}.", shard.id(), stream.name,
                     stream.account);
}

std::string PutBatch::error_message(const PutOutcome& refused) const {
  return refused.error_code == kThrottled ? rate_exceeded(stream->state.name, *refused.shard) : failure;
}

std::string failure_message(const std::system_error& error) {
  const bool full = error.code() == std::errc::no_space_on_device;
  return full ? "Internal Service Failure: the server's disk is full." : "Internal Service Failure.";
}

PutBatch Kinesis::put_batch(const aws::Request& request, StreamPtr target, std::span<const IncomingRecord> records) {
  const Stopwatch watch;
  const StreamState& state = target->state;
  PutBatch batch{std::move(target), std::vector<PutOutcome>(records.size())};
  std::vector<PutOutcome>& outcomes = batch.outcomes;
  // All keys are looked at before the first record counts against its shard's rate.
  for (size_t i = 0; i < records.size(); ++i) outcomes[i].shard = &batch.stream->shard_of(hash_key(records[i]));
  std::vector<LogEntry> entries;
  std::vector<PutOutcome*> admitted;  // like `entries`
  entries.reserve(records.size());
  admitted.reserve(records.size());
  const Timestamp now = clock_.now();
  for (size_t i = 0; i < records.size(); ++i) {
    const IncomingRecord& record = records[i];
    const StreamShard& shard = *outcomes[i].shard;
    if (options_.limit_throughput && !batch.stream->rate(shard).may_write(record.bytes(), now)) {
      outcomes[i].error_code = kThrottled;
      continue;
    }
    admitted.push_back(&outcomes[i]);
    entries.push_back({shard.number, record.partition_key, record.explicit_hash_key, record.data});
  }
  try {
    const auto appended = log_.append(state.log, entries);
    for (size_t i = 0; i < admitted.size(); ++i) {
      admitted[i]->position = appended[i].position;
      admitted[i]->arrival = appended[i].arrival;
    }
  } catch (const std::system_error& error) {
    logging::error("{} PutRecords to {}: {}", request.id, state.name.arn(), error.what());
    for (PutOutcome* outcome : admitted) outcome->error_code = kFailed;
    batch.failure = failure_message(error);
  }
  measure_batch(batch, records, watch.milliseconds());
  return batch;
}

void Kinesis::measure_batch(const PutBatch& batch, std::span<const IncomingRecord> records, double latency_ms) const {
  const StreamState& state = batch.stream->state;
  Counts all;
  for (size_t i = 0; i < records.size(); ++i) all.add(records[i], batch.outcomes[i]);
  const std::pair<std::string_view, double> counts[] = {
      {"IncomingRecords", all.records},
      {"PutRecords.Success", all.records > 0 ? 1 : 0},
      {"PutRecords.TotalRecords", static_cast<double>(records.size())},
      {"PutRecords.SuccessfulRecords", all.records},
      {"PutRecords.FailedRecords", all.failed},
      {"PutRecords.ThrottledRecords", all.throttled},
      {"WriteProvisionedThroughputExceeded", all.throttled}};
  for (const auto& [name, count] : counts) measure(state.name, name, "Count", count);
  measure(state.name, "IncomingBytes", "Bytes", all.bytes);
  measure(state.name, "PutRecords.Bytes", "Bytes", all.bytes);
  measure(state.name, "PutRecords.Latency", "Milliseconds", latency_ms);

  if (state.shard_metrics.empty()) return;
  std::map<const StreamShard*, Counts> by_shard;
  for (size_t i = 0; i < records.size(); ++i) by_shard[batch.outcomes[i].shard].add(records[i], batch.outcomes[i]);
  for (const auto& [shard, count] : by_shard) {
    measure_shard(state, *shard, "IncomingBytes", "Bytes", count.bytes);
    measure_shard(state, *shard, "IncomingRecords", "Count", count.records);
    measure_shard(state, *shard, "WriteProvisionedThroughputExceeded", "Count", count.throttled);
  }
}

}  // namespace standpipe::kinesis
