#include "streamlog/embedded/entry_format.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "storage/checksum.h"
#include "storage/corrupt_data.h"
#include "storage/little_endian.h"

namespace standpipe {
namespace {

constexpr uint8_t kRecords = 1, kOpen = 2, kClose = 3;
constexpr size_t kRecordHeaderBytes = 7;
constexpr size_t kGroupRowBytes = 16;
constexpr size_t kPositionOffset = 4, kCountOffset = 12;  // in a group's row

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

// Writes the record at `at`; answers where it ends.
char* write_record(char* at, const LogEntry& entry) {
  store(at, static_cast<uint16_t>(entry.partition_key.size()));
  store(at + 2, static_cast<uint8_t>(entry.explicit_hash_key.size()));
  store(at + 3, static_cast<uint32_t>(entry.data.size()));
  at += kRecordHeaderBytes;
  for (const std::string_view field : {entry.partition_key, entry.explicit_hash_key, entry.data}) {
    if (!field.empty()) std::memcpy(at, field.data(), field.size());
    at += field.size();
  }
  return at;
}

size_t record_bytes(const LogEntry& entry) {
  check(entry.partition_key.size() <= std::numeric_limits<uint16_t>::max(), "partition key too long");
  check(entry.explicit_hash_key.size() <= std::numeric_limits<uint8_t>::max(), "explicit hash key too long");
  check(entry.data.size() <= std::numeric_limits<uint32_t>::max() / 2, "record too long");
  return kRecordHeaderBytes + entry.partition_key.size() + entry.explicit_hash_key.size() + entry.data.size();
}

std::string encode_control(uint8_t kind, ShardNumber shard) {
  std::string bytes;
  append_word(bytes, kind);
  append_word(bytes, shard);
  return bytes;
}

}  // namespace

RecordsDraft::RecordsDraft(std::span<const LogEntry> entries) : order_(entries.size()) {
  std::iota(order_.begin(), order_.end(), 0);
  std::ranges::stable_sort(order_, {}, [&](uint32_t index) { return entries[index].shard; });
  size_t size = 0;
  for (const LogEntry& entry : entries) size += record_bytes(entry);
  // All of it is written below. Not the count that it is handed: that is too large in libstdc++ 12 from 16 to 29 bytes.
  bytes_.resize_and_overwrite(size, [size](char*, size_t) { return size; });
  char* at = bytes_.data();
  for (size_t i = 0; i < order_.size();) {
    Group group{entries[order_[i]].shard, 0};
    const char* const start = at;
    for (; i < order_.size() && entries[order_[i]].shard == group.shard; ++i, ++group.count) {
      at = write_record(at, entries[order_[i]]);
    }
    const auto bytes = static_cast<size_t>(at - start);
    check(bytes <= std::numeric_limits<uint32_t>::max(), "append too large");
    groups_.push_back(group);
    chunks_.push_back({static_cast<uint32_t>(bytes), fast_crc32c({start, bytes})});
  }
}

void RecordsDraft::append_head(std::string& into, Timestamp arrival, std::span<const Position> positions) const {
  append_word(into, kRecords);
  append_word(into, static_cast<uint64_t>(epoch_ms(arrival)));
  append_word(into, static_cast<uint32_t>(groups_.size()));
  for (size_t i = 0; i < groups_.size(); ++i) {
    append_word(into, groups_[i].shard);
    append_word(into, positions[i]);
    append_word(into, groups_[i].count);
  }
}

std::string encode_open(ShardNumber shard) { return encode_control(kOpen, shard); }
std::string encode_close(ShardNumber shard) { return encode_control(kClose, shard); }

std::variant<Records, ShardOpened, ShardClosing> decode_head(std::string_view bytes) {
  const auto kind = take<uint8_t>(bytes);
  if (kind == kOpen) return ShardOpened{take<uint32_t>(bytes)};
  if (kind == kClose) return ShardClosing{take<uint32_t>(bytes)};
  if (kind != kRecords) throw CorruptData("a stream log entry is of unknown kind " + std::to_string(kind));
  const Timestamp arrival = from_epoch_ms(static_cast<int64_t>(take<uint64_t>(bytes)));
  const size_t groups = take<uint32_t>(bytes);
  return Records{arrival, take_bytes(bytes, groups * kGroupRowBytes)};
}

size_t Records::groups() const { return rows.size() / kGroupRowBytes; }

RecordGroup Records::group(size_t number) const {
  const char* row = &rows[number * kGroupRowBytes];
  return {load<uint32_t>(row), load<uint64_t>(row + kPositionOffset), load<uint32_t>(row + kCountOffset)};
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
