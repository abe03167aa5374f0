// Events of log streams as documents in metadata: each holds the events of one PutLogEvents that fall into the same
// second,
//
//   …/event/<stream id>/at/<second>/<sequence>   {"i": ingestion ms, "e": [[ms, "message"], …]}
//   …/event/<stream id>/up/<second>              there are events in this second: walked forwards
//   …/event/<stream id>/down/<inverted second>   the same, walked backwards (a scan only goes up)
//
// so that events come out in order of time although batches may overlap, a batch costs one commit, and reading holds
// one second of a stream in memory. Thread-safe (it is as stateless as its functions look).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metadata/metadata.h"
#include "services/logs/stored.h"

namespace standpipe::logs {

// Where an event stands in its stream. Sequence numbers begin at 1.
struct Position {
  int64_t time_ms = 0;
  int64_t sequence = 0;
  int64_t index = 0;
  auto operator<=>(const Position&) const = default;
};

struct StoredEvent {
  Position position;
  int64_t ingestion_ms = 0;
  std::string message;
};

// What an event counts for limits and storedBytes.
inline constexpr int64_t kEventOverheadBytes = 26;

class EventStore {
 public:
  EventStore(Metadata& metadata, const Place& place) : metadata_(metadata), prefix_(place.prefix() + "event/") {}

  // One document of a batch, made outside of the transaction that puts it.
  struct Chunk {
    int64_t second = 0;
    std::string value;
  };
  // Cuts off and prints a second's worth of events. `events` are in order of time.
  template <class Events>
  static std::vector<Chunk> cut(const Events& events, size_t begin, size_t end, int64_t ingestion_ms);
  void put(MetadataTransaction& transaction, const std::string& stream_id, int64_t sequence,
           const std::vector<Chunk>& chunks) const;

  // Seconds with events: the first one ≥ `from`, the last one ≤ `from`.
  std::optional<int64_t> next_second(const std::string& stream_id, int64_t from) const;
  std::optional<int64_t> previous_second(const std::string& stream_id, int64_t from) const;
  // All events of a second, in order.
  std::vector<StoredEvent> read(const std::string& stream_id, int64_t second) const;

  // Removes whole seconds before `second`, at most `documents_max` documents; answers the bytes of the events removed
  // and whether all is done.
  struct Removed {
    int64_t bytes = 0;
    bool complete = true;
  };
  Removed remove_before(MetadataTransaction& transaction, const std::string& stream_id, int64_t second,
                        size_t documents_max) const;

 private:
  struct Writer {  // prints one chunk
    explicit Writer(int64_t ingestion_ms);
    void add(int64_t time_ms, const std::string& message);
    std::string finish();
    std::string text;
    bool first = true;
  };
  std::string stream(const std::string& stream_id) const { return prefix_ + stream_id; }

  Metadata& metadata_;
  std::string prefix_;
};

// Times before 1970 do not occur: the model asks for a minimum of 0.
inline int64_t second_of(int64_t time_ms) { return time_ms / 1000; }

template <class Events>
std::vector<EventStore::Chunk> EventStore::cut(const Events& events, size_t begin, size_t end, int64_t ingestion_ms) {
  std::vector<Chunk> chunks;
  for (size_t at = begin; at < end;) {
    const int64_t second = second_of(events[at].timestamp);
    Writer writer(ingestion_ms);
    for (; at < end && second_of(events[at].timestamp) == second; ++at) {
      writer.add(events[at].timestamp, events[at].message);
    }
    chunks.push_back({second, writer.finish()});
  }
  return chunks;
}

}  // namespace standpipe::logs
