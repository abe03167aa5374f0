#include "services/kinesis/sequence_number.h"

#include <algorithm>
#include <array>

namespace standpipe::kinesis {
namespace {

// An unsigned number of 192 bits, least significant word first: room for the 188 bits of a sequence number.
class Wide {
 public:
  static constexpr size_t kWords = 6;

  void shift_in(uint64_t value, unsigned bits) {  // bits ≤ 64
    for (unsigned done = 0; done < bits;) {
      const unsigned step = std::min(16u, bits - done);
      multiply_add(1u << step, static_cast<uint32_t>(value >> (bits - done - step)) & ((1u << step) - 1));
      done += step;
    }
  }
  uint64_t shift_out(unsigned bits) {
    uint64_t value = 0;
    for (unsigned done = 0; done < bits;) {
      const unsigned step = std::min(16u, bits - done);
      value |= static_cast<uint64_t>(divide(1u << step)) << done;
      done += step;
    }
    return value;
  }
  // False: it does not fit.
  bool multiply_add(uint32_t factor, uint32_t value) {
    uint64_t carry = value;
    for (uint32_t& word : words_) {
      carry += static_cast<uint64_t>(word) * factor;
      word = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    return carry == 0;
  }
  uint32_t divide(uint32_t by) {  // → remainder
    uint64_t rest = 0;
    for (size_t i = kWords; i-- > 0;) {
      rest = rest << 32 | words_[i];
      words_[i] = static_cast<uint32_t>(rest / by);
      rest %= by;
    }
    return static_cast<uint32_t>(rest);
  }
  bool zero() const {
    return std::ranges::all_of(words_, [](uint32_t word) { return word == 0; });
  }

 private:
  std::array<uint32_t, kWords> words_{};
};

constexpr size_t kDigits = 56;
constexpr uint64_t kLead = 2, kVersion = 2;
constexpr unsigned kNibble = 4, kByte = 8, kShardBits = 32, kTimeBits = 36, kIndexBits = 64;

}  // namespace

std::string print_sequence_number(const SequenceNumber& number) {
  Wide wide;
  wide.shift_in(kLead, kNibble);
  wide.shift_in(static_cast<uint64_t>(number.created_s), kTimeBits);
  wide.shift_in(number.shard & 0xf, kNibble);
  wide.shift_in(number.index, kIndexBits);
  wide.shift_in(0, kByte);
  wide.shift_in(static_cast<uint64_t>(number.arrived_s), kTimeBits);
  wide.shift_in(number.shard, kShardBits);
  wide.shift_in(kVersion, kNibble);
  std::string digits;
  while (!wide.zero()) digits.push_back(static_cast<char>('0' + wide.divide(10)));
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<SequenceNumber> parse_sequence_number(std::string_view text) {
  if (text.size() != kDigits || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  Wide wide;
  for (const char digit : text) {
    if (!wide.multiply_add(10, static_cast<uint32_t>(digit - '0'))) return std::nullopt;
  }
  SequenceNumber number;
  if (wide.shift_out(kNibble) != kVersion) return std::nullopt;
  number.shard = static_cast<ShardNumber>(wide.shift_out(kShardBits));
  number.arrived_s = static_cast<int64_t>(wide.shift_out(kTimeBits));
  if (wide.shift_out(kByte) != 0) return std::nullopt;
  number.index = wide.shift_out(kIndexBits);
  if (wide.shift_out(kNibble) != (number.shard & 0xf)) return std::nullopt;
  number.created_s = static_cast<int64_t>(wide.shift_out(kTimeBits));
  if (wide.shift_out(kNibble) != kLead || !wide.zero()) return std::nullopt;
  return number;
}

}  // namespace standpipe::kinesis
