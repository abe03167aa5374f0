#include "services/iam/credentials.h"

#include "services/iam/arns.h"

namespace standpipe::iam {

std::optional<aws::Credential> IamCredentials::find(const std::string& access_key_id,
                                                    const std::string& session_token) const {
  if (access_key_id.starts_with("ASIA")) return find_session(access_key_id, session_token);
  auto credential = find_root(access_key_id);
  if (!credential) credential = find_user(access_key_id);
  // Lasting keys have no session.
  if (credential && !session_token.empty()) credential->state = aws::Credential::State::bad_token;
  return credential;
}

std::optional<aws::Credential> IamCredentials::find_root(const std::string& access_key_id) const {
  const Settings& settings = accounts_.settings();
  if (!settings.root_enabled || settings.root_secret_access_key.empty()) return std::nullopt;
  std::string account;
  if (access_key_id == settings.root_access_key_id) account = settings.account;
  else if (is_account_id(access_key_id)) account = access_key_id;
  else return std::nullopt;
  aws::Credential credential{.secret = settings.root_secret_access_key};
  credential.principal = {.kind = aws::Principal::Kind::root,
                          .account = account,
                          .arn = "arn:aws:iam::" + account + ":root",
                          .id = account,
                          .access_key_id = access_key_id};
  return credential;
}

std::optional<aws::Credential> IamCredentials::find_user(const std::string& access_key_id) const {
  const auto key = accounts_.key(access_key_id);
  if (key == nullptr || !key->active) return std::nullopt;
  const auto user = accounts_.user(key->account, key->user);
  if (user == nullptr) return std::nullopt;
  aws::Credential credential{.secret = key->secret};
  credential.principal = {.kind = aws::Principal::Kind::user,
                          .account = user->account,
                          .arn = user->arn,
                          .id = user->id,
                          .name = user->name,
                          .access_key_id = access_key_id};
  return credential;
}

aws::Credential IamCredentials::find_session(const std::string& access_key_id,
                                             const std::string& session_token) const {
  using State = aws::Credential::State;
  const std::string& sealing_key = accounts_.settings().sealing_key;
  // The secret is known even when the token is not good, so that nothing else is told by the answer.
  aws::Credential credential{.state = State::bad_token, .secret = session_secret(sealing_key, access_key_id)};
  const auto token = open_token(sealing_key, session_token);
  if (!token || token->access_key_id != access_key_id) return credential;
  if (token->expires <= clock_.now()) {
    credential.state = State::expired;
    return credential;
  }
  const auto role = accounts_.role(token->role_arn);
  if (role == nullptr || role->id != token->role_id) return credential;
  credential.state = State::valid;
  credential.principal = principal_of(*token, *role);
  return credential;
}

aws::Principal IamCredentials::principal_of(const SessionToken& token, const RoleRecord& role) const {
  aws::Principal principal{.kind = aws::Principal::Kind::role_session,
                           .account = role.account,
                           .arn = session_arn(role.account, role.name, token.session_name),
                           .id = role.id + ":" + token.session_name,
                           .name = role.name,
                           .role_arn = role.arn,
                           .session_name = token.session_name,
                           .access_key_id = token.access_key_id,
                           .session_policies = token.policies,
                           .tags = token.tags,
                           .token_issued = token.issued,
                           .source_identity = token.source_identity,
                           .transitive_tags = token.transitive_tags};
  for (const std::string& arn : token.policy_arns) {
    const auto policy = accounts_.policy(arn);
    // A policy that is gone grants nothing, and it still limits.
    principal.session_policies.push_back(policy == nullptr ? "" : policy->default_document());
  }
  return principal;
}

}  // namespace standpipe::iam
