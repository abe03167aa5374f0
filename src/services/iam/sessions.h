// How roles are assumed: by services for their own work (aws::Roles) and by clients through STS (aws::Sessions).
// Thread-safe.
#pragma once

#include "aws/access.h"
#include "aws/refusals.h"
#include "aws/sessions.h"
#include "services/iam/accounts.h"

namespace standpipe::iam {

class IamRoles final : public aws::Roles {
 public:
  // `refusals`: where services' failures are remembered; nullptr: nowhere.
  IamRoles(Accounts& accounts, const Clock& clock, aws::Refusals* refusals = nullptr)
      : accounts_(accounts), clock_(clock), refusals_(refusals) {}
  std::optional<aws::Principal> assume(const std::string& role_arn, const std::string& service,
                                       const std::string& session_name, const std::string& source_arn) const override;
  aws::SessionCredentials credentials(const aws::Principal& session, Duration life) const override;

 private:
  bool trusts(const RoleRecord& role, const std::string& service, const std::string& session_name,
              const std::string& source_arn) const;
  void remember(const std::string& role_arn, const std::string& service, const std::string& source_arn,
                const std::string& why) const;
  Accounts& accounts_;
  const Clock& clock_;
  aws::Refusals* refusals_;
};

class IamSessions final : public aws::Sessions {
 public:
  IamSessions(Accounts& accounts, const Clock& clock) : accounts_(accounts), clock_(clock) {}
  std::optional<Duration> life_max(const std::string& role_arn) const override;
  aws::Session start(const aws::SessionRequest& request) const override;

 private:
  Accounts& accounts_;
  const Clock& clock_;
};

}  // namespace standpipe::iam
