// How the operations find and change records.
#include "services/iam/iam.h"

namespace standpipe::iam {
namespace {

aws::Error no_user(const std::string& name) {
  return NoSuchEntityException("The user with name " + name + " cannot be found.");
}
aws::Error no_role(const std::string& name) {
  return NoSuchEntityException("The role with name " + name + " cannot be found.");
}
aws::Error no_policy(const std::string& arn) { return NoSuchEntityException("Policy " + arn + " was not found."); }

}  // namespace

std::shared_ptr<const UserRecord> Iam::user(const aws::Request& request, const std::string& name) const {
  auto found = accounts_.user(request.account, name);
  if (found == nullptr) throw no_user(name);
  return found;
}

std::shared_ptr<const RoleRecord> Iam::role(const aws::Request& request, const std::string& name) const {
  auto found = accounts_.role(request.account, name);
  if (found == nullptr) throw no_role(name);
  return found;
}

std::shared_ptr<const PolicyRecord> Iam::policy(const std::string& arn) const {
  if (!arn.starts_with("arn:")) throw ValidationError("Invalid ARN:  Could not be parsed!");
  auto found = accounts_.policy(arn);
  if (found == nullptr) throw no_policy(arn);
  return found;
}

void Iam::change_user(const aws::Request& request, const std::string& name,
                      const std::function<void(UserRecord&, Changes&)>& body) {
  accounts_.change([&](Changes& changes) {
    auto record = changes.user(request.account, name);
    if (!record) throw no_user(name);
    body(*record, changes);
    changes.put(*record);
  });
}

void Iam::change_role(const aws::Request& request, const std::string& name,
                      const std::function<void(RoleRecord&, Changes&)>& body) {
  accounts_.change([&](Changes& changes) {
    auto record = changes.role(request.account, name);
    if (!record) throw no_role(name);
    body(*record, changes);
    changes.put(*record);
  });
}

void Iam::change_policy(const aws::Request& request, const std::string& arn,
                        const std::function<void(PolicyRecord&, Changes&)>& body) {
  if (policy(arn)->account != request.account) {  // AWS's own belong to nobody's account
    throw AccessDenied("User: " + request.principal.arn + " is not authorized to change the policy " + arn);
  }
  accounts_.change([&](Changes& changes) {
    auto record = changes.policy(arn);
    if (!record) throw no_policy(arn);
    body(*record, changes);
    changes.put(*record);
  });
}

}  // namespace standpipe::iam
