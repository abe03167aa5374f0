// The managed policies that AWS ships and we have: files in managed/, built into the program.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "services/iam/records.h"

namespace standpipe::iam {

// nullptr: not among them.
std::shared_ptr<const PolicyRecord> aws_managed_policy(std::string_view arn);
// Sorted by name.
const std::vector<std::shared_ptr<const PolicyRecord>>& aws_managed_policies();

// Made by managed/embed.py: the text of each file.
std::span<const std::string_view> managed_policy_files();

}  // namespace standpipe::iam
