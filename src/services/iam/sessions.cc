#include "services/iam/sessions.h"

#include "aws/error.h"
#include "services/iam/arns.h"
#include "services/iam/policy/evaluate.h"
#include "services/iam/session_token.h"

namespace standpipe::iam {
namespace {

aws::Principal session_of(const RoleRecord& role, const std::string& session_name, Timestamp now) {
  return {.kind = aws::Principal::Kind::role_session,
          .account = role.account,
          .arn = session_arn(role.account, role.name, session_name),
          .id = role.id + ":" + session_name,
          .name = role.name,
          .role_arn = role.arn,
          .session_name = session_name,
          .token_issued = now};
}

// Characters of policies, ARNs and tags that a token has room for.
constexpr size_t kPackedMax = 6144;
constexpr size_t kPolicyArnsMax = 10;

size_t packed_size(const aws::SessionRequest& request) {
  size_t size = 0;
  for (const std::string& document : request.policies) size += policy::policy_size(document);
  for (const std::string& arn : request.policy_arns) size += arn.size();
  for (const auto& [key, value] : request.tags) size += key.size() + value.size();
  for (const std::string& key : request.transitive_tags) size += key.size();
  return size;
}

}  // namespace

std::optional<aws::Principal> IamRoles::assume(const std::string& role_arn, const std::string& service,
                                               const std::string& session_name, const std::string& source_arn) const {
  const auto role = accounts_.role(role_arn);
  if (role == nullptr) {
    remember(role_arn, service, source_arn, "the role does not exist");
    return std::nullopt;
  }
  if (!accounts_.settings().permissive && !trusts(*role, service, session_name, source_arn)) {
    remember(role_arn, service, source_arn, "the role's trust policy does not let " + service + " assume it");
    return std::nullopt;
  }
  return session_of(*role, session_name, clock_.now());
}

void IamRoles::remember(const std::string& role_arn, const std::string& service, const std::string& source_arn,
                        const std::string& why) const {
  // The account is that of the resource on whose behalf it was tried: others learn nothing of it.
  const auto source = policy::split_arn(source_arn.empty() ? role_arn : source_arn);
  if (refusals_ == nullptr || !source) return;
  aws::Refusal refusal;
  refusal.account = (*source)[4];
  refusal.principal = service;
  refusal.service = "sts";
  refusal.action = "sts:AssumeRole";
  refusal.resource = role_arn;
  refusal.called_via = service;
  refusal.decided_by = aws::DecidedBy::role_trust;
  refusal.code = "AccessDenied";
  refusal.reason = why + (source_arn.empty() ? "" : " (on behalf of " + source_arn + ")");
  refusals_->record(std::move(refusal));
}

bool IamRoles::trusts(const RoleRecord& role, const std::string& service, const std::string& session_name,
                      const std::string& source_arn) const {
  const aws::Principal principal{.kind = aws::Principal::Kind::service, .service = service};
  const policy::Context context([&] {
    aws::Conditions values{{"aws:principalisawsservice", {"true"}},
                           {"aws:principalservicename", {service}},
                           {"aws:principaltype", {"Service"}},
                           {"aws:resourceaccount", {role.account}},
                           {"aws:securetransport", {"true"}},
                           {"aws:currenttime", {format_iso8601_seconds(clock_.now())}},
                           {"aws:epochtime", {std::to_string(epoch_ms(clock_.now()) / 1000)}},
                           {"sts:rolesessionname", {session_name}}};
    // Firehose names the account as its external id.
    if (service == "firehose.amazonaws.com") values["sts:externalid"] = {role.account};
    if (const auto arn = policy::split_arn(source_arn)) {
      values["aws:sourcearn"] = {source_arn};
      values["aws:sourceaccount"] = {std::string((*arn)[4])};
      if (!(*arn)[3].empty()) values["aws:requestedregion"] = {std::string((*arn)[3])};
    }
    return values;
  });
  policy::Question question{.principal = principal,
                            .action = "sts:AssumeRole",
                            .resource = role.arn,
                            .resource_account = role.account,
                            .context = context};
  question.resource_policy = role.trust;
  question.trust = true;
  return policy::evaluate(question).allowed;
}

aws::SessionCredentials IamRoles::credentials(const aws::Principal& session, Duration life) const {
  const Timestamp now = clock_.now();
  return issue(accounts_.settings().sealing_key, {.role_arn = session.role_arn,
                                                  .role_id = session.id.substr(0, session.id.find(':')),
                                                  .session_name = session.session_name,
                                                  .source_identity = session.source_identity,
                                                  .policies = session.session_policies,
                                                  .transitive_tags = session.transitive_tags,
                                                  .tags = session.tags,
                                                  .issued = now,
                                                  .expires = now + life});
}

std::optional<Duration> IamSessions::life_max(const std::string& role_arn) const {
  const auto role = accounts_.role(role_arn);
  return role == nullptr ? std::nullopt : std::optional<Duration>(std::chrono::seconds(role->session_seconds_max));
}

aws::Session IamSessions::start(const aws::SessionRequest& request) const {
  const auto role = accounts_.role(request.role_arn);
  if (role == nullptr) throw aws::Error("NoSuchEntity", 404, "Role " + request.role_arn + " not found.");
  aws::Session session;
  session.principal = session_of(*role, request.session_name, clock_.now());
  session.principal.tags = request.tags;
  session.principal.transitive_tags = request.transitive_tags;
  session.principal.source_identity = request.source_identity;
  session.principal.session_policies = request.policies;
  for (const std::string& document : request.policies) {
    try {
      policy::parse_policy(document, policy::PolicyKind::identity);
    } catch (const policy::PolicyError& error) {
      throw aws::Error("MalformedPolicyDocument", 400, error.what());
    }
  }
  if (request.policy_arns.size() > kPolicyArnsMax) {
    throw aws::Error("LimitExceeded", 409, "Cannot exceed quota for PolicyArnsPerSession: 10");
  }
  for (const std::string& arn : request.policy_arns) {
    const auto policy = accounts_.policy(arn);
    const bool own = policy != nullptr && (policy->account == role->account || policy->account == "aws");
    if (!own) throw aws::Error("MalformedPolicyDocument", 400, "Policy " + arn + " does not exist.");
    session.principal.session_policies.push_back(policy->default_document());
  }
  const size_t packed = packed_size(request);
  session.packed_percent = static_cast<int>((packed * 100 + kPackedMax - 1) / kPackedMax);
  if (packed > kPackedMax) {
    throw aws::Error("PackedPolicyTooLarge", 400,
                     "Packed policy consumes " + std::to_string(session.packed_percent) +
                         "% of allotted space, please use smaller policy.");
  }
  const Timestamp now = session.principal.token_issued;
  session.credentials = issue(accounts_.settings().sealing_key, {.role_arn = role->arn,
                                                                 .role_id = role->id,
                                                                 .session_name = request.session_name,
                                                                 .source_identity = request.source_identity,
                                                                 .policies = request.policies,
                                                                 .policy_arns = request.policy_arns,
                                                                 .transitive_tags = request.transitive_tags,
                                                                 .tags = request.tags,
                                                                 .issued = now,
                                                                 .expires = now + request.life});
  session.principal.access_key_id = session.credentials.access_key_id;
  return session;
}

}  // namespace standpipe::iam
