// Which keys are known: the root's from the settings, users' access keys, and the temporary keys of role sessions,
// whose token tells everything. Thread-safe.
#pragma once

#include "aws/access.h"
#include "services/iam/accounts.h"
#include "services/iam/session_token.h"

namespace standpipe::iam {

class IamCredentials final : public aws::Credentials {
 public:
  IamCredentials(Accounts& accounts, const Clock& clock) : accounts_(accounts), clock_(clock) {}
  std::optional<aws::Credential> find(const std::string& access_key_id,
                                      const std::string& session_token) const override;

 private:
  std::optional<aws::Credential> find_root(const std::string& access_key_id) const;
  std::optional<aws::Credential> find_user(const std::string& access_key_id) const;
  aws::Credential find_session(const std::string& access_key_id, const std::string& session_token) const;
  aws::Principal principal_of(const SessionToken& token, const RoleRecord& role) const;

  Accounts& accounts_;
  const Clock& clock_;
};

}  // namespace standpipe::iam
