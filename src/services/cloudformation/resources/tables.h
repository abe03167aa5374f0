// The rows of each service; see resource_type.h. A new type is one row in its service's file.
#pragma once

#include <span>

#include "services/cloudformation/resources/resource_type.h"

namespace standpipe::cloudformation {

std::span<const ResourceType> firehose_types();
std::span<const ResourceType> iam_types();  // users and roles
std::span<const ResourceType> iam_policy_types();
std::span<const ResourceType> kinesis_types();
std::span<const ResourceType> lambda_types();
std::span<const ResourceType> logs_types();
std::span<const ResourceType> opensearchserverless_types();
std::span<const ResourceType> s3_types();
std::span<const ResourceType> ssm_types();
std::span<const ResourceType> stack_types();  // nested stacks and custom resources: made by the engine itself

}  // namespace standpipe::cloudformation
