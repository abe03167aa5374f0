#include "services/iam/authorizer.h"

#include "base/bytes.h"
#include "base/logging.h"
#include "services/iam/arns.h"

namespace standpipe::iam {
namespace {

using Kind = aws::Principal::Kind;

// Whose the resource is. AWS's own things (managed policies) belong to everybody.
std::string owner_of(const aws::Request& request, const aws::Access& access) {
  const auto told = access.conditions.find("aws:resourceaccount");
  if (told != access.conditions.end() && !told->second.empty()) return told->second.front();
  const auto arn = policy::split_arn(access.resource);
  if (arn && is_account_id((*arn)[4])) return std::string((*arn)[4]);
  return request.account.empty() ? request.principal.account : request.account;
}

bool asks_for_role(std::string_view action) {
  return action == "sts:AssumeRole" || action == "sts:TagSession" || action == "sts:SetSourceIdentity";
}

}  // namespace

aws::Decision IamAuthorizer::decide(const aws::Request& request, const aws::Access& access) const {
  try {
    if (request.principal.kind == Kind::user) note_use(request, access);
    if (accounts_.settings().permissive) {
      std::call_once(permissive_told_, [] { logging::warning("permissive: access is not enforced"); });
      return {true, {}};
    }
    // Allowed to everybody who has keys, whatever policies say.
    if (access.action == "sts:GetCallerIdentity" && request.principal.kind != Kind::anonymous) return {true, {}};
    return evaluate(request, access);
  } catch (const std::exception& error) {
    logging::error("{}: no decision about {}: {}", request.id, access.action, error.what());
    return {false, "because the policies could not be evaluated"};
  }
}

aws::Decision IamAuthorizer::evaluate(const aws::Request& request, const aws::Access& access) const {
  const std::string owner = owner_of(request, access);
  const Tags* tags = nullptr;
  const policy::Context context([&] { return global_conditions(request, access, tags, owner, clock_.now()); });
  policy::Question question{.principal = request.principal,
                            .action = access.action,
                            .resource = access.resource,
                            .resource_account = owner,
                            .context = context};
  std::shared_ptr<const IdentityRecord> keeper;
  if (!gather_identity(question, tags, keeper)) {
    return {false, "because no identity-based policy allows the " + access.action + " action"};
  }
  gather_resource(question, access);
  aws::Decision decision = policy::evaluate(question);
  // Whether the role exists and whom it trusts is not for everybody to know.
  if (question.trust && !decision.allowed && decision.reason.starts_with("because")) decision.reason.clear();
  return decision;
}

bool IamAuthorizer::gather_identity(policy::Question& question, const Tags*& tags,
                                    std::shared_ptr<const IdentityRecord>& keeper) const {
  const aws::Principal& principal = question.principal;
  if (principal.kind == Kind::user) keeper = accounts_.user(principal.account, principal.name);
  else if (principal.kind == Kind::role_session) keeper = accounts_.role(principal.account, principal.name);
  else return true;
  // A namesake made later is somebody else.
  if (keeper == nullptr || keeper->id != principal.id.substr(0, principal.id.find(':'))) return false;
  tags = &keeper->tags;
  question.identity = keeper->parsed;
  for (const std::string& arn : keeper->attached) {
    const auto managed = accounts_.policy(arn);
    question.identity.push_back(managed == nullptr ? nullptr : managed->parsed);
  }
  if (!keeper->boundary.empty()) {
    const auto boundary = accounts_.policy(keeper->boundary);
    question.boundary = boundary == nullptr ? nullptr : boundary->parsed;
  }
  if (!principal.session_policies.empty()) {
    question.session.emplace();
    for (const std::string& document : principal.session_policies) {
      question.session->push_back(accounts_.parsed().get(document, policy::PolicyKind::identity));
    }
  }
  return true;
}

void IamAuthorizer::gather_resource(policy::Question& question, const aws::Access& access) const {
  if (asks_for_role(access.action)) {
    static const policy::PolicyPointer nobody = std::make_shared<const policy::Policy>();
    const auto role = accounts_.role(access.resource);
    question.resource_policy = role == nullptr ? nobody : role->trust;
    question.trust = true;
  } else if (!access.resource_policy.empty()) {
    question.resource_policy = accounts_.parsed().get(access.resource_policy, policy::PolicyKind::resource);
  }
}

void IamAuthorizer::note_use(const aws::Request& request, const aws::Access& access) const {
  if (request.principal.access_key_id.empty()) return;
  usage_.note(request.principal.access_key_id,
              {clock_.now(), access.action.substr(0, access.action.find(':')), request.region});
}

}  // namespace standpipe::iam
