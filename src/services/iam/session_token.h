// The session token of temporary credentials holds the session itself, sealed, so that no server has to remember it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/access.h"
#include "aws/request.h"

namespace standpipe::iam {

struct SessionToken {
  std::string access_key_id, role_arn, role_id, session_name, source_identity;
  std::vector<std::string> policies, policy_arns, transitive_tags;
  std::map<std::string, std::string> tags;
  Timestamp issued{}, expires{};
};

std::string seal_token(std::string_view sealing_key, const SessionToken& token);
// nullopt: not made with this key.
std::optional<SessionToken> open_token(std::string_view sealing_key, std::string_view text);

// New keys for what `token` describes; fills its access_key_id.
aws::SessionCredentials issue(std::string_view sealing_key, SessionToken token);
// The secret of a temporary key follows from its id.
std::string session_secret(std::string_view sealing_key, std::string_view access_key_id);

}  // namespace standpipe::iam
