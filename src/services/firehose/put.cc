// PutRecord and PutRecordBatch: into the delivery stream's own log, synced before the answer.
#include "base/random.h"
#include "services/firehose/firehose.h"

namespace standpipe::firehose {
namespace {

constexpr size_t kRecordBytesMax = 1'024'000;
constexpr size_t kBatchBytesMax = 4 * 1024 * 1024;

void check_record(const Record& record) {
  if (record.data.bytes.size() > kRecordBytesMax) {
    throw ValidationException(
        "1 validation error detected: Value at 'record.data' failed to satisfy constraint: Member must "
        "have length less than or equal to 1024000");
  }
}

}  // namespace

std::vector<Appended> Firehose::append(const aws::Request& request, const std::string& name,
                                       std::span<const Record> records) {
  const Configuration stream = configuration(request, name);
  if (!stream.source_arn.empty()) {
    throw InvalidSourceException("Firehose " + name + " under accountId " + request.account +
                                 " is not a DirectPut delivery stream: only its source may put records into it.");
  }
  std::vector<LogEntry> entries;
  size_t bytes = 0;
  for (const Record& record : records) {
    check_record(record);
    bytes += record.data.bytes.size();
    entries.push_back({.shard = 0, .partition_key = {}, .explicit_hash_key = {}, .data = record.data.bytes});
  }
  if (bytes > kBatchBytesMax) {
    throw InvalidArgumentException("Records size exceeds 4 MB limit");
  }
  std::vector<Appended> appended;
  try {
    appended = surroundings_.log.append(direct_log(stream), entries);
  } catch (const UnknownStream&) {  // deleted at this moment
    throw ResourceNotFoundException("Firehose " + name + " under account " + request.account + " not found.");
  }
  const auto count = [&](const char* metric, const char* unit, double value) {
    metrics_.record(
        {stream.account, stream.region, "AWS/Firehose", metric, unit, value, {{"DeliveryStreamName", stream.name}}});
  };
  count("IncomingBytes", "Bytes", static_cast<double>(bytes));
  count("IncomingRecords", "Count", static_cast<double>(records.size()));
  count("IncomingPutRequests", "Count", 1);
  return appended;
}

PutRecordOutput Firehose::put_record(const aws::Request& request, const PutRecordInput& input) {
  append(request, input.delivery_stream_name, std::span(&input.record, 1));
  PutRecordOutput output;
  output.record_id = random_text(220, kUpperAlphanumeric);
  output.encrypted = false;
  return output;
}

PutRecordBatchOutput Firehose::put_record_batch(const aws::Request& request, const PutRecordBatchInput& input) {
  append(request, input.delivery_stream_name, input.records);
  PutRecordBatchOutput output;
  output.encrypted = false;
  for (size_t i = 0; i < input.records.size(); ++i) {
    output.request_responses.emplace_back().record_id = random_text(220, kUpperAlphanumeric);
  }
  return output;
}

}  // namespace standpipe::firehose
