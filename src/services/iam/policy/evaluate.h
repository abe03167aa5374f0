// The decision itself: a pure function of policies, principal and circumstances, after IAM's evaluation logic.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "aws/access.h"
#include "services/iam/policy/context.h"
#include "services/iam/policy/policy.h"

namespace standpipe::policy {

using PolicyPointer = std::shared_ptr<const Policy>;  // nullptr: could not be read; grants nothing

struct Question {
  const aws::Principal& principal;
  std::string_view action;            // as printed: "kinesis:PutRecord"
  std::string_view resource;
  std::string_view resource_account;  // who owns the resource
  const Context& context;

  std::vector<PolicyPointer> identity;
  std::optional<PolicyPointer> boundary;               // present: limits
  std::optional<std::vector<PolicyPointer>> session;   // present: limits; each document of it may grant
  std::optional<PolicyPointer> resource_policy;
  bool trust = false;  // resource_policy is a role's trust policy, without whose consent nothing is allowed
};

aws::Decision evaluate(const Question& question);

}  // namespace standpipe::policy
