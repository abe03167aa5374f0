#include "services/kinesis/get_records_shortcut.h"

#include <fmt/format.h>

#include <iterator>

#include "base/base64.h"
#include "base/json.h"
#include "services/kinesis/kinesis.h"
#include "services/kinesis/put_records_shortcut.h"
#include "services/kinesis/shown.h"

namespace standpipe::kinesis {
namespace {

constexpr size_t kBodyBytesMax = 4096, kIteratorBytesMax = 512;
constexpr int64_t kLimitMax = 10'000;

void print_child(std::string& out, const ChildShard& child) {
  out.append("{\"ShardId\":\"").append(child.shard_id).append("\",\"ParentShards\":[");
  for (const std::string& parent : child.parent_shards) {
    if (&parent != child.parent_shards.data()) out += ',';
    json::append_quoted(out, parent);
  }
  out.append("],\"HashKeyRange\":{\"StartingHashKey\":\"").append(child.hash_key_range.starting_hash_key);
  out.append("\",\"EndingHashKey\":\"").append(child.hash_key_range.ending_hash_key).append("\"}}");
}

void print_record(std::string& out, const StreamShard& shard, const LogRecord& record) {
  const int64_t arrival = epoch_ms(record.arrival);
  out.append("{\"SequenceNumber\":\"").append(sequence_number_of(shard, record.position, record.arrival));
  fmt::format_to(std::back_inserter(out), "\",\"ApproximateArrivalTimestamp\":{}.{:03},\"Data\":\"", arrival / 1000,
                 arrival % 1000);
  append_base64(out, record.data);
  out += "\",\"PartitionKey\":";
  json::append_quoted(out, record.partition_key);
  out += '}';
}

}  // namespace

std::optional<GetRecordsInput> read_plain_get_records(std::string_view body) {
  if (body.size() > kBodyBytesMax) return std::nullopt;
  GetRecordsInput input;
  try {
    const json::Value document = json::parse(body);
    if (!document.is_object()) return std::nullopt;
    for (const auto& [name, value] : document.object()) {
      if (name == "ShardIterator" && value.is_string() && input.shard_iterator.empty()) {
        input.shard_iterator = value.string();
      } else if (name == "Limit" && value.is_int() && !input.limit) {
        if (value.integer() < 1 || value.integer() > kLimitMax) return std::nullopt;
        input.limit = static_cast<int32_t>(value.integer());
      } else if (name == "StreamARN" && value.is_string() && !input.stream_arn) {
        if (!is_plain_stream_arn(value.string())) return std::nullopt;
        input.stream_arn = value.string();
      } else {
        return std::nullopt;
      }
    }
  } catch (const json::ParseError&) {
    return std::nullopt;
  }
  if (input.shard_iterator.empty() || input.shard_iterator.size() > kIteratorBytesMax) return std::nullopt;
  return input;
}

std::string print_get_records(const ReadRecords& read) {
  constexpr size_t kBytesPerRecord = 180;  // beside data and key
  const std::vector<LogRecord>& records = read.found.batch.records;
  std::string out;
  size_t size = 1024;
  for (const LogRecord& record : records) {
    size += (record.data.size() + 2) / 3 * 4 + record.partition_key.size() + kBytesPerRecord;
  }
  out.reserve(size);
  out += "{\"Records\":[";
  for (const LogRecord& record : records) {
    if (&record != records.data()) out += ',';
    print_record(out, *read.shard, record);
  }
  out += ']';
  if (read.next_iterator) out.append(",\"NextShardIterator\":\"").append(*read.next_iterator).append("\"");
  out.append(",\"MillisBehindLatest\":").append(std::to_string(read.found.millis_behind));
  if (read.found.ended) {
    out += ",\"ChildShards\":[";
    for (const ChildShard& child : read.found.children) {
      if (&child != read.found.children.data()) out += ',';
      print_child(out, child);
    }
    out += ']';
  }
  out += '}';
  return out;
}

std::optional<std::string> GetRecordsShortcut::serve(const aws::Request& request, std::string_view body,
                                                     const Authorize& authorize) {
  const auto input = read_plain_get_records(body);
  if (!input) return std::nullopt;
  authorize(&*input);
  return print_get_records(kinesis_.read_records(request, *input));
}

}  // namespace standpipe::kinesis
