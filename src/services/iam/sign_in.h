// Who signs in at the console: users by their login profile's password, everybody who has keys by those. Thread-safe.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/console_sign-in-process.html
#pragma once

#include "aws/sign_in.h"
#include "services/iam/accounts.h"

namespace standpipe::iam {

class IamSignIn final : public aws::SignIn {
 public:
  IamSignIn(Accounts& accounts, const aws::Credentials& credentials);
  std::optional<aws::SignedIn> by_password(const std::string& account, const std::string& user_name,
                                           const std::string& password) const override;
  std::optional<aws::SignedIn> by_key(const std::string& access_key_id, const std::string& secret_access_key,
                                      const std::string& session_token) const override;
  std::optional<aws::Principal> owner_of_name(const std::string& account, const std::string& user_name) const override;
  std::optional<aws::Principal> owner_of_key(const std::string& access_key_id) const override;
  bool holds(const aws::SignedIn& signed_in) const override;

 private:
  std::string proof_of(std::string_view secret) const;

  Accounts& accounts_;
  const aws::Credentials& credentials_;
  const std::string proof_key_;    // of this process
  const std::string nobody_hash_;  // of a password that nobody has
};

}  // namespace standpipe::iam
