// Shards and sequence numbers as clients see them.
#pragma once

#include <string>

#include "generated/kinesis.h"
#include "services/kinesis/stream.h"

namespace standpipe::kinesis {

Shard show(const StreamShard& shard);
std::string starting_sequence_number(const StreamShard& shard);
std::string sequence_number_of(const StreamShard& shard, Position position, Timestamp arrival);

}  // namespace standpipe::kinesis
