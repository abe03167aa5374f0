#include "services/lambda/event_source/failure_destination.h"

#include "base/random.h"
#include "generated/s3.h"

namespace standpipe::lambda {

void put_failure(const Surroundings& surroundings, const StoredMapping& mapping, const std::string& shard,
                 Timestamp time, const std::string& text) {
  s3::PutObjectInput input;
  input.bucket = mapping.on_failure.substr(mapping.on_failure.rfind(':') + 1);
  input.key = "aws/lambda/" + mapping.uuid + "/" + shard + format_time(time, "/%Y/%m/%d/%Y-%m-%dT%H.%M.%S-") +
              random_uuid();
  input.content_type = "application/json";
  input.body = aws::Stream{.body = net::Body(text)};
  calls_as(surroundings, mapping).call(input);
}

}  // namespace standpipe::lambda
