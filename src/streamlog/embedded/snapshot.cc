#include "streamlog/embedded/snapshot.h"

#include "storage/checksum.h"
#include "storage/little_endian.h"

namespace standpipe {
namespace {

constexpr std::string_view kMark{"SPSS\2\0\0\0", 8};
constexpr size_t kItemBytes = 32, kShardBytes = 38, kSegmentBytes = 24;

void append_time(std::string& into, Timestamp time) { append_word(into, static_cast<uint64_t>(epoch_ms(time))); }

// Reads words one after another; what is missing at the end is remembered and reads as zero.
class Words {
 public:
  explicit Words(std::string_view bytes) : bytes_(bytes) {}
  uint64_t word() { return take<uint64_t>(); }
  Timestamp time() { return from_epoch_ms(static_cast<int64_t>(word())); }
  uint8_t byte() { return take<uint8_t>(); }
  bool flag() { return take<uint8_t>() != 0; }
  // A count of things of at least `bytes_each`, which must fit into the rest.
  size_t count(size_t bytes_each) {
    const auto count = take<uint32_t>();
    if (count > bytes_.size() / bytes_each) good_ = false;
    return good_ ? count : 0;
  }
  bool finished() const { return good_ && bytes_.empty(); }

 private:
  template <std::unsigned_integral Word>
  Word take() {
    if (bytes_.size() < sizeof(Word)) {
      good_ = false;
      return 0;
    }
    const Word word = load<Word>(bytes_.data());
    bytes_.remove_prefix(sizeof(Word));
    return word;
  }
  std::string_view bytes_;
  bool good_ = true;
};

ShardSnapshot read_shard(Words& words) {
  ShardSnapshot shard;
  shard.kept = words.word();
  shard.next = words.word();
  shard.closed = words.flag();
  shard.last_arrival = words.time();
  shard.last_sequence = words.word();
  shard.sparser = words.byte();
  shard.items.resize(words.count(kItemBytes));
  for (ShardIndex::Item& item : shard.items) {
    item.position = words.word();
    item.arrival = words.time();
    item.place.segment = words.word();
    item.place.offset = words.word();
  }
  return shard;
}

}  // namespace

std::string encode(const StreamSnapshot& snapshot) {
  std::string bytes(kMark);
  append_word(bytes, snapshot.sequence);
  append_time(bytes, snapshot.arrival);
  append_word(bytes, static_cast<uint32_t>(snapshot.segments.size()));
  for (const auto& [segment, times] : snapshot.segments) {
    append_word(bytes, segment);
    append_time(bytes, times.first);
    append_time(bytes, times.last);
  }
  append_word(bytes, static_cast<uint32_t>(snapshot.shards.size()));
  for (const ShardSnapshot& shard : snapshot.shards) {
    append_word(bytes, shard.kept);
    append_word(bytes, shard.next);
    append_word(bytes, static_cast<uint8_t>(shard.closed));
    append_time(bytes, shard.last_arrival);
    append_word(bytes, shard.last_sequence);
    append_word(bytes, shard.sparser);
    append_word(bytes, static_cast<uint32_t>(shard.items.size()));
    for (const ShardIndex::Item& item : shard.items) {
      append_word(bytes, item.position);
      append_time(bytes, item.arrival);
      append_word(bytes, item.place.segment);
      append_word(bytes, item.place.offset);
    }
  }
  append_word(bytes, fast_crc32c(bytes));
  return bytes;
}

std::optional<StreamSnapshot> decode_snapshot(std::string_view bytes) {
  if (bytes.size() < kMark.size() + sizeof(uint32_t) || !bytes.starts_with(kMark)) return std::nullopt;
  const size_t body = bytes.size() - sizeof(uint32_t);
  if (load<uint32_t>(&bytes[body]) != fast_crc32c(bytes.substr(0, body))) return std::nullopt;
  Words words(bytes.substr(kMark.size(), body - kMark.size()));
  StreamSnapshot snapshot;
  snapshot.sequence = words.word();
  snapshot.arrival = words.time();
  for (size_t left = words.count(kSegmentBytes); left > 0; --left) {
    const uint64_t segment = words.word();
    const Timestamp first = words.time();
    snapshot.segments[segment] = {first, words.time()};
  }
  for (size_t left = words.count(kShardBytes); left > 0; --left) snapshot.shards.push_back(read_shard(words));
  return words.finished() ? std::optional(std::move(snapshot)) : std::nullopt;
}

}  // namespace standpipe
