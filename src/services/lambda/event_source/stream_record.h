// A record of a stream as an event source mapping carries it, and the texts that are made of records: the event that a
// function gets, and what is kept of a batch that was given up.
// https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"

namespace standpipe::lambda {

struct StreamRecord {
  std::string sequence_number;
  Timestamp arrival{};
  std::string json;        // as in the event
  bool completes = true;   // false: more of what was packed into the same stream record follows on this lane
};

// What all records of a shard have in common.
struct RecordOrigin {
  std::string source_arn;  // of the stream or the consumer, as the mapping names it
  std::string region, shard_id;
  std::string role_arn;
};

struct RecordContent {
  std::string_view partition_key, data;
};

StreamRecord make_record(const RecordOrigin& origin, const std::string& sequence_number, Timestamp arrival,
                         RecordContent content);
// What filters look at: the record's fields with `data` as JSON, or as text if it is none.
json::Value filtered_view(const RecordOrigin& origin, const std::string& sequence_number, Timestamp arrival,
                          RecordContent content);

// The tumbling window that an invocation belongs to.
struct WindowView {
  Timestamp start{}, end{};
  std::string state;  // JSON
  bool final = false, terminated_early = false;
};

// At most this much is sent to a function at once.
inline constexpr size_t kEventBytesMax = 6u << 20;
// What `records` need in an event: it stays within kEventBytesMax if their bytes do.
size_t event_bytes(const StreamRecord& record);
std::string event_text(const RecordOrigin& origin, std::span<const StreamRecord> records,
                       const std::optional<WindowView>& window);

enum class Condition { retries_exhausted, record_age_exceeded };

// The document about a batch that was given up. `event` goes with it as its payload.
struct GivenUp {
  Condition condition;
  std::string request_id, function_arn, stream_arn;
  int invocations = 0;
  Timestamp time{};
};
std::string given_up_text(const GivenUp& given_up, const RecordOrigin& origin, std::span<const StreamRecord> records,
                          const std::string& event);

// True if sequence number `left` lies behind `right`; the empty one lies before every other.
bool later(std::string_view left, std::string_view right);

}  // namespace standpipe::lambda
