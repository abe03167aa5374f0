// Reading records of a shard out of the stream's log.
#include <algorithm>

#include "streamlog/embedded/stream.h"

namespace standpipe {
namespace {

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

// Visits the shard's records in [from, end) from the span's place on until `visit` answers false or the span ends.
// Answers the position to go on at: `end` when nothing more can come.
template <class Visit>
Position EmbeddedStream::walk(ShardNumber number, const ShardIndex::Span& span, Position from, Position end,
                              const Visit& visit) const {
  AppendLog::Reader reader(*log_, span.place);
  LoggedEntry entry;
  Position position = from;
  while (position < std::min(span.end, end) && reader.next(entry)) {
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
  // Positions between here and the next index item, if any, were damaged.
  return std::max(position, std::min(span.end, end));
}

LogBatch EmbeddedStream::read(ShardNumber number, Position from, ReadLimits limits) {
  LogBatch batch{};
  Collected collected;
  bool full = false;
  batch.next = from;
  while (true) {
    ShardIndex::Span span{};
    {
      const std::lock_guard lock(mutex_);
      const Shard& target = shard(number);
      if (collected.count() == 0) batch.next = std::max(batch.next, oldest(target));
      batch.end = target.next;
      batch.end_time = target.last_arrival;
      const auto found = target.index.find(batch.next);
      if (full || batch.next >= batch.end || !found) break;
      span = *found;
    }
    batch.next = walk(number, span, batch.next, batch.end, [&](const LogRecord& record) {
      const size_t size = record.partition_key.size() + record.data.size();
      full = collected.count() >= limits.records_max ||
             (collected.count() > 0 && collected.bytes() + size > limits.bytes_max);
      if (!full) collected.add(record);
      return !full;
    });
  }
  collected.give(batch);
  return batch;
}

Position EmbeddedStream::find_time(ShardNumber number, Timestamp time) {
  Position position = 0;
  while (true) {
    ShardIndex::Span span{};
    Position end = 0;
    {
      const std::lock_guard lock(mutex_);
      const Shard& target = shard(number);
      if (target.last_arrival < time) return target.next;
      position = std::max({position, oldest(target), target.index.before(time).value_or(0)});
      end = target.next;
      const auto found = target.index.find(position);
      if (position >= end || !found) return end;
      span = *found;
    }
    bool reached = false;
    position = walk(number, span, position, end, [&](const LogRecord& record) {
      reached = record.arrival >= time;
      return !reached;
    });
    if (reached) return position;
  }
}

}  // namespace standpipe
