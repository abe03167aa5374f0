#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "services/iam/arns.h"
#include "services/iam/iam.h"
#include "services/iam/managed_policies.h"
#include "services/iam/pages.h"
#include "services/iam/scan.h"
#include "services/iam/shown.h"

namespace standpipe::iam {
namespace {

constexpr size_t kDocumentSizeMax = 6144, kVersionsMax = 5;

void check_managed_document(const std::string& document) {
  check_document(document, policy::PolicyKind::identity);
  if (policy::policy_size(document) > kDocumentSizeMax) {
    throw LimitExceededException("Cannot exceed quota for PolicySize: " + std::to_string(kDocumentSizeMax));
  }
}

std::string version_id(int number) { return "v" + std::to_string(number); }

const PolicyVersionRecord& find_version(const PolicyRecord& policy, const std::string& id) {
  const auto number = id.starts_with("v") ? parse_int(id.substr(1)) : std::nullopt;
  const PolicyVersionRecord* version =
      number && *number < 1'000'000 ? policy.version(static_cast<int>(*number)) : nullptr;
  if (version == nullptr) {
    throw NoSuchEntityException("Policy " + policy.arn + " version " + id + " does not exist or is not attachable.");
  }
  return *version;
}

PolicyVersion show_version(const PolicyRecord& policy, const PolicyVersionRecord& version) {
  return {.version_id = version_id(version.number), .is_default_version = version.number == policy.default_version,
          .create_date = version.created};
}

Policy show_plain(const PolicyRecord& record) {
  Policy policy;
  policy.policy_name = record.name;
  policy.policy_id = record.id;
  policy.arn = record.arn;
  policy.path = record.path;
  policy.default_version_id = version_id(record.default_version);
  policy.is_attachable = true;
  policy.create_date = record.created;
  policy.update_date = record.updated;
  policy.attachment_count = 0;
  policy.permissions_boundary_usage_count = 0;
  return policy;
}

// How often each policy is used in an account, in one scan.
std::map<std::string, int32_t> count_uses(Metadata& metadata, const std::string& account, std::string_view as) {
  const std::string prefix = account + "/-/iam/" + std::string(as) + "/";
  std::map<std::string, int32_t> counts;
  for (const Document& document : metadata.scan(prefix)) {
    const std::string_view rest = std::string_view(document.key).substr(prefix.size());
    if (const auto arn = uri_decode(rest.substr(0, rest.find('/')))) ++counts[*arn];
  }
  return counts;
}

bool listed(const ListPoliciesInput& input, const Policy& policy) {
  const std::string usage = input.policy_usage_filter.value_or("");
  if (!policy.path->starts_with(input.path_prefix.value_or("/"))) return false;
  if (usage == "PermissionsPolicy" && *policy.attachment_count == 0) return false;
  if (usage == "PermissionsBoundary" && *policy.permissions_boundary_usage_count == 0) return false;
  return !input.only_attached.value_or(false) || *policy.attachment_count > 0;
}

}  // namespace

size_t Iam::uses(const aws::Request& request, const std::string& policy_arn, std::string_view as) const {
  return accounts_.metadata().scan(usage_prefix(request.account, policy_arn, as)).size();
}

Policy Iam::show_policy(const aws::Request& request, const PolicyRecord& record) const {
  Policy policy = show_plain(record);
  policy.attachment_count = static_cast<int32_t>(uses(request, record.arn, "attached"));
  policy.permissions_boundary_usage_count = static_cast<int32_t>(uses(request, record.arn, "boundary"));
  if (!record.description.empty()) policy.description = record.description;
  policy.tags = show_tags(record.tags);
  return policy;
}

CreatePolicyOutput Iam::create_policy(const aws::Request& request, const CreatePolicyInput& input) {
  PolicyRecord record;
  record.account = request.account;
  record.name = input.policy_name;
  record.path = input.path.value_or("/");
  record.id = new_id("ANPA");
  record.arn = make_arn(record.account, "policy", record.path, record.name);
  record.description = input.description.value_or("");
  record.created = record.updated = now();
  if (input.tags) add_tags(record.tags, *input.tags);
  check_managed_document(input.policy_document);
  record.versions.push_back({1, input.policy_document, record.created});
  accounts_.change([&](Changes& changes) {
    if (changes.exists(policy_key(record.account, record.name))) {
      throw EntityAlreadyExistsException("A policy called " + record.name +
                                         " already exists. Duplicate names are not allowed.");
    }
    changes.put(record);
  });
  CreatePolicyOutput output{.policy = show_plain(record)};
  if (!record.tags.empty()) output.policy->tags = show_tags(record.tags);
  return output;
}

GetPolicyOutput Iam::get_policy(const aws::Request& request, const GetPolicyInput& input) {
  return {.policy = show_policy(request, *policy(input.policy_arn))};
}

ListPoliciesOutput Iam::list_policies(const aws::Request& request, const ListPoliciesInput& input) {
  const auto attached = count_uses(accounts_.metadata(), request.account, "attached");
  const auto bounding = count_uses(accounts_.metadata(), request.account, "boundary");
  std::vector<Policy> found;
  const auto add = [&](const PolicyRecord& record) {
    Policy policy = show_plain(record);
    if (const auto uses = attached.find(record.arn); uses != attached.end()) policy.attachment_count = uses->second;
    if (const auto uses = bounding.find(record.arn); uses != bounding.end()) {
      policy.permissions_boundary_usage_count = uses->second;
    }
    if (listed(input, policy)) found.push_back(std::move(policy));
  };
  const std::string scope = input.scope.value_or("All");
  if (scope != "AWS") {
    for (const Document& document : accounts_.metadata().scan(policy_key(request.account, ""))) {
      add(read_policy(document.value));
    }
  }
  if (scope != "Local") {
    for (const auto& record : aws_managed_policies()) add(*record);
  }
  const auto name_of = [](const Policy& policy) { return *policy.policy_name + " " + *policy.arn; };
  std::ranges::sort(found, {}, name_of);
  ListPoliciesOutput output;
  output.policies.emplace();
  fill_page(std::move(found), name_of, page_request(input.marker, input.max_items), *output.policies, output);
  return output;
}

DeletePolicyOutput Iam::delete_policy(const aws::Request& request, const DeletePolicyInput& input) {
  if (policy(input.policy_arn)->account != request.account) {
    throw AccessDenied("User: " + request.principal.arn + " is not authorized to delete the policy " +
                       input.policy_arn);
  }
  accounts_.change([&](Changes& changes) {
    const auto record = changes.policy(input.policy_arn);
    if (!record) throw NoSuchEntityException("Policy " + input.policy_arn + " was not found.");
    for (const std::string_view as : {"attached", "boundary"}) {
      if (changes.count(usage_prefix(record->account, record->arn, as)) > 0) {
        throw DeleteConflictException("Cannot delete a policy attached to entities.");
      }
    }
    if (record->versions.size() > 1) {
      throw DeleteConflictException("This policy has more than one version. Before you delete a policy, you must "
                                    "delete the policy's versions. The default version is deleted with the policy.");
    }
    changes.remove(policy_key(record->account, record->name));
  });
  return {};
}

CreatePolicyVersionOutput Iam::create_policy_version(const aws::Request& request,
                                                     const CreatePolicyVersionInput& input) {
  check_managed_document(input.policy_document);
  CreatePolicyVersionOutput output;
  change_policy(request, input.policy_arn, [&](PolicyRecord& record, Changes&) {
    if (record.versions.size() >= kVersionsMax) {
      throw LimitExceededException("A managed policy can have up to 5 versions. Before you create a new version, you "
                                   "must delete an existing version.");
    }
    record.versions.push_back({record.next_version++, input.policy_document, now()});
    record.updated = now();
    if (input.set_as_default.value_or(false)) record.default_version = record.versions.back().number;
    output.policy_version = show_version(record, record.versions.back());
  });
  return output;
}

GetPolicyVersionOutput Iam::get_policy_version(const aws::Request&, const GetPolicyVersionInput& input) {
  const auto record = policy(input.policy_arn);
  const PolicyVersionRecord& version = find_version(*record, input.version_id);
  GetPolicyVersionOutput output{.policy_version = show_version(*record, version)};
  output.policy_version->document = show_document(version.document);
  return output;
}

ListPolicyVersionsOutput Iam::list_policy_versions(const aws::Request&, const ListPolicyVersionsInput& input) {
  const auto record = policy(input.policy_arn);
  std::vector<PolicyVersion> versions;
  for (const PolicyVersionRecord& version : record->versions) versions.push_back(show_version(*record, version));
  std::ranges::reverse(versions);  // newest first
  // Descending numbers as ascending names.
  const auto name_of = [](const PolicyVersion& version) {
    return std::to_string(2'000'000 - parse_int(version.version_id->substr(1)).value_or(0));
  };
  ListPolicyVersionsOutput output;
  output.versions.emplace();
  fill_page(std::move(versions), name_of, page_request(input.marker, input.max_items), *output.versions, output);
  return output;
}

SetDefaultPolicyVersionOutput Iam::set_default_policy_version(const aws::Request& request,
                                                              const SetDefaultPolicyVersionInput& input) {
  change_policy(request, input.policy_arn, [&](PolicyRecord& record, Changes&) {
    record.default_version = find_version(record, input.version_id).number;
    record.updated = now();
  });
  return {};
}

DeletePolicyVersionOutput Iam::delete_policy_version(const aws::Request& request,
                                                     const DeletePolicyVersionInput& input) {
  change_policy(request, input.policy_arn, [&](PolicyRecord& record, Changes&) {
    const int number = find_version(record, input.version_id).number;
    if (number == record.default_version) {
      throw DeleteConflictException("Cannot delete the default version of a policy.");
    }
    std::erase_if(record.versions, [&](const PolicyVersionRecord& version) { return version.number == number; });
    record.updated = now();
  });
  return {};
}

}  // namespace standpipe::iam
