// Which IAM action on which ARN each operation about roles needs.
#include "services/iam/access_conditions.h"
#include "services/iam/arns.h"
#include "services/iam/iam.h"

namespace standpipe::iam {

aws::Access Iam::on_role(const aws::Request& request, std::string_view operation, const std::string& name) const {
  aws::Access access{"iam:" + std::string(operation), make_arn(request.account, "role", "/", name)};
  if (const auto record = accounts_.role(request.account, name)) {
    access.resource = record->arn;
    add_record_conditions(access, record->tags, record->boundary);
  }
  return access;
}

aws::Accesses Iam::access(const aws::Request& request, const CreateRoleInput& input) {
  aws::Access access{"iam:CreateRole", make_arn(request.account, "role", input.path.value_or("/"), input.role_name)};
  if (input.permissions_boundary) access.conditions["iam:permissionsboundary"] = {*input.permissions_boundary};
  return with_request_tags(std::move(access), "iam:TagRole", input.tags);
}

aws::Accesses Iam::access(const aws::Request& request, const ListRolesInput& input) {
  return {{"iam:ListRoles", make_arn(request.account, "role", input.path_prefix.value_or("/"), "")}};
}

aws::Accesses Iam::access(const aws::Request& request, const TagRoleInput& input) {
  return {with_tags(on_role(request, "TagRole", input.role_name), input.tags)};
}

aws::Accesses Iam::access(const aws::Request& request, const AttachRolePolicyInput& input) {
  return {with_policy(on_role(request, "AttachRolePolicy", input.role_name), input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const DetachRolePolicyInput& input) {
  return {with_policy(on_role(request, "DetachRolePolicy", input.role_name), input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const PutRolePermissionsBoundaryInput& input) {
  aws::Access access = on_role(request, "PutRolePermissionsBoundary", input.role_name);
  access.conditions["iam:permissionsboundary"] = {input.permissions_boundary};
  return {std::move(access)};
}

aws::Accesses Iam::access(const aws::Request& request, const GetRoleInput& input) {
  return {on_role(request, "GetRole", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const UpdateRoleInput& input) {
  return {on_role(request, "UpdateRole", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const UpdateRoleDescriptionInput& input) {
  return {on_role(request, "UpdateRoleDescription", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const UpdateAssumeRolePolicyInput& input) {
  return {on_role(request, "UpdateAssumeRolePolicy", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const DeleteRoleInput& input) {
  return {on_role(request, "DeleteRole", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListInstanceProfilesForRoleInput& input) {
  return {on_role(request, "ListInstanceProfilesForRole", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const UntagRoleInput& input) {
  return {with_tag_keys(on_role(request, "UntagRole", input.role_name), input.tag_keys)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListRoleTagsInput& input) {
  return {on_role(request, "ListRoleTags", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const PutRolePolicyInput& input) {
  return {on_role(request, "PutRolePolicy", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const GetRolePolicyInput& input) {
  return {on_role(request, "GetRolePolicy", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListRolePoliciesInput& input) {
  return {on_role(request, "ListRolePolicies", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const DeleteRolePolicyInput& input) {
  return {on_role(request, "DeleteRolePolicy", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListAttachedRolePoliciesInput& input) {
  return {on_role(request, "ListAttachedRolePolicies", input.role_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const DeleteRolePermissionsBoundaryInput& input) {
  return {on_role(request, "DeleteRolePermissionsBoundary", input.role_name)};
}

}  // namespace standpipe::iam
