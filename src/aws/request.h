// Who asks, and in what circumstances: the part of a call that is not its input. Passed to every handler.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "net/http.h"

namespace standpipe::aws {

inline constexpr std::string_view kDefaultAccount = "000000000000";

struct Principal {
  enum class Kind {
    anonymous,
    root,          // the account itself
    user,          // an IAM user
    role_session,  // an assumed role, by a client or by one of our services
    service        // a service acting as itself: only resource policies and trust policies can name it
  };
  Kind kind = Kind::anonymous;
  std::string account;      // 12 digits
  std::string arn;          // as printed in messages: user, or arn:aws:sts::…:assumed-role/Role/session
  std::string id;           // AIDA…, AROA…:session, or the account
  std::string name;         // user name or role name
  std::string role_arn;     // role sessions only, with the role's path
  std::string session_name;
  std::string service;      // services only: firehose.amazonaws.com
  std::string access_key_id;
  std::vector<std::string> session_policies;  // documents; a session may do what these *and* the role allow
  std::map<std::string, std::string> tags;
  Timestamp token_issued{};
  std::string source_identity;               // set by the first of a chain of sessions, for good
  std::vector<std::string> transitive_tags;  // keys of `tags` that sessions assumed from this one inherit
};

// Condition keys (lower case) with their values.
using Conditions = std::map<std::string, std::vector<std::string>>;

// One thing that must be allowed before an operation runs.
struct Access {
  std::string action;    // "kinesis:PutRecord"
  std::string resource;  // ARN, or "*" for operations without one
  Conditions conditions = {};        // what the service knows about the call: aoss:collection, iam:PassedToService …
  std::string resource_policy = {};  // JSON document attached to the resource, if it has one
};
using Accesses = std::vector<Access>;

struct Request {
  std::string id;       // x-amzn-RequestId
  std::string account;  // whose resources are meant: the principal's
  std::string region;
  Principal principal;
  Deadline deadline = Deadline::in(std::chrono::minutes(15));
  std::string source_ip;   // empty for in-process calls
  std::string user_agent;
  bool secure = false;     // came over TLS, or in process
  std::string called_via;  // "cloudformation.amazonaws.com" when a service acts with its caller's rights
  std::string source_arn;  // the resource on whose behalf a service calls
  const net::Request* http = nullptr;  // nullptr for in-process calls
};

}  // namespace standpipe::aws
