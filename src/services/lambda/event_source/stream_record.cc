#include "services/lambda/event_source/stream_record.h"

#include "base/bytes.h"

namespace standpipe::lambda {
namespace {

// What an event has besides its records: names, ARNs, the window's state.
constexpr size_t kFrameBytes = 4096;
constexpr size_t kFilteredDepthMax = 128;

double seconds(Timestamp time) { return static_cast<double>(epoch_ms(time)) / 1000; }

json::Object kinesis_fields(const std::string& sequence_number, Timestamp arrival, std::string_view partition_key,
                            json::Value data) {
  return {{"kinesisSchemaVersion", "1.0"},
          {"partitionKey", partition_key},
          {"sequenceNumber", sequence_number},
          {"data", std::move(data)},
          {"approximateArrivalTimestamp", seconds(arrival)}};
}

void add_event_fields(json::Object& record, const RecordOrigin& origin, const std::string& sequence_number) {
  record.append("eventSource", "aws:kinesis");
  record.append("eventVersion", "1.0");
  record.append("eventID", origin.shard_id + ":" + sequence_number);
  record.append("eventName", "aws:kinesis:record");
  record.append("invokeIdentityArn", origin.role_arn);
  record.append("awsRegion", origin.region);
  record.append("eventSourceARN", origin.source_arn);
}

json::Value data_value(std::string_view data) {
  try {
    if (valid_utf8(data)) return json::parse(data, kFilteredDepthMax);
  } catch (const json::ParseError&) {
    // a text like any other
  }
  return data;
}

}  // namespace

StreamRecord make_record(const RecordOrigin& origin, const std::string& sequence_number, Timestamp arrival,
                         RecordContent content) {
  json::Object record{
      {"kinesis", kinesis_fields(sequence_number, arrival, content.partition_key, base64_encode(content.data))}};
  add_event_fields(record, origin, sequence_number);
  return {.sequence_number = sequence_number, .arrival = arrival, .json = json::print(record)};
}

json::Value filtered_view(const RecordOrigin& origin, const std::string& sequence_number, Timestamp arrival,
                          RecordContent content) {
  json::Object record = kinesis_fields(sequence_number, arrival, content.partition_key, data_value(content.data));
  add_event_fields(record, origin, sequence_number);
  return record;
}

size_t event_bytes(const StreamRecord& record) { return record.json.size() + 1; }

std::string event_text(const RecordOrigin& origin, std::span<const StreamRecord> records,
                       const std::optional<WindowView>& window) {
  std::string text = R"({"Records":[)";
  size_t bytes = kFrameBytes + (window ? window->state.size() : 0);
  for (const StreamRecord& record : records) bytes += event_bytes(record);
  text.reserve(bytes);
  for (const StreamRecord& record : records) {
    if (&record != &records.front()) text += ',';
    text += record.json;
  }
  text += ']';
  if (window) {
    const json::Object span{{"start", format_iso8601_seconds(window->start)},
                            {"end", format_iso8601_seconds(window->end)}};
    text += R"(,"window":)" + json::print(span) + R"(,"state":)" + window->state;
    text += R"(,"shardId":)" + json::print(origin.shard_id) + R"(,"eventSourceARN":)" + json::print(origin.source_arn);
    text += R"(,"isFinalInvokeForWindow":)" + json::print(window->final);
    text += R"(,"isWindowTerminatedEarly":)" + json::print(window->terminated_early);
  }
  return text + '}';
}

std::string given_up_text(const GivenUp& given_up, const RecordOrigin& origin, std::span<const StreamRecord> records,
                          const std::string& event) {
  const bool retried = given_up.condition == Condition::retries_exhausted;
  json::Object document{{"requestContext",
                         json::Object{{"requestId", given_up.request_id},
                                      {"functionArn", given_up.function_arn},
                                      {"condition", retried ? "RetryAttemptsExhausted" : "RecordAgeExceeded"},
                                      {"approximateInvokeCount", given_up.invocations}}}};
  if (given_up.invocations > 0) {
    document.append("responseContext", json::Object{{"statusCode", 200},
                                                    {"executedVersion", "$LATEST"},
                                                    {"functionError", "Unhandled"}});
  }
  document.append("version", "1.0");
  document.append("timestamp", format_iso8601(given_up.time));
  document.append("KinesisBatchInfo",
                  json::Object{{"shardId", origin.shard_id},
                               {"startSequenceNumber", records.front().sequence_number},
                               {"endSequenceNumber", records.back().sequence_number},
                               {"approximateArrivalOfFirstRecord", format_iso8601(records.front().arrival)},
                               {"approximateArrivalOfLastRecord", format_iso8601(records.back().arrival)},
                               {"batchSize", records.size()},
                               {"streamArn", given_up.stream_arn}});
  document.append("payload", event);
  return json::print(document);
}

bool later(std::string_view left, std::string_view right) {
  // Decimal numbers without leading zeros: the longer is the greater.
  return left.size() != right.size() ? left.size() > right.size() : left > right;
}

}  // namespace standpipe::lambda
