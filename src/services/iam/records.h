// What IAM keeps of users, roles and managed policies: one metadata document each. Records that the account hands out
// are immutable and hold their policies in parsed form as well.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "services/iam/policy/cache.h"

namespace standpipe::iam {

using Tags = std::vector<std::pair<std::string, std::string>>;

// What users and roles have in common.
struct IdentityRecord {
  std::string account, name, path, id, arn;
  Timestamp created{};
  Tags tags;
  std::map<std::string, std::string> inline_policies;  // name → document as given
  std::vector<std::string> attached;                   // ARNs in the order of attachment
  std::string boundary;                                // ARN, or empty

  std::vector<policy::PolicyPointer> parsed;  // of the inline policies; not stored
};

struct AccessKeyRecord {
  std::string id, sealed_secret;
  bool active = true;
  Timestamp created{};
};

struct LoginRecord {
  std::string password_hash;
  bool reset_required = false;
  Timestamp created{};
};

struct UserRecord : IdentityRecord {
  std::optional<LoginRecord> login;
  std::vector<AccessKeyRecord> keys;
};

struct RoleRecord : IdentityRecord {
  std::string trust_document, description;
  std::map<std::string, std::string> trusted_ids;  // ARN in the trust policy → unique id when it was stored
  int64_t session_seconds_max = 3600;

  policy::PolicyPointer trust;  // not stored
};

struct PolicyVersionRecord {
  int number = 1;
  std::string document;
  Timestamp created{};
};

struct PolicyRecord {
  std::string account;  // "aws" for those that AWS ships
  std::string name, path, id, arn, description;
  Timestamp created{}, updated{};
  Tags tags;
  std::vector<PolicyVersionRecord> versions;  // oldest first
  int default_version = 1, next_version = 2;

  policy::PolicyPointer parsed;  // of the default version; not stored

  const PolicyVersionRecord* version(int number) const;  // nullptr if there is none
  const std::string& default_document() const;
};

json::Value to_json(const UserRecord& user);
json::Value to_json(const RoleRecord& role);
json::Value to_json(const PolicyRecord& policy);
UserRecord read_user(std::string_view text);
RoleRecord read_role(std::string_view text);
PolicyRecord read_policy(std::string_view text);

}  // namespace standpipe::iam
