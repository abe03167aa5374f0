#include "aws/remembering_authorizer.h"

namespace standpipe::aws {

Decision RememberingAuthorizer::decide(const Request& request, const Access& access) const {
  const Decision decision = authorizer_.decide(request, access);
  if (!decision.allowed) {
    const std::string service = access.action.substr(0, access.action.find(':'));
    refusals_.record(iam_refusal(request, access, decision, service, "AccessDenied"));
  }
  return decision;
}

Refusal iam_refusal(const Request& request, const Access& access, const Decision& decision, std::string service,
                    std::string code) {
  Refusal refusal = refusal_of(request, DecidedBy::iam, std::move(code),
                               denial_message(request.principal, access, decision));
  refusal.service = std::move(service);
  refusal.action = access.action;
  refusal.resource = access.resource;
  // Whom a role of another account trusts is not for everybody to know.
  const bool own = access.resource.find("::" + request.principal.account + ":") != std::string::npos;
  if (decision.by_trust && own) {
    refusal.decided_by = DecidedBy::role_trust;
    if (decision.reason.empty()) {
      refusal.reason += " because no role trust policy allows the " + access.action + " action";
    }
  }
  return refusal;
}

}  // namespace standpipe::aws
