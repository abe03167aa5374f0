// Identity and Access Management: users, login profiles, access keys, roles, inline and managed policies of an account.
// Global: the same for every region. All state is in metadata, behind `Accounts`. Thread-safe.
//
// Documents are answered URL-encoded, as IAM does. Groups and instance profiles do not exist here: their lists are
// empty.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "generated/iam.h"
#include "services/iam/accounts.h"
#include "services/iam/key_usage.h"

namespace standpipe::iam {

class Iam final : public Operations {
 public:
  Iam(Accounts& accounts, KeyUsage& usage, const Clock& clock) : accounts_(accounts), usage_(usage), clock_(clock) {}

  // Users (users.cc).
  CreateUserOutput create_user(const aws::Request&, const CreateUserInput&) override;
  GetUserOutput get_user(const aws::Request&, const GetUserInput&) override;
  ListUsersOutput list_users(const aws::Request&, const ListUsersInput&) override;
  UpdateUserOutput update_user(const aws::Request&, const UpdateUserInput&) override;
  DeleteUserOutput delete_user(const aws::Request&, const DeleteUserInput&) override;
  ListGroupsForUserOutput list_groups_for_user(const aws::Request&, const ListGroupsForUserInput&) override;

  // Console passwords (login_profiles.cc).
  CreateLoginProfileOutput create_login_profile(const aws::Request&, const CreateLoginProfileInput&) override;
  GetLoginProfileOutput get_login_profile(const aws::Request&, const GetLoginProfileInput&) override;
  UpdateLoginProfileOutput update_login_profile(const aws::Request&, const UpdateLoginProfileInput&) override;
  DeleteLoginProfileOutput delete_login_profile(const aws::Request&, const DeleteLoginProfileInput&) override;
  ChangePasswordOutput change_password(const aws::Request&, const ChangePasswordInput&) override;

  // Access keys (access_keys.cc).
  CreateAccessKeyOutput create_access_key(const aws::Request&, const CreateAccessKeyInput&) override;
  ListAccessKeysOutput list_access_keys(const aws::Request&, const ListAccessKeysInput&) override;
  UpdateAccessKeyOutput update_access_key(const aws::Request&, const UpdateAccessKeyInput&) override;
  DeleteAccessKeyOutput delete_access_key(const aws::Request&, const DeleteAccessKeyInput&) override;
  GetAccessKeyLastUsedOutput get_access_key_last_used(const aws::Request&, const GetAccessKeyLastUsedInput&) override;

  // Roles (roles.cc).
  CreateRoleOutput create_role(const aws::Request&, const CreateRoleInput&) override;
  GetRoleOutput get_role(const aws::Request&, const GetRoleInput&) override;
  ListRolesOutput list_roles(const aws::Request&, const ListRolesInput&) override;
  UpdateRoleOutput update_role(const aws::Request&, const UpdateRoleInput&) override;
  UpdateRoleDescriptionOutput update_role_description(
      const aws::Request&, const UpdateRoleDescriptionInput&) override;
  UpdateAssumeRolePolicyOutput update_assume_role_policy(
      const aws::Request&, const UpdateAssumeRolePolicyInput&) override;
  DeleteRoleOutput delete_role(const aws::Request&, const DeleteRoleInput&) override;
  ListInstanceProfilesForRoleOutput list_instance_profiles_for_role(
      const aws::Request&, const ListInstanceProfilesForRoleInput&) override;

  // Inline policies (inline_policies.cc).
  PutUserPolicyOutput put_user_policy(const aws::Request&, const PutUserPolicyInput&) override;
  GetUserPolicyOutput get_user_policy(const aws::Request&, const GetUserPolicyInput&) override;
  ListUserPoliciesOutput list_user_policies(const aws::Request&, const ListUserPoliciesInput&) override;
  DeleteUserPolicyOutput delete_user_policy(const aws::Request&, const DeleteUserPolicyInput&) override;
  PutRolePolicyOutput put_role_policy(const aws::Request&, const PutRolePolicyInput&) override;
  GetRolePolicyOutput get_role_policy(const aws::Request&, const GetRolePolicyInput&) override;
  ListRolePoliciesOutput list_role_policies(const aws::Request&, const ListRolePoliciesInput&) override;
  DeleteRolePolicyOutput delete_role_policy(const aws::Request&, const DeleteRolePolicyInput&) override;

  // Managed policies and their versions (policies.cc).
  CreatePolicyOutput create_policy(const aws::Request&, const CreatePolicyInput&) override;
  GetPolicyOutput get_policy(const aws::Request&, const GetPolicyInput&) override;
  ListPoliciesOutput list_policies(const aws::Request&, const ListPoliciesInput&) override;
  DeletePolicyOutput delete_policy(const aws::Request&, const DeletePolicyInput&) override;
  CreatePolicyVersionOutput create_policy_version(const aws::Request&, const CreatePolicyVersionInput&) override;
  GetPolicyVersionOutput get_policy_version(const aws::Request&, const GetPolicyVersionInput&) override;
  ListPolicyVersionsOutput list_policy_versions(const aws::Request&, const ListPolicyVersionsInput&) override;
  SetDefaultPolicyVersionOutput set_default_policy_version(
      const aws::Request&, const SetDefaultPolicyVersionInput&) override;
  DeletePolicyVersionOutput delete_policy_version(const aws::Request&, const DeletePolicyVersionInput&) override;

  // Attachments and permissions boundaries (attachments.cc).
  AttachUserPolicyOutput attach_user_policy(const aws::Request&, const AttachUserPolicyInput&) override;
  DetachUserPolicyOutput detach_user_policy(const aws::Request&, const DetachUserPolicyInput&) override;
  ListAttachedUserPoliciesOutput list_attached_user_policies(
      const aws::Request&, const ListAttachedUserPoliciesInput&) override;
  AttachRolePolicyOutput attach_role_policy(const aws::Request&, const AttachRolePolicyInput&) override;
  DetachRolePolicyOutput detach_role_policy(const aws::Request&, const DetachRolePolicyInput&) override;
  ListAttachedRolePoliciesOutput list_attached_role_policies(
      const aws::Request&, const ListAttachedRolePoliciesInput&) override;
  ListEntitiesForPolicyOutput list_entities_for_policy(
      const aws::Request&, const ListEntitiesForPolicyInput&) override;
  PutUserPermissionsBoundaryOutput put_user_permissions_boundary(
      const aws::Request&, const PutUserPermissionsBoundaryInput&) override;
  DeleteUserPermissionsBoundaryOutput delete_user_permissions_boundary(
      const aws::Request&, const DeleteUserPermissionsBoundaryInput&) override;
  PutRolePermissionsBoundaryOutput put_role_permissions_boundary(
      const aws::Request&, const PutRolePermissionsBoundaryInput&) override;
  DeleteRolePermissionsBoundaryOutput delete_role_permissions_boundary(
      const aws::Request&, const DeleteRolePermissionsBoundaryInput&) override;

  // Tags (tags.cc).
  TagUserOutput tag_user(const aws::Request&, const TagUserInput&) override;
  UntagUserOutput untag_user(const aws::Request&, const UntagUserInput&) override;
  ListUserTagsOutput list_user_tags(const aws::Request&, const ListUserTagsInput&) override;
  TagRoleOutput tag_role(const aws::Request&, const TagRoleInput&) override;
  UntagRoleOutput untag_role(const aws::Request&, const UntagRoleInput&) override;
  ListRoleTagsOutput list_role_tags(const aws::Request&, const ListRoleTagsInput&) override;
  TagPolicyOutput tag_policy(const aws::Request&, const TagPolicyInput&) override;
  UntagPolicyOutput untag_policy(const aws::Request&, const UntagPolicyInput&) override;
  ListPolicyTagsOutput list_policy_tags(const aws::Request&, const ListPolicyTagsInput&) override;

  // access_users.cc, access_roles.cc, access_policies.cc
  aws::Accesses access(const aws::Request&, const CreateUserInput&) override;
  aws::Accesses access(const aws::Request&, const GetUserInput&) override;
  aws::Accesses access(const aws::Request&, const ListUsersInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateUserInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteUserInput&) override;
  aws::Accesses access(const aws::Request&, const ListGroupsForUserInput&) override;
  aws::Accesses access(const aws::Request&, const CreateLoginProfileInput&) override;
  aws::Accesses access(const aws::Request&, const GetLoginProfileInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateLoginProfileInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteLoginProfileInput&) override;
  aws::Accesses access(const aws::Request&, const ChangePasswordInput&) override;
  aws::Accesses access(const aws::Request&, const CreateAccessKeyInput&) override;
  aws::Accesses access(const aws::Request&, const ListAccessKeysInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateAccessKeyInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteAccessKeyInput&) override;
  aws::Accesses access(const aws::Request&, const GetAccessKeyLastUsedInput&) override;
  aws::Accesses access(const aws::Request&, const CreateRoleInput&) override;
  aws::Accesses access(const aws::Request&, const GetRoleInput&) override;
  aws::Accesses access(const aws::Request&, const ListRolesInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateRoleInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateRoleDescriptionInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateAssumeRolePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteRoleInput&) override;
  aws::Accesses access(const aws::Request&, const ListInstanceProfilesForRoleInput&) override;
  aws::Accesses access(const aws::Request&, const PutUserPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const GetUserPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const ListUserPoliciesInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteUserPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const PutRolePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const GetRolePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const ListRolePoliciesInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteRolePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const CreatePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const GetPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const ListPoliciesInput&) override;
  aws::Accesses access(const aws::Request&, const DeletePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const CreatePolicyVersionInput&) override;
  aws::Accesses access(const aws::Request&, const GetPolicyVersionInput&) override;
  aws::Accesses access(const aws::Request&, const ListPolicyVersionsInput&) override;
  aws::Accesses access(const aws::Request&, const SetDefaultPolicyVersionInput&) override;
  aws::Accesses access(const aws::Request&, const DeletePolicyVersionInput&) override;
  aws::Accesses access(const aws::Request&, const AttachUserPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const DetachUserPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const ListAttachedUserPoliciesInput&) override;
  aws::Accesses access(const aws::Request&, const AttachRolePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const DetachRolePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const ListAttachedRolePoliciesInput&) override;
  aws::Accesses access(const aws::Request&, const ListEntitiesForPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const PutUserPermissionsBoundaryInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteUserPermissionsBoundaryInput&) override;
  aws::Accesses access(const aws::Request&, const PutRolePermissionsBoundaryInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteRolePermissionsBoundaryInput&) override;
  aws::Accesses access(const aws::Request&, const TagUserInput&) override;
  aws::Accesses access(const aws::Request&, const UntagUserInput&) override;
  aws::Accesses access(const aws::Request&, const ListUserTagsInput&) override;
  aws::Accesses access(const aws::Request&, const TagRoleInput&) override;
  aws::Accesses access(const aws::Request&, const UntagRoleInput&) override;
  aws::Accesses access(const aws::Request&, const ListRoleTagsInput&) override;
  aws::Accesses access(const aws::Request&, const TagPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const UntagPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const ListPolicyTagsInput&) override;

 private:
  // IAM's times have no fractions of a second.
  Timestamp now() const { return std::chrono::floor<std::chrono::seconds>(clock_.now()); }

  // Throw NoSuchEntityException.
  std::shared_ptr<const UserRecord> user(const aws::Request& request, const std::string& name) const;
  std::shared_ptr<const RoleRecord> role(const aws::Request& request, const std::string& name) const;
  std::shared_ptr<const PolicyRecord> policy(const std::string& arn) const;

  // One transaction over one record, which is stored afterwards; throw NoSuchEntityException.
  void change_user(const aws::Request& request, const std::string& name,
                   const std::function<void(UserRecord&, Changes&)>& body);
  void change_role(const aws::Request& request, const std::string& name,
                   const std::function<void(RoleRecord&, Changes&)>& body);
  void change_policy(const aws::Request& request, const std::string& arn,
                     const std::function<void(PolicyRecord&, Changes&)>& body);

  // Managed policies as they can be attached; throws NoSuchEntityException, also for other accounts' policies.
  void check_attachable(const aws::Request& request, const std::string& arn) const;
  void check_boundary(const aws::Request& request, const std::string& arn) const;
  // Sets the trust policy and the ids of those whom it names; throws MalformedPolicyDocumentException.
  void set_trust(RoleRecord& role, const std::string& document) const;
  std::string show_trust(const RoleRecord& role) const;
  Role show_role(const RoleRecord& role) const;
  size_t uses(const aws::Request& request, const std::string& policy_arn, std::string_view as) const;
  Policy show_policy(const aws::Request& request, const PolicyRecord& policy) const;

  aws::Access on_user(const aws::Request& request, std::string_view operation, const std::string& name) const;
  aws::Access on_self(const aws::Request& request, std::string_view operation,
                      const std::optional<std::string>& name) const;
  aws::Access on_role(const aws::Request& request, std::string_view operation, const std::string& name) const;
  aws::Access on_policy(const aws::Request& request, std::string_view operation, const std::string& arn) const;

  Accounts& accounts_;
  KeyUsage& usage_;
  const Clock& clock_;
};

}  // namespace standpipe::iam
