#include "services/iam/access_conditions.h"

namespace standpipe::iam {

void add_record_conditions(aws::Access& access, const Tags& tags, const std::string& boundary) {
  for (const auto& [key, value] : tags) {
    access.conditions["aws:resourcetag/" + key] = {value};
    access.conditions["iam:resourcetag/" + key] = {value};
  }
  if (!boundary.empty()) access.conditions["iam:permissionsboundary"] = {boundary};
}

aws::Access with_policy(aws::Access access, const std::string& policy_arn) {
  access.conditions["iam:policyarn"] = {policy_arn};
  return access;
}

aws::Access with_tags(aws::Access access, const std::vector<Tag>& tags) {
  for (const Tag& tag : tags) {
    access.conditions["aws:requesttag/" + tag.key] = {tag.value};
    access.conditions["aws:tagkeys"].push_back(tag.key);
  }
  return access;
}

aws::Access with_tag_keys(aws::Access access, const std::vector<std::string>& keys) {
  access.conditions["aws:tagkeys"] = keys;
  return access;
}

aws::Accesses with_request_tags(aws::Access access, const std::string& tag_action,
                                const std::optional<std::vector<Tag>>& tags) {
  if (!tags || tags->empty()) return {std::move(access)};
  access = with_tags(std::move(access), *tags);
  aws::Access tagging = access;
  tagging.action = tag_action;
  return {std::move(access), std::move(tagging)};
}

}  // namespace standpipe::iam
