// Security Token Service: sessions of roles, and who a caller is. Whom a role trusts and what a session may do is IAM's
// knowledge; the rules about what may be asked for are here. Thread-safe.
#pragma once

#include "aws/sessions.h"
#include "generated/sts.h"

namespace standpipe::sts {

class Sts final : public Operations {
 public:
  explicit Sts(aws::Sessions& sessions) : sessions_(sessions) {}

  AssumeRoleOutput assume_role(const aws::Request&, const AssumeRoleInput&) override;
  GetCallerIdentityOutput get_caller_identity(const aws::Request&, const GetCallerIdentityInput&) override;

  // Also refuses, as AWS does, before it looks at policies: callers that are root, ARNs that are none.
  aws::Accesses access(const aws::Request&, const AssumeRoleInput&) override;
  aws::Accesses access(const aws::Request&, const GetCallerIdentityInput&) override;

 private:
  Duration checked_life(const aws::Request& request, const AssumeRoleInput& input) const;
  aws::Sessions& sessions_;
};

}  // namespace standpipe::sts
