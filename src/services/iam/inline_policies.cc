#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/shown.h"

namespace standpipe::iam {
namespace {

// Of all inline policies of one together, without white space.
constexpr size_t kUserSizeMax = 2048, kRoleSizeMax = 10240;

void put_inline(IdentityRecord& record, std::string_view type, size_t size_max, const std::string& name,
                const std::string& document) {
  check_document(document, policy::PolicyKind::identity);
  record.inline_policies[name] = document;
  size_t size = 0;
  for (const auto& [each, text] : record.inline_policies) size += policy::policy_size(text);
  if (size > size_max) {
    throw LimitExceededException("Maximum policy size of " + std::to_string(size_max) + " bytes exceeded for " +
                                 std::string(type) + " " + record.name);
  }
}

aws::Error no_inline(std::string_view type, const std::string& name) {
  return NoSuchEntityException("The " + std::string(type) + " policy with name " + name + " cannot be found.");
}

const std::string& find_inline(const IdentityRecord& record, std::string_view type, const std::string& name) {
  const auto found = record.inline_policies.find(name);
  if (found == record.inline_policies.end()) throw no_inline(type, name);
  return found->second;
}

void remove_inline(IdentityRecord& record, std::string_view type, const std::string& name) {
  if (record.inline_policies.erase(name) == 0) throw no_inline(type, name);
}

template <class Output, class Input>
Output list_inline(const IdentityRecord& record, const Input& input) {
  std::vector<std::string> names;
  for (const auto& [name, document] : record.inline_policies) names.push_back(name);
  Output output;
  fill_page(std::move(names), [](const std::string& name) { return name; },
            page_request(input.marker, input.max_items), output.policy_names, output);
  return output;
}

}  // namespace

PutUserPolicyOutput Iam::put_user_policy(const aws::Request& request, const PutUserPolicyInput& input) {
  change_user(request, input.user_name, [&](UserRecord& record, Changes&) {
    put_inline(record, "user", kUserSizeMax, input.policy_name, input.policy_document);
  });
  return {};
}

GetUserPolicyOutput Iam::get_user_policy(const aws::Request& request, const GetUserPolicyInput& input) {
  const auto record = user(request, input.user_name);
  return {.user_name = record->name, .policy_name = input.policy_name,
          .policy_document = show_document(find_inline(*record, "user", input.policy_name))};
}

ListUserPoliciesOutput Iam::list_user_policies(const aws::Request& request, const ListUserPoliciesInput& input) {
  return list_inline<ListUserPoliciesOutput>(*user(request, input.user_name), input);
}

DeleteUserPolicyOutput Iam::delete_user_policy(const aws::Request& request, const DeleteUserPolicyInput& input) {
  change_user(request, input.user_name,
              [&](UserRecord& record, Changes&) { remove_inline(record, "user", input.policy_name); });
  return {};
}

PutRolePolicyOutput Iam::put_role_policy(const aws::Request& request, const PutRolePolicyInput& input) {
  change_role(request, input.role_name, [&](RoleRecord& record, Changes&) {
    put_inline(record, "role", kRoleSizeMax, input.policy_name, input.policy_document);
  });
  return {};
}

GetRolePolicyOutput Iam::get_role_policy(const aws::Request& request, const GetRolePolicyInput& input) {
  const auto record = role(request, input.role_name);
  return {.role_name = record->name, .policy_name = input.policy_name,
          .policy_document = show_document(find_inline(*record, "role", input.policy_name))};
}

ListRolePoliciesOutput Iam::list_role_policies(const aws::Request& request, const ListRolePoliciesInput& input) {
  return list_inline<ListRolePoliciesOutput>(*role(request, input.role_name), input);
}

DeleteRolePolicyOutput Iam::delete_role_policy(const aws::Request& request, const DeleteRolePolicyInput& input) {
  change_role(request, input.role_name,
              [&](RoleRecord& record, Changes&) { remove_inline(record, "role", input.policy_name); });
  return {};
}

}  // namespace standpipe::iam
