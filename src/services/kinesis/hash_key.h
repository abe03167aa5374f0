// The 128-bit space of hash keys that the shards of a stream divide among them. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace standpipe::kinesis {

__extension__ using HashKey = unsigned __int128;

inline constexpr HashKey kHashKeyMax = ~HashKey{0};

struct HashRange {
  HashKey from = 0, to = 0;  // inclusive
};

std::string print_hash_key(HashKey key);                      // decimal
std::optional<HashKey> parse_hash_key(std::string_view text);  // nullopt: not decimal, or beyond 2^128-1
HashKey hash_of(std::string_view partition_key);               // MD5
// As AWS divides it: equal parts, the last one takes the rest.
std::vector<HashRange> divide(uint32_t shards);

}  // namespace standpipe::kinesis
