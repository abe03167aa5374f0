// The questions that the wire asks the account: is this key known, may this principal do that, what may act as a role.
// Answered by services/iam; the interfaces live here so that the dispatcher and every service can ask.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/request.h"

namespace standpipe::aws {

struct Credential {
  enum class State { valid, expired, bad_token };
  State state = State::valid;
  std::string secret;
  Principal principal;
};

// Thread-safe.
class Credentials {
 public:
  virtual ~Credentials() = default;
  // nullopt: no such active key. A session token is checked here: missing, foreign or expired ones are told by `state`.
  virtual std::optional<Credential> find(const std::string& access_key_id, const std::string& session_token) const = 0;
};

struct Decision {
  bool allowed = false;
  // Completes "User: … is not authorized to perform: … on resource: … ": "because no identity-based policy allows the
  // kinesis:PutRecord action" or "with an explicit deny in an identity-based policy".
  std::string reason;
  bool by_trust = false;  // refused by the trust policy of the role that was asked for
};

// Thread-safe; fails closed.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual Decision decide(const Request& request, const Access& access) const = 0;
};

struct SessionCredentials {
  std::string access_key_id, secret_access_key, session_token;
  Timestamp expires{};
};

// How services act as the roles that they were given. Thread-safe.
class Roles {
 public:
  virtual ~Roles() = default;
  // Evaluates the role's trust policy for `service` ("firehose.amazonaws.com"); nullopt if the role does not exist or
  // does not trust it. `source_arn` fills aws:SourceArn and aws:SourceAccount.
  virtual std::optional<Principal> assume(const std::string& role_arn, const std::string& service,
                                          const std::string& session_name, const std::string& source_arn) const = 0;
  // Keys that a process outside (a function) signs with as `session`, a principal made by `assume`.
  virtual SessionCredentials credentials(const Principal& session, Duration life) const = 0;
};

// "User: <arn> is not authorized to perform: <action> on resource: <resource> <reason>"
std::string denial_message(const Principal& principal, const Access& access, const Decision& decision);

}  // namespace standpipe::aws
