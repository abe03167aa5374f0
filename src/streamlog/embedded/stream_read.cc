// Reading records of a shard out of the stream's log.
#include <algorithm>
#include <optional>

#include "streamlog/embedded/stream.h"

namespace standpipe {
namespace {

// Reading over as much is cheaper than beginning anew elsewhere.
constexpr uint64_t kSkipMax = 256u << 10;

// Records collected for a LogBatch. Their bytes are copied together; the views are made when no more are added.
class Collected {
 public:
  size_t count() const { return records_.size(); }
  size_t bytes() const { return bytes_.size(); }
  void add(const LogRecord& record) {
    records_.push_back(record);
    bytes_.append(record.partition_key).append(record.explicit_hash_key).append(record.data);
  }
  void give(LogBatch& batch) {
    const auto keeper = std::make_shared<const std::string>(std::move(bytes_));
    const char* at = keeper->data();
    for (LogRecord& record : records_) {
      for (std::string_view* field : {&record.partition_key, &record.explicit_hash_key, &record.data}) {
        *field = {at, field->size()};
        at += field->size();
      }
    }
    batch.records = std::move(records_);
    batch.keeper = keeper;
  }

 private:
  std::vector<LogRecord> records_;
  std::string bytes_;
};

}  // namespace

std::optional<ShardIndex::Span> EmbeddedStream::span_of(ShardNumber number, Position position) {
  const std::lock_guard lock(mutex_);
  return shard(number).index.find(position);
}

// Visits the shard's records in [from, end) until `visit` answers false. Answers the position to go on at.
template <class Visit>
Position EmbeddedStream::walk(ShardNumber number, Position from, Position end, const Visit& visit) {
  std::optional<AppendLog::Reader> reader;
  LoggedEntry entry;
  Position position = from;
  while (position < end) {
    const auto span = span_of(number, position);
    if (!span) return end;
    const bool ahead = span->place.segment == entry.batch.segment && span->place.offset < entry.batch.offset + kSkipMax;
    if (!reader || !ahead) reader.emplace(*log_, span->place);
    while (position < std::min(span->end, end)) {
      // Without another entry, the rest of the span was damaged.
      if (!reader->next(entry)) {
        position = std::min(span->end, end);
        break;
      }
      const auto decoded = decode_entry(entry.bytes);
      const auto* records = std::get_if<Records>(&decoded);
      if (records == nullptr) continue;
      for (const RecordGroup& group : records->groups) {
        if (group.shard != number || group.first + group.count <= position) continue;
        std::string_view rest = group.bytes;
        for (Position at = group.first; at < group.first + group.count; ++at) {
          const LogRecord record = take_record(rest, at, records->arrival);
          if (at < position) continue;
          if (at >= end) return end;
          if (!visit(record)) return at;
          position = at + 1;
        }
      }
    }
  }
  return position;
}

LogBatch EmbeddedStream::read(ShardNumber number, Position from, ReadLimits limits) {
  LogBatch batch{};
  {
    const std::lock_guard lock(mutex_);
    const Shard& target = shard(number);
    batch.next = std::max(from, oldest(target));
    batch.end = target.next;
    batch.end_time = target.last_arrival;
  }
  Collected collected;
  batch.next = walk(number, batch.next, batch.end, [&](const LogRecord& record) {
    const size_t size = record.partition_key.size() + record.data.size();
    if (collected.count() >= limits.records_max) return false;
    if (collected.count() > 0 && collected.bytes() + size > limits.bytes_max) return false;
    collected.add(record);
    return true;
  });
  collected.give(batch);
  return batch;
}

Position EmbeddedStream::find_time(ShardNumber number, Timestamp time) {
  Position position = 0, end = 0;
  {
    const std::lock_guard lock(mutex_);
    const Shard& target = shard(number);
    end = target.next;
    if (target.last_arrival < time) return end;
    position = std::max(oldest(target), target.index.before(time).value_or(0));
  }
  return walk(number, position, end, [&](const LogRecord& record) { return record.arrival < time; });
}

}  // namespace standpipe
