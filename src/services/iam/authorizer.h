// Decides by the policies of the account: gathers those of the principal, its boundary and session, the resource's, and
// evaluates them. Denies whatever it cannot read. Thread-safe.
#pragma once

#include <mutex>
#include <string>

#include "aws/access.h"
#include "services/iam/accounts.h"
#include "services/iam/key_usage.h"
#include "services/iam/policy/evaluate.h"

namespace standpipe::iam {

class IamAuthorizer final : public aws::Authorizer {
 public:
  IamAuthorizer(Accounts& accounts, KeyUsage& usage, const Clock& clock)
      : accounts_(accounts), usage_(usage), clock_(clock) {}

  // A service may tell the owner of a resource whose ARN has no account (a bucket) by the condition
  // "aws:resourceaccount"; otherwise it is the request's account.
  aws::Decision decide(const aws::Request& request, const aws::Access& access) const override;

 private:
  aws::Decision evaluate(const aws::Request& request, const aws::Access& access) const;
  // False: the principal is gone.
  bool gather_identity(policy::Question& question, const Tags*& tags,
                       std::shared_ptr<const IdentityRecord>& keeper) const;
  void gather_resource(policy::Question& question, const aws::Access& access) const;
  void note_use(const aws::Request& request, const aws::Access& access) const;

  Accounts& accounts_;
  KeyUsage& usage_;
  const Clock& clock_;
  mutable std::once_flag permissive_told_;
};

// The global condition keys of a request, with those of `access`. `tags` are the principal's own, not the session's.
aws::Conditions global_conditions(const aws::Request& request, const aws::Access& access, const Tags* tags,
                                  std::string_view resource_account, Timestamp now);

}  // namespace standpipe::iam
