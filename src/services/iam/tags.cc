#include <algorithm>

#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/shown.h"

namespace standpipe::iam {
namespace {

template <class Output, class Input>
Output list_tags(const Tags& tags, const Input& input) {
  std::vector<Tag> all = show_tags(tags);
  std::ranges::sort(all, {}, &Tag::key);
  Output output;
  fill_page(std::move(all), [](const Tag& tag) { return tag.key; }, page_request(input.marker, input.max_items),
            output.tags, output);
  return output;
}

}  // namespace

TagUserOutput Iam::tag_user(const aws::Request& request, const TagUserInput& input) {
  change_user(request, input.user_name, [&](UserRecord& record, Changes&) { add_tags(record.tags, input.tags); });
  return {};
}

UntagUserOutput Iam::untag_user(const aws::Request& request, const UntagUserInput& input) {
  change_user(request, input.user_name,
              [&](UserRecord& record, Changes&) { remove_tags(record.tags, input.tag_keys); });
  return {};
}

ListUserTagsOutput Iam::list_user_tags(const aws::Request& request, const ListUserTagsInput& input) {
  return list_tags<ListUserTagsOutput>(user(request, input.user_name)->tags, input);
}

TagRoleOutput Iam::tag_role(const aws::Request& request, const TagRoleInput& input) {
  change_role(request, input.role_name, [&](RoleRecord& record, Changes&) { add_tags(record.tags, input.tags); });
  return {};
}

UntagRoleOutput Iam::untag_role(const aws::Request& request, const UntagRoleInput& input) {
  change_role(request, input.role_name,
              [&](RoleRecord& record, Changes&) { remove_tags(record.tags, input.tag_keys); });
  return {};
}

ListRoleTagsOutput Iam::list_role_tags(const aws::Request& request, const ListRoleTagsInput& input) {
  return list_tags<ListRoleTagsOutput>(role(request, input.role_name)->tags, input);
}

TagPolicyOutput Iam::tag_policy(const aws::Request& request, const TagPolicyInput& input) {
  change_policy(request, input.policy_arn,
                [&](PolicyRecord& record, Changes&) { add_tags(record.tags, input.tags); });
  return {};
}

UntagPolicyOutput Iam::untag_policy(const aws::Request& request, const UntagPolicyInput& input) {
  change_policy(request, input.policy_arn,
                [&](PolicyRecord& record, Changes&) { remove_tags(record.tags, input.tag_keys); });
  return {};
}

ListPolicyTagsOutput Iam::list_policy_tags(const aws::Request&, const ListPolicyTagsInput& input) {
  return list_tags<ListPolicyTagsOutput>(policy(input.policy_arn)->tags, input);
}

}  // namespace standpipe::iam
