// How splits and merges change the shards of a stream. Pure functions on its state: the log learns of it from the
// directory. Children get the next numbers, and sequence numbers greater than all that their parents can have.
#pragma once

#include "services/kinesis/stream.h"

namespace standpipe::kinesis {

// The shard becomes two, the second of which begins at `at`, inside the shard and not its first key.
void split(StreamState& stream, ShardNumber shard, HashKey at, Timestamp now);
// Two open shards, `upper` begins where `lower` ends, become one. `shard` is the one that was named first.
void merge(StreamState& stream, ShardNumber shard, ShardNumber adjacent, Timestamp now);
// As many shards of the same size (UNIFORM_SCALING), by splits and merges; on the way short-lived shards come and go.
void scale(StreamState& stream, uint32_t shards, Timestamp now);
// Forgets closed shards whose records are all too old.
void forget_old_shards(StreamState& stream, Timestamp now);

}  // namespace standpipe::kinesis
