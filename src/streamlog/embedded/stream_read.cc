// Reading records of a shard out of the stream's log.
#include <algorithm>
#include <optional>
#include <utility>

#include "streamlog/embedded/stream.h"

namespace standpipe {
namespace {

// Reading over as much is cheaper than beginning anew elsewhere.
constexpr uint64_t kSkipMax = 256u << 10;

// Where a shard's records of one append are.
struct FoundGroup {
  RecordGroup group;
  Timestamp arrival;
  uint64_t offset;
  LogChunk chunk;
  Position end() const { return group.first + group.count; }
};

// Groups are in the order of shards, so most of them need not be looked at.
std::optional<FoundGroup> find_group(const LoggedEntry& entry, ShardNumber shard) {
  const auto decoded = decode_head(entry.bytes);
  const auto* records = std::get_if<Records>(&decoded);
  if (records == nullptr || records->groups() != entry.chunks()) return std::nullopt;
  size_t low = 0, high = records->groups();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (records->group(middle).shard < shard) low = middle + 1;
    else high = middle;
  }
  if (low == records->groups() || records->group(low).shard != shard) return std::nullopt;
  uint64_t offset = entry.body_offset;
  for (size_t i = 0; i < low; ++i) offset += entry.chunk(i).bytes;
  return FoundGroup{records->group(low), records->arrival, offset, entry.chunk(low)};
}

// Records collected for a LogBatch, and what keeps their bytes.
class Collected {
 public:
  explicit Collected(ReadLimits limits) : limits_(limits) {}

  // False: it is too much.
  bool add(const LogRecord& record) {
    const size_t size = record.partition_key.size() + record.data.size();
    if (records_.size() >= limits_.records_max) return false;
    if (!records_.empty() && bytes_ + size > limits_.bytes_max) return false;
    bytes_ += size;
    records_.push_back(record);
    return true;
  }
  void keep(std::shared_ptr<const void> keeper) {
    if (keepers_.empty() || keepers_.back() != keeper) keepers_.push_back(std::move(keeper));
  }
  void give(LogBatch& batch) {
    batch.records = std::move(records_);
    batch.keeper = std::make_shared<const std::vector<std::shared_ptr<const void>>>(std::move(keepers_));
  }

 private:
  const ReadLimits limits_;
  std::vector<LogRecord> records_;
  std::vector<std::shared_ptr<const void>> keepers_;
  size_t bytes_ = 0;
};

}  // namespace

std::optional<ShardIndex::Span> EmbeddedStream::span_of(ShardNumber number, Position position) {
  const std::lock_guard lock(mutex_);
  return shard(number).index.find(position);
}

// Visits where the shard's records in [from, end) are, until `visit` answers false; it moves the position on. Answers
// the position to go on at.
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
      const auto found = find_group(entry, number);
      if (!found || found->end() <= position) continue;
      position = std::max(position, found->group.first);
      if (position >= end) break;
      if (visit(*reader, entry, *found, position)) continue;
      remember(number, position, entry.batch);
      return position;
    }
  }
  if (reader) remember(number, position, entry.batch);
  return std::min(position, end);
}

void EmbeddedStream::remember(ShardNumber number, Position position, LogPlace place) {
  const std::lock_guard lock(mutex_);
  shard(number).index.remember(position, place);
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
  Collected collected(limits);
  const auto take = [&](AppendLog::Reader& reader, const LoggedEntry& entry, const FoundGroup& found,
                        Position& position) {
    auto rest = reader.chunk(entry, found.offset, found.chunk);
    if (rest) collected.keep(reader.keeper());
    for (Position at = found.group.first; rest && at < found.end(); ++at) {
      const LogRecord record = take_record(*rest, at, found.arrival);
      if (at < position) continue;
      if (!collected.add(record)) return false;
      position = at + 1;
    }
    position = found.end();
    return true;
  };
  batch.next = walk(number, batch.next, batch.end, take);
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
  const auto pass = [&](AppendLog::Reader&, const LoggedEntry&, const FoundGroup& found, Position& at) {
    if (found.arrival >= time) return false;
    at = found.end();
    return true;
  };
  return walk(number, position, end, pass);
}

}  // namespace standpipe
