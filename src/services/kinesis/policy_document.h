// What a policy on a stream or consumer must look like to be kept. What it allows is IAM's to say.
#pragma once

#include <string>

namespace standpipe::kinesis {

// Throws InvalidArgumentException unless it is a policy with statements about this resource, each naming principals and
// Kinesis actions.
void check_policy_document(const std::string& policy, const std::string& resource_arn);

}  // namespace standpipe::kinesis
