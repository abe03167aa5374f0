// FilterLogEvents: the streams of a group merged by time, second by second, through a filter pattern. A call looks at a
// bounded number of bytes; its token is the last event looked at, so a page may be empty and still not be the last.
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/digest.h"
#include "services/logs/filter_pattern.h"
#include "services/logs/logs.h"

namespace standpipe::logs {
namespace {

constexpr size_t kEventsMax = 10'000;
constexpr size_t kResponseBytesMax = 1 << 20;
constexpr size_t kScannedBytesMax = 64 << 20;
constexpr size_t kStreamsMax = 10'000;

// A stream that takes part, and its next second with events.
struct Source {
  std::string id, name;
  std::optional<int64_t> second;
};

struct MergedEvent {
  const Source* source;
  StoredEvent event;
  // The order of all events of a group.
  std::tuple<int64_t, std::string_view, int64_t, int64_t> order() const {
    return {event.position.time_ms, source->id, event.position.sequence, event.position.index};
  }
};

// "<ms>:<stream id>:<sequence>:<index>"
struct Mark {
  int64_t time_ms = -1;
  std::string stream_id;
  int64_t sequence = 0, index = 0;
  std::tuple<int64_t, std::string_view, int64_t, int64_t> order() const {
    return {time_ms, stream_id, sequence, index};
  }
};

Mark read_mark(const std::string& token) {
  if (token.empty()) return {};
  const std::vector<std::string> parts = split(token, ':');
  const auto number = [&](size_t at) {
    const auto value = parts.size() == 4 ? parse_int(parts[at]) : std::nullopt;
    if (!value) throw InvalidParameterException("The specified nextToken is invalid.");
    return *value;
  };
  return {number(0), parts[1], number(2), number(3)};
}

std::string print_mark(const MergedEvent& event) {
  const Position& at = event.event.position;
  return fmt::format("{}:{}:{}:{}", at.time_ms, event.source->id, at.sequence, at.index);
}

FilteredLogEvent describe(const MergedEvent& merged) {
  FilteredLogEvent output;
  output.log_stream_name = merged.source->name;
  output.timestamp = merged.event.position.time_ms;
  output.message = merged.event.message;
  output.ingestion_time = merged.event.ingestion_ms;
  const Position& at = merged.event.position;
  output.event_id =
      fmt::format("{:013}{:026}{:012}{:05}", at.time_ms, crc64_nvme(merged.source->id), at.sequence, at.index);
  return output;
}

FilterPattern parse_pattern(const std::optional<std::string>& text) {
  try {
    return FilterPattern::parse(text.value_or(""));
  } catch (const InvalidPattern& invalid) {
    throw InvalidParameterException(invalid.what());
  }
}

void check(const FilterLogEventsInput& input) {
  if (input.unmask.value_or(false)) throw InvalidParameterException("unmask isn't supported: nothing is masked.");
  if (!input.start_from_head.value_or(true)) throw InvalidParameterException("startFromHead=false isn't supported.");
  if (input.log_stream_names && input.log_stream_name_prefix) {
    throw InvalidParameterException("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.");
  }
  if (input.start_time && input.end_time && *input.start_time > *input.end_time) {
    throw InvalidParameterException("End time should not be less than start time.");
  }
}

// Merges the sources' events of one second after `mark`.
std::vector<MergedEvent> merge_second(const EventStore& store, std::vector<Source>& sources, int64_t second,
                                      const Mark& mark) {
  std::vector<MergedEvent> merged;
  for (Source& source : sources) {
    if (source.second != second) continue;
    for (StoredEvent& event : store.read(source.id, second)) {
      MergedEvent next{&source, std::move(event)};
      if (mark.order() < next.order()) merged.push_back(std::move(next));
    }
    source.second = store.next_second(source.id, second + 1);
  }
  std::sort(merged.begin(), merged.end(),
            [](const MergedEvent& left, const MergedEvent& right) { return left.order() < right.order(); });
  return merged;
}

std::optional<int64_t> earliest(const std::vector<Source>& sources) {
  std::optional<int64_t> second;
  for (const Source& source : sources) {
    if (source.second && (!second || *source.second < *second)) second = source.second;
  }
  return second;
}

class Page {
 public:
  explicit Page(size_t limit) : limit_(limit) {}
  // False: this event does not fit any more; the page ends before it.
  bool look_at(const MergedEvent& event, const FilterPattern& pattern, FilterLogEventsOutput& output) {
    scanned_ += event.event.message.size() + kEventOverheadBytes;
    if (pattern.matches(event.event.message)) {
      bytes_ += event.event.message.size() + kEventOverheadBytes;
      if (output.events->size() == limit_ || (bytes_ > kResponseBytesMax && !output.events->empty())) return false;
      output.events->push_back(describe(event));
    }
    mark_ = print_mark(event);
    return true;
  }
  bool scanned_enough() const { return scanned_ > kScannedBytesMax; }
  const std::string& mark() const { return mark_; }

 private:
  size_t limit_, bytes_ = 0, scanned_ = 0;
  std::string mark_;
};

}  // namespace

FilterLogEventsOutput Logs::filter_log_events(const aws::Request& request, const FilterLogEventsInput& input) {
  check(input);
  const Place place(request);
  const FilterPattern pattern = parse_pattern(input.filter_pattern);
  const StoredGroup stored_group = group(place, choose_group(input.log_group_name, input.log_group_identifier));
  const int64_t begin_ms =
      std::max({input.start_time.value_or(0), stored_group.expired_before_ms(now_ms()), int64_t{0}});
  // Unlike GetLogEvents', this end is inclusive.
  const int64_t end_ms = input.end_time.value_or(INT64_MAX / 2);
  const Mark mark = read_mark(read_token(input.next_token));
  const EventStore store(metadata_, place);
  FilterLogEventsOutput output{.events = {{}}, .searched_log_streams = {{}}};

  std::vector<Source> sources;
  const auto add_source = [&](const StoredStream& stored) {
    if (!stored.last_event_ms || *stored.last_event_ms < begin_ms || *stored.first_event_ms > end_ms) return;
    if (sources.size() == kStreamsMax) {
      throw InvalidParameterException("More than 10000 log streams match: narrow the search by name or time.");
    }
    sources.push_back({stored.id, stored.name,
                       store.next_second(stored.id, second_of(std::max({begin_ms, mark.time_ms, int64_t{0}})))});
  };
  if (input.log_stream_names) {
    for (const std::string& name : *input.log_stream_names) add_source(stream(place, stored_group, name));
  } else {
    const std::string prefix = place.stream_prefix(stored_group.id) + input.log_stream_name_prefix.value_or("");
    for (const Document& document : metadata_.scan(prefix)) add_source(parse_stream(document.value));
  }

  Page page(static_cast<size_t>(input.limit.value_or(kEventsMax)));
  for (auto second = earliest(sources); second && *second * 1000 <= end_ms; second = earliest(sources)) {
    if (!page.mark().empty() && (page.scanned_enough() || request.deadline.passed())) {
      output.next_token = print_token(page.mark());
      return output;
    }
    for (const MergedEvent& event : merge_second(store, sources, *second, mark)) {
      const int64_t time_ms = event.event.position.time_ms;
      if (time_ms < begin_ms || time_ms > end_ms) continue;
      if (page.look_at(event, pattern, output)) continue;
      output.next_token = print_token(page.mark());
      return output;
    }
  }
  return output;
}

}  // namespace standpipe::logs
