#include "services/kinesis/hash_key.h"

#include <algorithm>

#include "base/digest.h"

namespace standpipe::kinesis {

std::string print_hash_key(HashKey key) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(key % 10)));
    key /= 10;
  } while (key != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<HashKey> parse_hash_key(std::string_view text) {
  if (text.empty()) return std::nullopt;
  HashKey key = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    const HashKey value = static_cast<HashKey>(digit - '0');
    if (key > (kHashKeyMax - value) / 10) return std::nullopt;
    key = key * 10 + value;
  }
  return key;
}

HashKey hash_of(std::string_view partition_key) {
  HashKey key = 0;
  for (const char byte : md5(partition_key)) key = key << 8 | static_cast<unsigned char>(byte);
  return key;
}

std::vector<HashRange> divide(uint32_t shards) {
  // 2^128 does not fit: one shard is the whole, for others the quotient of 2^128-1 differs only for powers of two.
  const bool power_of_two = (shards & (shards - 1)) == 0;
  const HashKey size = kHashKeyMax / shards + (power_of_two ? 1 : 0);
  std::vector<HashRange> ranges;
  for (uint32_t i = 0; i < shards; ++i) {
    const HashKey from = size * i;
    ranges.push_back({from, i + 1 == shards ? kHashKeyMax : from + size - 1});
  }
  return ranges;
}

}  // namespace standpipe::kinesis
