// GetRecords for readers inside the server, which wait for the next record instead of polling. Authorised as
// kinesis:GetRecords of the principal that asks, like the operation itself. Thread-safe.
#pragma once

#include <stop_token>
#include <string>

#include "aws/request.h"
#include "base/clock.h"
#include "generated/kinesis.h"

namespace standpipe::kinesis {

class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // Like GetRecords, but if there are no records waits until there is one, the shard is closed, `wait` has passed or
  // `stop` is requested. Throws what GetRecords throws, AccessDeniedException included.
  virtual GetRecordsOutput read(const aws::Request& as, const std::string& iterator, int limit, Deadline wait,
                                std::stop_token stop) = 0;
};

}  // namespace standpipe::kinesis
