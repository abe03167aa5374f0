// Asks another authorizer and remembers what it refuses. For services that decide by themselves while a request runs
// (S3 key by key, CloudFormation for its own work). Thread-safe.
#pragma once

#include "aws/access.h"
#include "aws/refusals.h"

namespace standpipe::aws {

class RememberingAuthorizer final : public Authorizer {
 public:
  RememberingAuthorizer(const Authorizer& authorizer, Refusals& refusals)
      : authorizer_(authorizer), refusals_(refusals) {}
  Decision decide(const Request& request, const Access& access) const override;

 private:
  const Authorizer& authorizer_;
  Refusals& refusals_;
};

// A decision of IAM as a refusal: by a policy, or by the trust policy of a role.
Refusal iam_refusal(const Request& request, const Access& access, const Decision& decision, std::string service,
                    std::string code);

}  // namespace standpipe::aws
