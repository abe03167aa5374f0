// Which IAM action on which ARN each operation about users needs.
#include "services/iam/access_conditions.h"
#include "services/iam/arns.h"
#include "services/iam/iam.h"

namespace standpipe::iam {

// The user's ARN with its path; of a user that does not exist, the one that the root path would give.
aws::Access Iam::on_user(const aws::Request& request, std::string_view operation, const std::string& name) const {
  aws::Access access{"iam:" + std::string(operation), make_arn(request.account, "user", "/", name)};
  if (const auto record = accounts_.user(request.account, name)) {
    access.resource = record->arn;
    add_record_conditions(access, record->tags, record->boundary);
  }
  return access;
}

aws::Access Iam::on_self(const aws::Request& request, std::string_view operation,
                         const std::optional<std::string>& name) const {
  if (name) return on_user(request, operation, *name);
  if (request.principal.kind == aws::Principal::Kind::user) return on_user(request, operation, request.principal.name);
  return {"iam:" + std::string(operation), request.principal.arn};
}

aws::Accesses Iam::access(const aws::Request& request, const CreateUserInput& input) {
  aws::Access access{"iam:CreateUser", make_arn(request.account, "user", input.path.value_or("/"), input.user_name)};
  if (input.permissions_boundary) access.conditions["iam:permissionsboundary"] = {*input.permissions_boundary};
  return with_request_tags(std::move(access), "iam:TagUser", input.tags);
}

aws::Accesses Iam::access(const aws::Request& request, const ListUsersInput& input) {
  return {{"iam:ListUsers", make_arn(request.account, "user", input.path_prefix.value_or("/"), "")}};
}

aws::Accesses Iam::access(const aws::Request& request, const UpdateUserInput& input) {
  aws::Accesses accesses{on_user(request, "UpdateUser", input.user_name)};
  // Both the old and the new name: nobody renames into what they may not change.
  const auto record = accounts_.user(request.account, input.user_name);
  const std::string path = input.new_path.value_or(record == nullptr ? "/" : record->path);
  const std::string after = make_arn(request.account, "user", path, input.new_user_name.value_or(input.user_name));
  if (after != accesses.front().resource) accesses.push_back({"iam:UpdateUser", after});
  return accesses;
}

aws::Accesses Iam::access(const aws::Request& request, const ChangePasswordInput&) {
  return {on_self(request, "ChangePassword", std::nullopt)};
}

aws::Accesses Iam::access(const aws::Request& request, const GetAccessKeyLastUsedInput& input) {
  const auto owner = accounts_.key(input.access_key_id);
  if (owner == nullptr || owner->account != request.account) return {{"iam:GetAccessKeyLastUsed", "*"}};
  return {on_user(request, "GetAccessKeyLastUsed", owner->user)};
}

aws::Accesses Iam::access(const aws::Request& request, const TagUserInput& input) {
  return {with_tags(on_user(request, "TagUser", input.user_name), input.tags)};
}

aws::Accesses Iam::access(const aws::Request& request, const AttachUserPolicyInput& input) {
  return {with_policy(on_user(request, "AttachUserPolicy", input.user_name), input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const DetachUserPolicyInput& input) {
  return {with_policy(on_user(request, "DetachUserPolicy", input.user_name), input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const PutUserPermissionsBoundaryInput& input) {
  aws::Access access = on_user(request, "PutUserPermissionsBoundary", input.user_name);
  access.conditions["iam:permissionsboundary"] = {input.permissions_boundary};
  return {std::move(access)};
}

aws::Accesses Iam::access(const aws::Request& request, const CreateAccessKeyInput& input) {
  return {on_self(request, "CreateAccessKey", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListAccessKeysInput& input) {
  return {on_self(request, "ListAccessKeys", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const UpdateAccessKeyInput& input) {
  return {on_self(request, "UpdateAccessKey", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const DeleteAccessKeyInput& input) {
  return {on_self(request, "DeleteAccessKey", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const GetUserInput& input) {
  return {on_self(request, "GetUser", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const CreateLoginProfileInput& input) {
  return {on_self(request, "CreateLoginProfile", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const GetLoginProfileInput& input) {
  return {on_self(request, "GetLoginProfile", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const DeleteLoginProfileInput& input) {
  return {on_self(request, "DeleteLoginProfile", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const UpdateLoginProfileInput& input) {
  return {on_user(request, "UpdateLoginProfile", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const DeleteUserInput& input) {
  return {on_user(request, "DeleteUser", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListGroupsForUserInput& input) {
  return {on_user(request, "ListGroupsForUser", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const UntagUserInput& input) {
  return {with_tag_keys(on_user(request, "UntagUser", input.user_name), input.tag_keys)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListUserTagsInput& input) {
  return {on_user(request, "ListUserTags", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const PutUserPolicyInput& input) {
  return {on_user(request, "PutUserPolicy", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const GetUserPolicyInput& input) {
  return {on_user(request, "GetUserPolicy", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListUserPoliciesInput& input) {
  return {on_user(request, "ListUserPolicies", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const DeleteUserPolicyInput& input) {
  return {on_user(request, "DeleteUserPolicy", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListAttachedUserPoliciesInput& input) {
  return {on_user(request, "ListAttachedUserPolicies", input.user_name)};
}

aws::Accesses Iam::access(const aws::Request& request, const DeleteUserPermissionsBoundaryInput& input) {
  return {on_user(request, "DeleteUserPermissionsBoundary", input.user_name)};
}

}  // namespace standpipe::iam
