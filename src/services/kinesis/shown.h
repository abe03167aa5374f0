// Shards and sequence numbers as clients see them.
#pragma once

#include <string>
#include <vector>

#include "generated/kinesis.h"
#include "services/kinesis/stream.h"
#include "services/kinesis/stream_directory.h"

namespace standpipe::kinesis {

Shard show(const StreamShard& shard);
// What a reader at the end of a closed shard goes on with.
std::vector<ChildShard> children_of(const Stream& stream, const StreamShard& shard);
std::string starting_sequence_number(const StreamShard& shard);
std::string ending_sequence_number(const StreamShard& shard);  // of a closed one
// With AFTER_SEQUENCE_NUMBER it leads to what follows `records`, also if there are none: everything before `next` is
// behind the reader.
std::string continuation_after(const StreamShard& shard, Position next, const std::vector<Record>& records,
                               Timestamp now);
std::string sequence_number_of(const StreamShard& shard, Position position, Timestamp arrival);

}  // namespace standpipe::kinesis
