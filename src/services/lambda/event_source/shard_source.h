// Where a mapping reads one shard: by GetRecords, or pushed by SubscribeToShard if the source is a consumer.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "generated/kinesis.h"
#include "services/lambda/event_source/surroundings.h"

namespace standpipe::lambda {

struct ShardRead {
  std::vector<kinesis::Record> records;
  std::string role_arn;    // of who has read
  bool caught_up = false;  // nothing is left to read now
  bool finished = false;   // closed and read to its end
};

// Used by one thread.
class ShardSource {
 public:
  virtual ~ShardSource() = default;
  // Records after `position` (empty: from where the mapping begins), at least one unless the time passed, the token was
  // stopped or the shard is finished. Throws aws::Error when the role may not read.
  virtual ShardRead read(const std::string& position, Deadline deadline, std::stop_token stop) = 0;
};

std::unique_ptr<ShardSource> open_source(const Surroundings& surroundings, const StoredMapping& mapping,
                                         const std::string& shard);
std::unique_ptr<ShardSource> open_fan_out_source(const Surroundings& surroundings, const StoredMapping& mapping,
                                                 const std::string& shard);

// Where the mapping begins, as the type of an iterator and its time. LATEST is the mapping's creation: what is put
// after that is not missed, however long it takes until the first read.
struct ShardStart {
  std::string type;
  std::optional<Timestamp> time;
};
ShardStart start_of(const StoredMapping& mapping);

}  // namespace standpipe::lambda
