#include "streamlog/embedded/entry_format.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "storage/corrupt_data.h"
#include "storage/little_endian.h"

namespace standpipe {
namespace {

constexpr uint8_t kRecords = 1, kOpen = 2, kClose = 3;
constexpr size_t kArrivalOffset = 1;
constexpr size_t kGroupPositionOffset = 4;
constexpr size_t kGroupBytesOffset = 16;
constexpr size_t kGroupHeaderBytes = 20;

template <std::unsigned_integral Word>
Word take(std::string_view& bytes) {
  if (bytes.size() < sizeof(Word)) throw CorruptData("a stream log entry ends early");
  const Word word = load<Word>(bytes.data());
  bytes.remove_prefix(sizeof(Word));
  return word;
}

std::string_view take_bytes(std::string_view& bytes, size_t count) {
  if (bytes.size() < count) throw CorruptData("a stream log entry ends early");
  const std::string_view taken = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return taken;
}

void append_record(std::string& into, const LogEntry& entry) {
  check(entry.partition_key.size() <= std::numeric_limits<uint16_t>::max(), "partition key too long");
  check(entry.explicit_hash_key.size() <= std::numeric_limits<uint8_t>::max(), "explicit hash key too long");
  check(entry.data.size() <= std::numeric_limits<uint32_t>::max(), "record too long");
  append_word(into, static_cast<uint16_t>(entry.partition_key.size()));
  append_word(into, static_cast<uint8_t>(entry.explicit_hash_key.size()));
  append_word(into, static_cast<uint32_t>(entry.data.size()));
  into.append(entry.partition_key).append(entry.explicit_hash_key).append(entry.data);
}

std::string encode_control(uint8_t kind, ShardNumber shard) {
  std::string bytes;
  append_word(bytes, kind);
  append_word(bytes, shard);
  return bytes;
}

}  // namespace

RecordsDraft::RecordsDraft(std::span<const LogEntry> entries) {
  std::vector<uint32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](uint32_t index) { return entries[index].shard; });
  size_t size = 0;
  for (const LogEntry& entry : entries) size += entry.data.size() + entry.partition_key.size() + 50;
  bytes_.reserve(size + kGroupHeaderBytes);
  append_word(bytes_, kRecords);
  append_word(bytes_, uint64_t{0});
  append_word(bytes_, uint32_t{0});
  for (size_t at = 0; at < order.size();) {
    Group group{entries[order[at]].shard, 0, bytes_.size(), {}};
    append_word(bytes_, group.shard);
    append_word(bytes_, uint64_t{0});
    append_word(bytes_, uint32_t{0});
    append_word(bytes_, uint32_t{0});
    for (; at < order.size() && entries[order[at]].shard == group.shard; ++at) {
      append_record(bytes_, entries[order[at]]);
      group.order.push_back(order[at]);
    }
    group.count = static_cast<uint32_t>(group.order.size());
    const size_t bytes = bytes_.size() - group.offset - kGroupHeaderBytes;
    check(bytes <= std::numeric_limits<uint32_t>::max(), "append too large");
    store(&bytes_[group.offset + kGroupPositionOffset + 8], group.count);
    store(&bytes_[group.offset + kGroupBytesOffset], static_cast<uint32_t>(bytes));
    groups_.push_back(std::move(group));
  }
  store(&bytes_[kArrivalOffset + 8], static_cast<uint32_t>(groups_.size()));
}

void RecordsDraft::finish(char* written, Timestamp arrival, std::span<const Position> positions) const {
  store(written + kArrivalOffset, static_cast<uint64_t>(epoch_ms(arrival)));
  for (size_t i = 0; i < groups_.size(); ++i) store(written + groups_[i].offset + kGroupPositionOffset, positions[i]);
}

std::string encode_open(ShardNumber shard) { return encode_control(kOpen, shard); }
std::string encode_close(ShardNumber shard) { return encode_control(kClose, shard); }

std::variant<Records, ShardOpened, ShardClosing> decode_entry(std::string_view bytes) {
  const auto kind = take<uint8_t>(bytes);
  if (kind == kOpen) return ShardOpened{take<uint32_t>(bytes)};
  if (kind == kClose) return ShardClosing{take<uint32_t>(bytes)};
  if (kind != kRecords) throw CorruptData("a stream log entry is of unknown kind " + std::to_string(kind));
  Records records;
  records.arrival = from_epoch_ms(static_cast<int64_t>(take<uint64_t>(bytes)));
  for (auto left = take<uint32_t>(bytes); left > 0; --left) {
    RecordGroup group{};
    group.shard = take<uint32_t>(bytes);
    group.first = take<uint64_t>(bytes);
    group.count = take<uint32_t>(bytes);
    const auto size = take<uint32_t>(bytes);
    group.bytes = take_bytes(bytes, size);
    records.groups.push_back(group);
  }
  return records;
}

LogRecord take_record(std::string_view& bytes, Position position, Timestamp arrival) {
  LogRecord record{position, arrival, {}, {}, {}};
  const auto key = take<uint16_t>(bytes);
  const auto hash = take<uint8_t>(bytes);
  const auto data = take<uint32_t>(bytes);
  record.partition_key = take_bytes(bytes, key);
  record.explicit_hash_key = take_bytes(bytes, hash);
  record.data = take_bytes(bytes, data);
  return record;
}

}  // namespace standpipe
