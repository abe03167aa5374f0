#include "services/kinesis/sequence_number.h"

#include <algorithm>
#include <array>

namespace standpipe::kinesis {
namespace {

__extension__ using DoubleWord = unsigned __int128;

// An unsigned number of 192 bits, least significant word first: room for the 188 bits of a sequence number.
class Wide {
 public:
  static constexpr unsigned kWordBits = 64;

  void put(uint64_t value, unsigned at, unsigned bits) {
    value &= mask(bits);
    words_[at / kWordBits] |= value << at % kWordBits;
    if (at % kWordBits + bits > kWordBits) words_[at / kWordBits + 1] |= value >> (kWordBits - at % kWordBits);
  }
  uint64_t get(unsigned at, unsigned bits) const {
    uint64_t value = words_[at / kWordBits] >> at % kWordBits;
    if (at % kWordBits + bits > kWordBits) value |= words_[at / kWordBits + 1] << (kWordBits - at % kWordBits);
    return value & mask(bits);
  }
  // False: it does not fit.
  bool multiply_add(uint64_t factor, uint64_t value) {
    DoubleWord carry = value;
    for (uint64_t& word : words_) {
      carry += static_cast<DoubleWord>(word) * factor;
      word = static_cast<uint64_t>(carry);
      carry >>= kWordBits;
    }
    return carry == 0;
  }
  uint64_t divide(uint64_t by) {  // → remainder
    DoubleWord rest = 0;
    for (size_t i = words_.size(); i-- > 0;) {
      rest = rest << kWordBits | words_[i];
      words_[i] = static_cast<uint64_t>(rest / by);
      rest %= by;
    }
    return static_cast<uint64_t>(rest);
  }

 private:
  static uint64_t mask(unsigned bits) { return bits == kWordBits ? ~uint64_t{0} : (uint64_t{1} << bits) - 1; }

  std::array<uint64_t, 3> words_{};
};

constexpr size_t kDigits = 56;
constexpr uint64_t kLead = 2, kVersion = 2;
// Fields from the right.
constexpr unsigned kNibble = 4, kByte = 8, kShardBits = 32, kTimeBits = 36, kIndexBits = 64;
constexpr unsigned kShardAt = kNibble, kArrivedAt = kShardAt + kShardBits, kZeroAt = kArrivedAt + kTimeBits,
                   kIndexAt = kZeroAt + kByte, kLastDigitAt = kIndexAt + kIndexBits,
                   kCreatedAt = kLastDigitAt + kNibble, kLeadAt = kCreatedAt + kTimeBits, kRestAt = kLeadAt + kNibble,
                   kRestBits = 4;
// Digits are made and read as many at a time as a word holds.
constexpr unsigned kDigitsAtOnce = 19;
constexpr uint64_t kPowerAtOnce = 10'000'000'000'000'000'000u;

}  // namespace

std::string print_sequence_number(const SequenceNumber& number) {
  Wide wide;
  wide.put(kLead, kLeadAt, kNibble);
  wide.put(static_cast<uint64_t>(number.created_s), kCreatedAt, kTimeBits);
  wide.put(number.shard, kLastDigitAt, kNibble);
  wide.put(number.index, kIndexAt, kIndexBits);
  wide.put(static_cast<uint64_t>(number.arrived_s), kArrivedAt, kTimeBits);
  wide.put(number.shard, kShardAt, kShardBits);
  wide.put(kVersion, 0, kNibble);
  std::string digits(kDigits, '0');
  for (size_t at = kDigits; at > 0;) {
    uint64_t piece = wide.divide(kPowerAtOnce);
    for (unsigned i = 0; i < kDigitsAtOnce && at > 0; ++i, piece /= 10) {
      digits[--at] = static_cast<char>('0' + piece % 10);
    }
  }
  return digits;
}

std::optional<SequenceNumber> parse_sequence_number(std::string_view text) {
  if (text.size() != kDigits || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  Wide wide;
  for (const char digit : text) {
    if (!wide.multiply_add(10, static_cast<uint64_t>(digit - '0'))) return std::nullopt;
  }
  SequenceNumber number;
  number.shard = static_cast<ShardNumber>(wide.get(kShardAt, kShardBits));
  number.arrived_s = static_cast<int64_t>(wide.get(kArrivedAt, kTimeBits));
  number.index = wide.get(kIndexAt, kIndexBits);
  number.created_s = static_cast<int64_t>(wide.get(kCreatedAt, kTimeBits));
  const bool well_formed = wide.get(0, kNibble) == kVersion && wide.get(kZeroAt, kByte) == 0 &&
                           wide.get(kLastDigitAt, kNibble) == (number.shard & 0xf) &&
                           wide.get(kLeadAt, kNibble) == kLead && wide.get(kRestAt, kRestBits) == 0;
  if (!well_formed) return std::nullopt;
  return number;
}

}  // namespace standpipe::kinesis
