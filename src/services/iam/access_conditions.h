// What IAM's own condition keys say about a call to IAM.
#pragma once

#include <string>
#include <vector>

#include "aws/request.h"
#include "generated/iam.h"
#include "services/iam/records.h"

namespace standpipe::iam {

void add_record_conditions(aws::Access& access, const Tags& tags, const std::string& boundary);
aws::Access with_policy(aws::Access access, const std::string& policy_arn);
aws::Access with_tags(aws::Access access, const std::vector<Tag>& tags);
aws::Access with_tag_keys(aws::Access access, const std::vector<std::string>& keys);
// A creation with tags needs the right to tag as well.
aws::Accesses with_request_tags(aws::Access access, const std::string& tag_action,
                                const std::optional<std::vector<Tag>>& tags);

}  // namespace standpipe::iam
