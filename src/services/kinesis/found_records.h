// What a read of a shard found, before it takes the form of an answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "generated/kinesis.h"
#include "services/kinesis/stream_directory.h"

namespace standpipe::kinesis {

struct FoundRecords {
  LogBatch batch;
  size_t bytes = 0;  // of data
  int64_t millis_behind = 0;
  bool ended = false;                // the shard is closed, and these are its last records
  std::vector<ChildShard> children;  // if so
};

// Of GetRecords.
struct ReadRecords {
  std::shared_ptr<const Stream> stream;  // owns the shard
  const StreamShard* shard = nullptr;
  FoundRecords found;
  std::optional<std::string> next_iterator;  // none: the shard has ended
};

std::vector<Record> show(const StreamShard& shard, const LogBatch& batch);

}  // namespace standpipe::kinesis
