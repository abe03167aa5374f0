// Which IAM action on which ARN each operation about managed policies needs.
#include "services/iam/access_conditions.h"
#include "services/iam/arns.h"
#include "services/iam/iam.h"

namespace standpipe::iam {

aws::Access Iam::on_policy(const aws::Request&, std::string_view operation, const std::string& arn) const {
  aws::Access access{"iam:" + std::string(operation), arn.starts_with("arn:") ? arn : "policy " + arn};
  if (const auto record = accounts_.policy(arn)) add_record_conditions(access, record->tags, "");
  return access;
}

aws::Accesses Iam::access(const aws::Request& request, const CreatePolicyInput& input) {
  return with_request_tags(
      {"iam:CreatePolicy", make_arn(request.account, "policy", input.path.value_or("/"), input.policy_name)},
      "iam:TagPolicy", input.tags);
}

aws::Accesses Iam::access(const aws::Request&, const ListPoliciesInput& input) {
  return {{"iam:ListPolicies", "policy path " + input.path_prefix.value_or("/")}};
}

aws::Accesses Iam::access(const aws::Request& request, const TagPolicyInput& input) {
  return {with_tags(on_policy(request, "TagPolicy", input.policy_arn), input.tags)};
}

aws::Accesses Iam::access(const aws::Request& request, const GetPolicyInput& input) {
  return {on_policy(request, "GetPolicy", input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const DeletePolicyInput& input) {
  return {on_policy(request, "DeletePolicy", input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const CreatePolicyVersionInput& input) {
  return {on_policy(request, "CreatePolicyVersion", input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const GetPolicyVersionInput& input) {
  return {on_policy(request, "GetPolicyVersion", input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListPolicyVersionsInput& input) {
  return {on_policy(request, "ListPolicyVersions", input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const SetDefaultPolicyVersionInput& input) {
  return {on_policy(request, "SetDefaultPolicyVersion", input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const DeletePolicyVersionInput& input) {
  return {on_policy(request, "DeletePolicyVersion", input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const UntagPolicyInput& input) {
  return {with_tag_keys(on_policy(request, "UntagPolicy", input.policy_arn), input.tag_keys)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListPolicyTagsInput& input) {
  return {on_policy(request, "ListPolicyTags", input.policy_arn)};
}

aws::Accesses Iam::access(const aws::Request& request, const ListEntitiesForPolicyInput& input) {
  return {on_policy(request, "ListEntitiesForPolicy", input.policy_arn)};
}

}  // namespace standpipe::iam
