// What event source mappings reach the rest of the server through, always as their function's role.
#pragma once

#include <functional>
#include <string>

#include "aws/access.h"
#include "aws/caller.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "services/kinesis/record_reader.h"
#include "services/lambda/event_source/stored_mapping.h"
#include "services/lambda/runner.h"

namespace standpipe::lambda {

struct Surroundings {
  Metadata& metadata;
  const aws::Caller& caller;
  const aws::Roles& roles;
  kinesis::RecordReader& reader;
  Clock& clock;
  MetricSink& metrics;
  // Both throw aws::Error if the function is gone.
  std::function<StoredFunction(const FunctionName&)> function;
  std::function<Execution(const FunctionName&, Call)> run;
};

struct ActingRole {
  std::string arn;
  aws::Principal principal;
};

// The role as it is now: it changes with the function. Throws aws::Error if it cannot be assumed.
ActingRole act_as(const Surroundings& surroundings, const StoredMapping& mapping);
aws::Calls calls_as(const Surroundings& surroundings, const StoredMapping& mapping);
aws::Request request_as(const ActingRole& role, const StoredMapping& mapping);

// Throw InvalidParameterValueException if the role may not read the source, or not write what is given up.
void check_source(const Surroundings& surroundings, const StoredMapping& mapping);
void check_destination(const Surroundings& surroundings, const StoredMapping& mapping);

}  // namespace standpipe::lambda
