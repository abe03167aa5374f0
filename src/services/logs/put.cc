// PutLogEvents: what a batch must be, which of its events are kept.
#include <fmt/format.h>

#include "services/logs/logs.h"

namespace standpipe::logs {
namespace {

constexpr int64_t kBatchBytesMax = 1'048'576;
constexpr int64_t kEventBytesMax = 1'048'576 - kEventOverheadBytes;
constexpr int64_t kHourMs = 3600 * 1000;
constexpr int64_t kDayMs = 24 * kHourMs;

int64_t size_of(const InputLogEvent& event) { return static_cast<int64_t>(event.message.size()) + kEventOverheadBytes; }

void check_batch(const std::vector<InputLogEvent>& events) {
  int64_t bytes = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    if (i > 0 && events[i].timestamp < events[i - 1].timestamp) {
      throw InvalidParameterException("Log events in a single PutLogEvents request must be in chronological order.");
    }
    const auto size = static_cast<int64_t>(events[i].message.size());
    if (size > kEventBytesMax) {
      throw InvalidParameterException(
          fmt::format("Log event too large: {} bytes exceeds limit of {}", size + kEventOverheadBytes, kBatchBytesMax));
    }
    bytes += size_of(events[i]);
  }
  if (bytes > kBatchBytesMax) {
    throw InvalidParameterException(
        fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, kBatchBytesMax));
  }
  if (!events.empty() && events.back().timestamp - events.front().timestamp > kDayMs) {
    throw InvalidParameterException(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
}

// Which events are kept: [begin, end); the others are told in `rejected`.
struct Kept {
  size_t begin = 0, end = 0;
  std::optional<RejectedLogEventsInfo> rejected;
};

Kept choose_events(const std::vector<InputLogEvent>& events, int64_t now_ms, int64_t expired_before_ms) {
  Kept kept{.begin = 0, .end = events.size()};
  RejectedLogEventsInfo rejected;
  const int64_t too_old = now_ms - 14 * kDayMs;
  size_t expired_end = 0;
  size_t old_end = 0;
  while (old_end < events.size() && events[old_end].timestamp < too_old) ++old_end;
  while (expired_end < events.size() && events[expired_end].timestamp < expired_before_ms) ++expired_end;
  while (kept.end > 0 && events[kept.end - 1].timestamp > now_ms + 2 * kHourMs) --kept.end;
  kept.begin = std::min(std::max(old_end, expired_end), kept.end);
  if (old_end > 0) rejected.too_old_log_event_end_index = static_cast<int32_t>(old_end);
  if (expired_end > old_end) rejected.expired_log_event_end_index = static_cast<int32_t>(expired_end);
  if (kept.end < events.size()) rejected.too_new_log_event_start_index = static_cast<int32_t>(kept.end);
  if (old_end > 0 || expired_end > old_end || kept.end < events.size()) kept.rejected = rejected;
  return kept;
}

}  // namespace

PutLogEventsOutput Logs::put_log_events(const aws::Request& request, const PutLogEventsInput& input) {
  const Place place(request);
  // Read before the transaction, so that the batch is printed outside of it.
  const StoredGroup read_group = group(place, input.log_group_name);
  const StoredStream read_stream = stream(place, read_group, input.log_stream_name);
  check_batch(input.log_events);
  const int64_t now = now_ms();
  const Kept kept = choose_events(input.log_events, now, read_group.expired_before_ms(now));
  PutLogEventsOutput output;
  output.rejected_log_events_info = kept.rejected;
  output.next_sequence_token = fmt::format("{:056}", read_stream.next_sequence + 1);
  if (kept.begin == kept.end) return output;

  const auto chunks = EventStore::cut(input.log_events, kept.begin, kept.end, now);
  int64_t bytes = 0;
  for (size_t i = kept.begin; i < kept.end; ++i) bytes += size_of(input.log_events[i]);
  const EventStore events(metadata_, place);
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const std::string group_key = place.group_prefix() + input.log_group_name;
    const auto group_document = transaction.get(group_key);
    if (!group_document) throw no_such_group();
    StoredGroup stored_group = parse_group(group_document->value);
    const std::string stream_key = place.stream_prefix(stored_group.id) + input.log_stream_name;
    const auto stream_document = transaction.get(stream_key);
    if (!stream_document) throw no_such_stream();
    StoredStream stored = parse_stream(stream_document->value);
    events.put(transaction, stored.id, stored.next_sequence, chunks);
    const int64_t first = input.log_events[kept.begin].timestamp;
    const int64_t last = input.log_events[kept.end - 1].timestamp;
    ++stored.next_sequence;
    stored.bytes += bytes;
    stored.first_event_ms = std::min(first, stored.first_event_ms.value_or(first));
    stored.last_event_ms = std::max(last, stored.last_event_ms.value_or(last));
    stored.last_ingestion_ms = now;
    stored_group.bytes += bytes;
    transaction.put(stream_key, print_stream(stored));
    transaction.put(group_key, print_group(stored_group));
  });
  return output;
}

}  // namespace standpipe::logs
