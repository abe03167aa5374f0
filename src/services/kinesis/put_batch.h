// Records on their way into a stream, whatever wire they came over, and what became of each.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "services/kinesis/stream_directory.h"

namespace standpipe::kinesis {

inline constexpr size_t kPutRecordsMax = 500;
inline constexpr size_t kPutRecordsBytesMax = 10u << 20;

struct IncomingRecord {
  std::string_view partition_key, explicit_hash_key, data;  // no explicit hash key: empty
  size_t bytes() const { return partition_key.size() + data.size(); }  // as they count against limits
};

struct PutOutcome {
  const StreamShard* shard = nullptr;
  Position position = 0;
  Timestamp arrival{};
  std::string_view error_code = {};  // empty: the record is on the disk
  bool stored() const { return error_code.empty(); }
};

struct PutBatch {
  std::shared_ptr<const Stream> stream;  // owns the shards
  std::vector<PutOutcome> outcomes;      // in the order of the records
  std::string failure = {};              // why the log did not take them
  std::string error_message(const PutOutcome& refused) const;
};

HashKey explicit_hash_key(std::string_view text);  // throws InvalidArgumentException
std::string failure_message(const std::system_error& error);
std::string rate_exceeded(const StreamName& stream, const StreamShard& shard);

}  // namespace standpipe::kinesis
