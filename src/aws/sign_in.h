// Signing in without signing requests: a person at the console proves once who they are. Answered by services/iam,
// which owns users and passwords; the interface lives here because services know each other's API only.
#pragma once

#include <optional>
#include <string>

#include "aws/access.h"

namespace standpipe::aws {

struct SignedIn {
  Principal principal;
  bool password_change_required = false;
  // What it was proven by. It changes when the password or key does; tells nothing of them.
  std::string proof;
  std::string session_token;  // of temporary keys
};

// Thread-safe.
class SignIn {
 public:
  virtual ~SignIn() = default;
  // nullopt, whatever was wrong, and after about the same time and memory: those of one Argon2id verification. The
  // caller bounds how many run at once.
  virtual std::optional<SignedIn> by_password(const std::string& account, const std::string& user_name,
                                              const std::string& password) const = 0;
  virtual std::optional<SignedIn> by_key(const std::string& access_key_id, const std::string& secret_access_key,
                                         const std::string& session_token) const = 0;
  // Whom a name or key that was tried belongs to, for the record of failures; nullopt: nobody.
  virtual std::optional<Principal> owner_of_name(const std::string& account, const std::string& user_name) const = 0;
  virtual std::optional<Principal> owner_of_key(const std::string& access_key_id) const = 0;
  // Whether the user, its login profile, password or key is still there and the same.
  virtual bool holds(const SignedIn& signed_in) const = 0;
};

}  // namespace standpipe::aws
