// Where a delivery reads: one shard of a Kinesis stream, or the log of what was put directly.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "aws/access.h"
#include "aws/caller.h"
#include "base/clock.h"
#include "services/firehose/configuration.h"
#include "services/kinesis/record_reader.h"
#include "streamlog/streamlog.h"

namespace standpipe::firehose {

struct SourceRecord {
  std::string data;
  std::string position;  // later records have greater positions in the order of `later`
  Timestamp arrival;
};

struct SourceBatch {
  std::vector<SourceRecord> records;
  int64_t millis_behind = 0;
  bool finished = false;  // closed and read to its end
};

// Used by one thread.
class Source {
 public:
  virtual ~Source() = default;
  virtual std::string name() const = 0;  // of the shard, unique within the delivery stream
  // Records after `position` (empty: from where the delivery stream began), at least one unless the time passed, the
  // token was stopped or the source is finished. Throws aws::Error when the role may not read.
  virtual SourceBatch read(const std::string& position, Deadline deadline, std::stop_token stop) = 0;
};

// True if `left` lies behind `right`; the empty position lies before every other.
bool later(const std::string& left, const std::string& right);

// What deliveries reach the rest of the server through.
struct Surroundings {
  const aws::Caller& caller;
  const aws::Roles& roles;
  kinesis::RecordReader& kinesis;
  StreamLog& log;
  Clock& clock;
};

// The delivery stream's own session of one of its roles. Throws Error AccessDenied if the role is gone or does not
// trust Firehose.
aws::Principal act_as(const Surroundings& surroundings, const Configuration& stream, const std::string& role_arn);

// One source for each shard there is.
std::vector<std::unique_ptr<Source>> open_sources(const Surroundings& surroundings, const Configuration& stream);
// The stream log that holds direct puts.
StreamId direct_log(const Configuration& stream);

}  // namespace standpipe::firehose
