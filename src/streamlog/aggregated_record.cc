#include "streamlog/aggregated_record.h"

#include <cstdint>

#include "base/digest.h"

namespace standpipe {
namespace {

constexpr std::string_view kMark = "\xF3\x89\x9A\xC2";
constexpr size_t kSumBytes = 16;
constexpr size_t kRecordsMax = 100'000;

// A protobuf message, field by field.
class Message {
 public:
  explicit Message(std::string_view bytes) : rest_(bytes) {}

  struct Field {
    uint64_t number = 0;
    uint64_t value = 0;            // of numbers
    std::string_view bytes = {};   // of strings, bytes and messages
    bool is_bytes = false;
  };
  // nullopt: the end, or something unreadable; `good` tells which.
  std::optional<Field> next() {
    if (rest_.empty() || !good_) return std::nullopt;
    Field field;
    const uint64_t tag = varint();
    field.number = tag >> 3;
    switch (tag & 7) {
      case 0: field.value = varint(); break;
      case 1: take(8); break;
      case 2:
        field.bytes = take(varint());
        field.is_bytes = true;
        break;
      case 5: take(4); break;
      default: good_ = false;
    }
    if (field.number == 0) good_ = false;
    return good_ ? std::optional(field) : std::nullopt;
  }
  bool good() const { return good_; }

 private:
  uint64_t varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::string_view byte = take(1);
      if (byte.empty()) return 0;
      value |= static_cast<uint64_t>(byte[0] & 0x7f) << shift;
      if ((byte[0] & 0x80) == 0) return value;
    }
    good_ = false;
    return 0;
  }
  std::string_view take(uint64_t count) {
    if (count > rest_.size()) good_ = false;
    if (!good_) return {};
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  bool good_ = true;
};

struct KeyedData {
  uint64_t key;  // index into the aggregate's partition keys
  std::string_view data;
};

// One packed record; nullopt if it lacks what it must have.
std::optional<KeyedData> read_packed(std::string_view record) {
  constexpr uint64_t kKeyIndex = 1, kData = 3;
  Message message(record);
  std::optional<std::string_view> data;
  std::optional<uint64_t> key;
  while (const auto field = message.next()) {
    if (field->number == kKeyIndex && !field->is_bytes) key = field->value;
    if (field->number == kData && field->is_bytes) data = field->bytes;
  }
  if (!message.good() || !key || !data) return std::nullopt;
  return KeyedData{*key, *data};
}

}  // namespace

std::optional<std::vector<PackedRecord>> deaggregate(std::string_view record) {
  constexpr uint64_t kPartitionKeys = 1, kRecords = 3;
  if (!record.starts_with(kMark) || record.size() < kMark.size() + kSumBytes) return std::nullopt;
  const std::string_view body = record.substr(kMark.size(), record.size() - kMark.size() - kSumBytes);
  if (md5(body) != record.substr(record.size() - kSumBytes)) return std::nullopt;
  std::vector<std::string_view> keys;
  std::vector<KeyedData> packed;
  Message message(body);
  while (const auto field = message.next()) {
    if (field->number == kPartitionKeys && field->is_bytes) keys.push_back(field->bytes);
    if (field->number != kRecords || !field->is_bytes) continue;
    const auto one = read_packed(field->bytes);
    if (!one || packed.size() == kRecordsMax) return std::nullopt;
    packed.push_back(*one);
  }
  if (!message.good()) return std::nullopt;
  std::vector<PackedRecord> found;
  for (const KeyedData& one : packed) {
    if (one.key >= keys.size()) return std::nullopt;
    found.push_back({keys[one.key], one.data});
  }
  return found;
}

}  // namespace standpipe
