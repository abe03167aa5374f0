// GetLogEvents: a stream forwards or backwards. Tokens are positions: "f/<digits>" continues after that event,
// "b/<digits>" before it; at the end a token leads to itself.
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "services/logs/logs.h"

namespace standpipe::logs {
namespace {

constexpr size_t kEventsMax = 10'000;
constexpr size_t kResponseBytesMax = 1 << 20;

// 56 digits, as on AWS: time, sequence, index, and zeros before them.
std::string print_position(char direction, const Position& position) {
  return fmt::format("{}/{:026}{:013}{:012}{:05}", direction, 0, position.time_ms, position.sequence, position.index);
}

struct PositionToken {
  char direction;
  Position position;
};

PositionToken read_position(const std::string& token) {
  const auto invalid = [] { return InvalidParameterException("The specified nextToken is invalid."); };
  const size_t digits = 26 + 13 + 12 + 5;
  if (token.size() < digits + 2 || (token[0] != 'f' && token[0] != 'b') || token[1] != '/') throw invalid();
  const std::string_view text = std::string_view(token).substr(2);
  const auto time = parse_int(text.substr(26, 13));
  const auto sequence = parse_int(text.substr(39, 12));
  const auto index = parse_int(text.substr(51, 5));
  if (!time || !sequence || !index || *time < 0 || *sequence < 0 || *index < 0) throw invalid();
  return {token[0], {*time, *sequence, *index}};
}

OutputLogEvent describe(StoredEvent&& event) {
  OutputLogEvent output;
  output.timestamp = event.position.time_ms;
  output.ingestion_time = event.ingestion_ms;
  output.message = std::move(event.message);
  return output;
}

// What a page may still hold.
struct Room {
  size_t events, bytes = 0;
  bool take(const StoredEvent& event) {
    if (events == 0) return false;
    bytes += event.message.size() + kEventOverheadBytes;
    // One event always fits, or a reader would never get past it.
    if (bytes > kResponseBytesMax && bytes > event.message.size() + kEventOverheadBytes) return false;
    --events;
    return true;
  }
};

struct Range {
  int64_t begin_ms, end_ms;  // [begin, end)
  bool contains(int64_t time_ms) const { return time_ms >= begin_ms && time_ms < end_ms; }
};

std::vector<StoredEvent> read_forward(const EventStore& store, const std::string& stream_id, const Range& range,
                                      const Position& after, Room room) {
  std::vector<StoredEvent> page;
  auto second = store.next_second(stream_id, second_of(std::max(range.begin_ms, after.time_ms)));
  while (second && *second * 1000 < range.end_ms) {
    for (StoredEvent& event : store.read(stream_id, *second)) {
      if (!range.contains(event.position.time_ms) || event.position <= after) continue;
      if (!room.take(event)) return page;
      page.push_back(std::move(event));
    }
    second = store.next_second(stream_id, *second + 1);
  }
  return page;
}

// The last events before `before`, in order of time.
std::vector<StoredEvent> read_backward(const EventStore& store, const std::string& stream_id, const Range& range,
                                       const Position& before, Room room) {
  std::vector<StoredEvent> page;
  auto second = store.previous_second(stream_id, second_of(std::min(range.end_ms, before.time_ms)));
  bool full = false;
  while (second && !full && (*second + 1) * 1000 > range.begin_ms) {
    std::vector<StoredEvent> events = store.read(stream_id, *second);
    for (auto event = events.rbegin(); event != events.rend() && !full; ++event) {
      if (!range.contains(event->position.time_ms) || event->position >= before) continue;
      full = !room.take(*event);
      if (!full) page.push_back(std::move(*event));
    }
    second = *second == 0 ? std::nullopt : store.previous_second(stream_id, *second - 1);
  }
  std::reverse(page.begin(), page.end());
  return page;
}

}  // namespace

GetLogEventsOutput Logs::get_log_events(const aws::Request& request, const GetLogEventsInput& input) {
  if (input.unmask.value_or(false)) throw InvalidParameterException("unmask isn't supported: nothing is masked.");
  const Place place(request);
  const StoredGroup stored_group = group(place, choose_group(input.log_group_name, input.log_group_identifier));
  const StoredStream stored = stream(place, stored_group, input.log_stream_name);
  const EventStore store(metadata_, place);
  const Range range{std::max(input.start_time.value_or(0), stored_group.expired_before_ms(now_ms())),
                    input.end_time.value_or(INT64_MAX / 2)};
  const Room room{static_cast<size_t>(input.limit.value_or(kEventsMax))};
  // Nothing found and no token: both directions go on from the range's beginning.
  Position here{std::max<int64_t>(range.begin_ms, 0), 0, 0};
  std::vector<StoredEvent> page;
  if (input.next_token) {
    const PositionToken token = read_position(*input.next_token);
    here = token.position;
    page = token.direction == 'f' ? read_forward(store, stored.id, range, here, room)
                                  : read_backward(store, stored.id, range, here, room);
  } else if (input.start_from_head.value_or(false)) {
    page = read_forward(store, stored.id, range, Position{0, 0, 0}, room);
  } else {
    page = read_backward(store, stored.id, range, Position{INT64_MAX, 0, 0}, room);
  }
  GetLogEventsOutput output{.events = {{}}};
  output.next_forward_token = print_position('f', page.empty() ? here : page.back().position);
  output.next_backward_token = print_position('b', page.empty() ? here : page.front().position);
  for (StoredEvent& event : page) output.events->push_back(describe(std::move(event)));
  return output;
}

}  // namespace standpipe::logs
