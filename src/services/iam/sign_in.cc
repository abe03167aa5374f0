#include "services/iam/sign_in.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "base/random.h"
#include "services/iam/password.h"

namespace standpipe::iam {
namespace {

aws::Principal principal_of(const UserRecord& user) {
  return {.kind = aws::Principal::Kind::user,
          .account = user.account,
          .arn = user.arn,
          .id = user.id,
          .name = user.name};
}

}  // namespace

IamSignIn::IamSignIn(Accounts& accounts, const aws::Credentials& credentials)
    : accounts_(accounts),
      credentials_(credentials),
      proof_key_(random_bytes(32)),
      nobody_hash_(hash_password(random_text(32, kBase32Upper))) {}

std::string IamSignIn::proof_of(std::string_view secret) const { return hmac_sha256(proof_key_, secret); }

std::optional<aws::SignedIn> IamSignIn::by_password(const std::string& account, const std::string& user_name,
                                                    const std::string& password) const {
  const auto user = accounts_.user(account, user_name);
  const bool known = user != nullptr && user->login.has_value();
  // Who has no password takes as long as who has another one.
  const std::string& hash = known ? user->login->password_hash : nobody_hash_;
  if (!verify_password(hash, password) || !known) return std::nullopt;
  aws::SignedIn signed_in;
  signed_in.principal = principal_of(*user);
  signed_in.password_change_required = user->login->reset_required;
  signed_in.proof = proof_of(hash);
  return signed_in;
}

std::optional<aws::SignedIn> IamSignIn::by_key(const std::string& access_key_id, const std::string& secret_access_key,
                                               const std::string& session_token) const {
  const auto credential = credentials_.find(access_key_id, session_token);
  if (!credential || credential->state != aws::Credential::State::valid) return std::nullopt;
  if (!constant_time_equal(proof_of(credential->secret), proof_of(secret_access_key))) return std::nullopt;
  return aws::SignedIn{.principal = credential->principal,
                       .proof = proof_of(credential->secret),
                       .session_token = session_token};
}

std::optional<aws::Principal> IamSignIn::owner_of_name(const std::string& account, const std::string& user_name) const {
  const auto user = accounts_.user(account, user_name);
  return user == nullptr ? std::nullopt : std::optional(principal_of(*user));
}

std::optional<aws::Principal> IamSignIn::owner_of_key(const std::string& access_key_id) const {
  const auto credential = credentials_.find(access_key_id, {});
  return credential ? std::optional(credential->principal) : std::nullopt;
}

bool IamSignIn::holds(const aws::SignedIn& signed_in) const {
  const aws::Principal& principal = signed_in.principal;
  if (!principal.access_key_id.empty()) {
    const auto credential = credentials_.find(principal.access_key_id, signed_in.session_token);
    return credential && credential->state == aws::Credential::State::valid &&
           credential->principal.id == principal.id && proof_of(credential->secret) == signed_in.proof;
  }
  const auto user = accounts_.user(principal.account, principal.name);
  return user != nullptr && user->id == principal.id && user->login && !user->login->reset_required &&
         proof_of(user->login->password_hash) == signed_in.proof;
}

}  // namespace standpipe::iam
