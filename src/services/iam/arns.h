// Names of IAM's things: ARNs and unique ids.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace standpipe::iam {

// "arn:aws:iam::<account>:<type><path><name>"; `path` begins and ends with '/'.
std::string make_arn(std::string_view account, std::string_view type, std::string_view path, std::string_view name);
std::string session_arn(std::string_view account, std::string_view role, std::string_view session);

struct IamArn {
  std::string account, type, path, name;  // type: "user", "role", "policy", "assumed-role", or "root"
};
// nullopt if it is no ARN of iam or sts.
std::optional<IamArn> parse_iam_arn(std::string_view arn);

// `prefix` ("AIDA", "AROA", "ANPA") and 17 characters; access keys ("AKIA", "ASIA") have 16.
std::string new_id(std::string_view prefix);
std::string new_secret();  // 40 characters of base64
bool is_account_id(std::string_view text);

}  // namespace standpipe::iam
