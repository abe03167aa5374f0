#include "services/logs/event_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/json.h"

namespace standpipe::logs {
namespace {

constexpr int64_t kSecondMax = 999'999'999'999;  // twelve digits

std::string digits(int64_t number) { return fmt::format("{:012}", std::clamp<int64_t>(number, 0, kSecondMax)); }

int64_t number_of(std::string_view digits) { return parse_int(digits).value_or(0); }

std::string_view last_part(std::string_view key) { return key.substr(key.rfind('/') + 1); }

template <class Visit>
void each_event(std::string_view document, Visit visit) {
  const json::Value value = json::parse(document);
  const int64_t ingestion_ms = value.find("i")->integer();
  for (const json::Value& event : value.find("e")->array()) {
    visit(event.array()[0].integer(), event.array()[1].string(), ingestion_ms);
  }
}

}  // namespace

EventStore::Writer::Writer(int64_t ingestion_ms) : text(fmt::format("{{\"i\":{},\"e\":[", ingestion_ms)) {}

void EventStore::Writer::add(int64_t time_ms, const std::string& message) {
  if (!first) text += ',';
  first = false;
  text += fmt::format("[{},", time_ms);
  json::append_quoted(text, message);
  text += ']';
}

std::string EventStore::Writer::finish() {
  text += "]}";
  return std::move(text);
}

void EventStore::put(MetadataTransaction& transaction, const std::string& stream_id, int64_t sequence,
                     const std::vector<Chunk>& chunks) const {
  for (const Chunk& chunk : chunks) {
    const std::string second = digits(chunk.second);
    transaction.put(stream(stream_id) + "/at/" + second + "/" + digits(sequence), chunk.value);
    const std::string up = stream(stream_id) + "/up/" + second;
    if (transaction.get(up)) continue;
    transaction.put(up, "{}");
    transaction.put(stream(stream_id) + "/down/" + digits(kSecondMax - chunk.second), "{}");
  }
}

std::optional<int64_t> EventStore::next_second(const std::string& stream_id, int64_t from) const {
  const std::string prefix = stream(stream_id) + "/up/";
  const auto found = metadata_.scan(prefix, from > 0 ? prefix + digits(from - 1) : std::string(), 1);
  if (found.empty()) return std::nullopt;
  return number_of(last_part(found.front().key));
}

std::optional<int64_t> EventStore::previous_second(const std::string& stream_id, int64_t from) const {
  if (from < 0) return std::nullopt;
  const std::string prefix = stream(stream_id) + "/down/";
  const int64_t inverted = kSecondMax - std::min(from, kSecondMax);
  const auto found = metadata_.scan(prefix, inverted > 0 ? prefix + digits(inverted - 1) : std::string(), 1);
  if (found.empty()) return std::nullopt;
  return kSecondMax - number_of(last_part(found.front().key));
}

std::vector<StoredEvent> EventStore::read(const std::string& stream_id, int64_t second) const {
  std::vector<StoredEvent> events;
  for (const Document& document : metadata_.scan(stream(stream_id) + "/at/" + digits(second) + "/")) {
    const int64_t sequence = number_of(last_part(document.key));
    int64_t index = 0;
    each_event(document.value, [&](int64_t time_ms, const std::string& message, int64_t ingestion_ms) {
      events.push_back({{time_ms, sequence, index++}, ingestion_ms, message});
    });
  }
  std::sort(events.begin(), events.end(),
            [](const StoredEvent& left, const StoredEvent& right) { return left.position < right.position; });
  return events;
}

EventStore::Removed EventStore::remove_before(MetadataTransaction& transaction, const std::string& stream_id,
                                              int64_t second, size_t documents_max) const {
  Removed removed;
  const std::string prefix = stream(stream_id) + "/up/";
  size_t documents = 0;
  for (const Document& up : transaction.scan(prefix, {}, documents_max)) {
    const int64_t this_second = number_of(last_part(up.key));
    if (this_second >= second) return removed;
    // A second may hold more documents than fit: it stays listed until its last one has gone.
    const auto events = transaction.scan(stream(stream_id) + "/at/" + digits(this_second) + "/", {}, documents_max);
    for (const Document& document : events) {
      if (documents++ == documents_max) break;
      each_event(document.value, [&](int64_t, const std::string& message, int64_t) {
        removed.bytes += static_cast<int64_t>(message.size()) + kEventOverheadBytes;
      });
      transaction.remove(document.key);
    }
    if (documents >= documents_max) {
      removed.complete = false;
      return removed;
    }
    transaction.remove(up.key);
    transaction.remove(stream(stream_id) + "/down/" + digits(kSecondMax - this_second));
    documents += 2;
  }
  removed.complete = documents == 0 || transaction.scan(prefix, {}, 1).empty();
  return removed;
}

}  // namespace standpipe::logs
