// Sequence numbers: 56 decimal digits that rise with every record of a shard and tell where the record is.
//
// The decimal form of 47 hexadecimal digits, as AWS's look:
//   2 | shard created, s (9) | shard's last digit (1) | position + 1 (16) | 00 | arrived, s (9) | shard (8) | 2
// Position 0 of the middle field stands before the first record: it is the shard's starting sequence number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "streamlog/streamlog.h"

namespace standpipe::kinesis {

struct SequenceNumber {
  static constexpr uint64_t kEnding = 0x7fffffffffffffff;
  int64_t created_s = 0;  // of the shard
  ShardNumber shard = 0;
  uint64_t index = 0;     // position + 1; 0: before the first record; kEnding: after the last of a closed shard
  int64_t arrived_s = 0;
  bool operator==(const SequenceNumber&) const = default;
};

std::string print_sequence_number(const SequenceNumber& number);
// nullopt unless the text could have been made by print_sequence_number.
std::optional<SequenceNumber> parse_sequence_number(std::string_view text);

}  // namespace standpipe::kinesis
