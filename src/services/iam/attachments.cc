#include <algorithm>

#include "services/iam/arns.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/scan.h"
#include "services/iam/shown.h"

namespace standpipe::iam {
namespace {

constexpr size_t kAttachedMax = 10;

void attach(IdentityRecord& record, Changes& changes, const std::string& arn, const std::string& type) {
  if (std::ranges::find(record.attached, arn) != record.attached.end()) return;
  if (record.attached.size() >= kAttachedMax) {
    throw LimitExceededException("Cannot exceed quota for PoliciesPer" + std::string(type == "user" ? "User" : "Role") +
                                 ": " + std::to_string(kAttachedMax));
  }
  record.attached.push_back(arn);
  add_usage(changes, record, arn, "attached", type);
}

void detach(IdentityRecord& record, Changes& changes, const std::string& arn, const std::string& type) {
  if (std::erase(record.attached, arn) == 0) throw NoSuchEntityException("Policy " + arn + " was not found.");
  remove_usage(changes, record, arn, "attached", type);
}

void set_boundary(IdentityRecord& record, Changes& changes, const std::string& arn, const std::string& type) {
  if (!record.boundary.empty()) remove_usage(changes, record, record.boundary, "boundary", type);
  record.boundary = arn;
  if (!arn.empty()) add_usage(changes, record, arn, "boundary", type);
}

void remove_boundary(IdentityRecord& record, Changes& changes, const std::string& type) {
  if (record.boundary.empty()) {
    throw NoSuchEntityException("The " + type + " with name " + record.name + " has no permissions boundary.");
  }
  set_boundary(record, changes, "", type);
}

template <class Output, class Input>
Output list_attached(const IdentityRecord& record, const Input& input) {
  std::vector<AttachedPolicy> policies;
  for (const std::string& each : record.attached) {
    const auto arn = parse_iam_arn(each);
    if (!arn || !arn->path.starts_with(input.path_prefix.value_or("/"))) continue;
    policies.push_back({.policy_name = arn->name, .policy_arn = each});
  }
  const auto name_of = [](const AttachedPolicy& policy) { return *policy.policy_name + " " + *policy.policy_arn; };
  std::ranges::sort(policies, {}, name_of);
  Output output;
  output.attached_policies.emplace();
  fill_page(std::move(policies), name_of, page_request(input.marker, input.max_items), *output.attached_policies,
            output);
  return output;
}

struct Entity {
  std::string type, name;
  bool operator==(const Entity&) const = default;
};

std::vector<Entity> users_of_policy(Metadata& metadata, const std::string& account,
                                    const ListEntitiesForPolicyInput& input) {
  const std::string usage = input.policy_usage_filter.value_or(""), filter = input.entity_filter.value_or("");
  std::vector<Entity> entities;
  for (const std::string_view as : {"attached", "boundary"}) {
    if (usage == (as == "attached" ? "PermissionsBoundary" : "PermissionsPolicy")) continue;
    const std::string prefix = usage_prefix(account, input.policy_arn, as);
    for (const Document& document : metadata.scan(prefix)) {
      const std::string type = document.key.substr(prefix.size(), 4);  // "user" or "role"
      if (filter.empty() || filter == (type == "user" ? "User" : "Role")) entities.push_back({type, document.value});
    }
  }
  std::ranges::sort(entities, {}, [](const Entity& entity) { return entity.type + " " + entity.name; });
  entities.erase(std::ranges::unique(entities).begin(), entities.end());
  return entities;
}

}  // namespace

void Iam::check_attachable(const aws::Request& request, const std::string& arn) const {
  if (!arn.starts_with("arn:")) throw InvalidInputException("ARN " + arn + " is not valid.");
  const auto found = accounts_.policy(arn);
  if (found == nullptr || (found->account != request.account && found->account != "aws")) {
    throw NoSuchEntityException("Policy " + arn + " does not exist or is not attachable.");
  }
}

void Iam::check_boundary(const aws::Request& request, const std::string& arn) const {
  if (!arn.starts_with("arn:")) throw InvalidInputException("ARN " + arn + " is not valid.");
  const auto found = accounts_.policy(arn);
  if (found == nullptr || (found->account != request.account && found->account != "aws")) {
    throw NoSuchEntityException("Scope ARN: " + arn + " does not exist or is not attachable.");
  }
}

AttachUserPolicyOutput Iam::attach_user_policy(const aws::Request& request, const AttachUserPolicyInput& input) {
  check_attachable(request, input.policy_arn);
  change_user(request, input.user_name, [&](UserRecord& record, Changes& changes) {
    attach(record, changes, input.policy_arn, "user");
  });
  return {};
}

DetachUserPolicyOutput Iam::detach_user_policy(const aws::Request& request, const DetachUserPolicyInput& input) {
  change_user(request, input.user_name, [&](UserRecord& record, Changes& changes) {
    detach(record, changes, input.policy_arn, "user");
  });
  return {};
}

ListAttachedUserPoliciesOutput Iam::list_attached_user_policies(const aws::Request& request,
                                                                const ListAttachedUserPoliciesInput& input) {
  return list_attached<ListAttachedUserPoliciesOutput>(*user(request, input.user_name), input);
}

AttachRolePolicyOutput Iam::attach_role_policy(const aws::Request& request, const AttachRolePolicyInput& input) {
  check_attachable(request, input.policy_arn);
  change_role(request, input.role_name, [&](RoleRecord& record, Changes& changes) {
    attach(record, changes, input.policy_arn, "role");
  });
  return {};
}

DetachRolePolicyOutput Iam::detach_role_policy(const aws::Request& request, const DetachRolePolicyInput& input) {
  change_role(request, input.role_name, [&](RoleRecord& record, Changes& changes) {
    detach(record, changes, input.policy_arn, "role");
  });
  return {};
}

ListAttachedRolePoliciesOutput Iam::list_attached_role_policies(const aws::Request& request,
                                                                const ListAttachedRolePoliciesInput& input) {
  return list_attached<ListAttachedRolePoliciesOutput>(*role(request, input.role_name), input);
}

ListEntitiesForPolicyOutput Iam::list_entities_for_policy(const aws::Request& request,
                                                          const ListEntitiesForPolicyInput& input) {
  policy(input.policy_arn);
  ListEntitiesForPolicyOutput output;
  output.policy_groups.emplace();
  output.policy_users.emplace();
  output.policy_roles.emplace();
  std::vector<Entity> page;
  fill_page(users_of_policy(accounts_.metadata(), request.account, input),
            [](const Entity& entity) { return entity.type + " " + entity.name; },
            page_request(input.marker, input.max_items), page, output);
  const std::string prefix = input.path_prefix.value_or("/");
  for (const Entity& entity : page) {
    if (entity.type == "user") {
      const auto found = accounts_.user(request.account, entity.name);
      if (found == nullptr || !found->path.starts_with(prefix)) continue;
      output.policy_users->push_back({.user_name = found->name, .user_id = found->id});
    } else {
      const auto found = accounts_.role(request.account, entity.name);
      if (found == nullptr || !found->path.starts_with(prefix)) continue;
      output.policy_roles->push_back({.role_name = found->name, .role_id = found->id});
    }
  }
  return output;
}

PutUserPermissionsBoundaryOutput Iam::put_user_permissions_boundary(const aws::Request& request,
                                                                    const PutUserPermissionsBoundaryInput& input) {
  check_boundary(request, input.permissions_boundary);
  change_user(request, input.user_name, [&](UserRecord& record, Changes& changes) {
    set_boundary(record, changes, input.permissions_boundary, "user");
  });
  return {};
}

DeleteUserPermissionsBoundaryOutput Iam::delete_user_permissions_boundary(
    const aws::Request& request, const DeleteUserPermissionsBoundaryInput& input) {
  change_user(request, input.user_name,
              [&](UserRecord& record, Changes& changes) { remove_boundary(record, changes, "user"); });
  return {};
}

PutRolePermissionsBoundaryOutput Iam::put_role_permissions_boundary(const aws::Request& request,
                                                                    const PutRolePermissionsBoundaryInput& input) {
  check_boundary(request, input.permissions_boundary);
  change_role(request, input.role_name, [&](RoleRecord& record, Changes& changes) {
    set_boundary(record, changes, input.permissions_boundary, "role");
  });
  return {};
}

DeleteRolePermissionsBoundaryOutput Iam::delete_role_permissions_boundary(
    const aws::Request& request, const DeleteRolePermissionsBoundaryInput& input) {
  change_role(request, input.role_name,
              [&](RoleRecord& record, Changes& changes) { remove_boundary(record, changes, "role"); });
  return {};
}

}  // namespace standpipe::iam
