// The rules about policies that are not grammar: what AWS refuses although it could be evaluated.
#pragma once

#include "base/json.h"
#include "services/iam/policy/policy.h"

namespace standpipe::policy {

// `document` is the JSON that `policy` was read from. Throws PolicyError.
void validate_policy(const json::Value& document, const Policy& policy, PolicyKind kind);

}  // namespace standpipe::policy
