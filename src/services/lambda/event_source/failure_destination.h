// Where batches go that were given up: an object in a bucket, put with the function's role.
#pragma once

#include "services/lambda/event_source/surroundings.h"

namespace standpipe::lambda {

// aws/lambda/<mapping>/<shard>/2026/11/27/2026-11-27T19.00.00-<random>. Throws aws::Error.
void put_failure(const Surroundings& surroundings, const StoredMapping& mapping, const std::string& shard,
                 Timestamp time, const std::string& text);

}  // namespace standpipe::lambda
