// A policy document as it is evaluated. Parsing checks everything that AWS checks when a policy is stored, so what was
// parsed can be evaluated without errors. Immutable, thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/iam/policy/condition.h"
#include "services/iam/policy/pattern.h"
#include "services/iam/policy/principal.h"

namespace standpipe::policy {

struct Statement {
  bool allows = false;  // Effect
  std::string sid;
  bool not_action = false, not_resource = false, not_principal = false;
  std::vector<Pattern> actions;       // lower case
  std::vector<ArnPattern> resources;  // empty in trust policies: the role that carries the policy
  PrincipalSet principals;            // empty in identity policies
  std::vector<Condition> conditions;

  // Everything but the principal. `action` is in lower case.
  bool applies(std::string_view action, std::string_view resource, const Context& context) const;
};

enum class PolicyKind {
  identity,  // attached to users and roles; also boundaries and session policies
  trust,     // a role's AssumeRolePolicyDocument
  resource   // attached to a bucket, a function …
};

struct Policy {
  std::vector<Statement> statements;
};

inline constexpr size_t kPolicyBytesMax = 131072;

// Throws PolicyError with the message of AWS's MalformedPolicyDocument.
Policy parse_policy(std::string_view text, PolicyKind kind);

// Characters that count towards IAM's size limits: all but white space.
size_t policy_size(std::string_view text);

}  // namespace standpipe::policy
