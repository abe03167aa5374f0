// Sessions of roles that clients ask STS for. Answered by services/iam, which owns the roles; the interface lives here
// because services know each other's API only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/access.h"
#include "aws/request.h"

namespace standpipe::aws {

struct SessionRequest {
  std::string role_arn, session_name;
  Duration life{};
  std::vector<std::string> policies;     // documents that limit the session
  std::vector<std::string> policy_arns;  // managed policies that limit it
  std::map<std::string, std::string> tags;
  std::vector<std::string> transitive_tags;
  std::string source_identity;
};

struct Session {
  Principal principal;
  SessionCredentials credentials;
  int packed_percent = 0;  // of the space that a token has for policies and tags; 0 without any
};

// Thread-safe.
class Sessions {
 public:
  virtual ~Sessions() = default;
  // The longest life of the role's sessions; nullopt: there is no such role.
  virtual std::optional<Duration> life_max(const std::string& role_arn) const = 0;
  // For a caller who was authorized already. Throws aws::Error: MalformedPolicyDocument, PackedPolicyTooLarge,
  // NoSuchEntity for a role or policy that is gone.
  virtual Session start(const SessionRequest& request) const = 0;
};

}  // namespace standpipe::aws
