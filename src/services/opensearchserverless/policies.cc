// Access and security policies: the same life under two names.
#include <algorithm>

#include "base/bytes.h"
#include "services/opensearchserverless/opensearchserverless.h"

namespace standpipe::opensearchserverless {
namespace {

constexpr int kPageDefault = 20;

std::string title(const std::string& type, const std::string& name) {
  return "Policy with name " + name + " and type " + type;
}

template <class Shown>
Shown summary(const StoredPolicy& policy) {
  Shown shown;
  shown.type = policy.type;
  shown.name = policy.name;
  shown.policy_version = policy.version();
  if (!policy.description.empty()) shown.description = policy.description;
  shown.created_date = epoch_ms(policy.created);
  shown.last_modified_date = epoch_ms(policy.modified);
  return shown;
}

template <class Detail>
Detail detail(const StoredPolicy& policy) {
  Detail shown = summary<Detail>(policy);
  shown.policy = json::parse(policy.text);
  return shown;
}

StoredPolicy new_policy(const auto& input) {
  StoredPolicy policy;
  policy.type = input.type;
  policy.name = input.name;
  policy.description = input.description.value_or("");
  policy.text = input.policy;
  policy.client_token = input.client_token.value_or("");
  return policy;
}

bool concerns(const StoredPolicy& policy, const std::vector<std::string>& resources) {
  const PolicyDocument document = parse_policy(policy.type, policy.text);
  for (const PolicyStatement& statement : document.statements) {
    for (const Rule& rule : statement.rules) {
      for (const std::string& pattern : rule.resources) {
        for (const std::string& resource : resources) {
          if (covers(pattern, resource)) return true;
        }
      }
    }
  }
  return false;
}

}  // namespace

StoredPolicy OpenSearchServerless::create_policy(const aws::Request& request, StoredPolicy policy,
                                                 const std::optional<std::string>& token) {
  parse_policy(policy.type, policy.text);
  if (policy.type == "encryption") check_encryption_overlap(request, policy);
  policy.created = policy.modified = clock_.now();
  const std::string key = policies_prefix(request.account, request.region, policy.type) + policy.name;
  try {
    metadata_.put(key, to_text(policy), kAbsent);
  } catch (const Conflict&) {
    const StoredPolicy existing = get_policy(request, policy.type, policy.name);
    if (token && *token == existing.client_token) return existing;
    throw ConflictException(title(policy.type, policy.name) + " already exists");
  }
  forget_policies();
  return policy;
}

void OpenSearchServerless::check_encryption_overlap(const aws::Request& request, const StoredPolicy& policy) const {
  const auto patterns = [](const StoredPolicy& of) {
    std::vector<std::string> found;
    const PolicyDocument document = parse_policy(of.type, of.text);
    for (const Rule& rule : document.statements.front().rules) {
      found.insert(found.end(), rule.resources.begin(), rule.resources.end());
    }
    return found;
  };
  const std::vector<std::string> wanted = patterns(policy);
  for (const Document& document : metadata_.scan(policies_prefix(request.account, request.region, "encryption"))) {
    const StoredPolicy other = policy_from(document.value);
    if (other.name == policy.name) continue;
    for (const std::string& pattern : patterns(other)) {
      if (std::find(wanted.begin(), wanted.end(), pattern) != wanted.end()) {
        throw ConflictException("Policy " + other.name + " has the resource pattern " + pattern + " already");
      }
    }
  }
}

StoredPolicy OpenSearchServerless::get_policy(const aws::Request& request, const std::string& type,
                                              const std::string& name) const {
  const auto found = metadata_.get(policies_prefix(request.account, request.region, type) + name);
  if (!found) throw ResourceNotFoundException(title(type, name) + " is not found");
  return policy_from(found->value);
}

StoredPolicy OpenSearchServerless::update_policy(const aws::Request& request, const auto& input) {
  if (input.policy) parse_policy(input.type, *input.policy);
  StoredPolicy changed;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const auto found = transaction.get(policies_prefix(request.account, request.region, input.type) + input.name);
    if (!found) throw ResourceNotFoundException(title(input.type, input.name) + " is not found");
    changed = policy_from(found->value);
    if (changed.version() != input.policy_version) {
      throw ConflictException(
          "Policy version specified in the request refers to an older version and policy has since "
          "changed");
    }
    const bool same_text = !input.policy || json::parse(*input.policy) == json::parse(changed.text);
    const bool same_description = !input.description || *input.description == changed.description;
    if (same_text && same_description) throw ValidationException("No changes detected in policy or policy description");
    if (input.policy) changed.text = *input.policy;
    if (input.description) changed.description = *input.description;
    changed.modified = clock_.now();
    ++changed.revision;
    transaction.put(found->key, to_text(changed), found->version);
  });
  forget_policies();
  return changed;
}

void OpenSearchServerless::delete_policy(const aws::Request& request, const std::string& type,
                                         const std::string& name) {
  if (!metadata_.remove(policies_prefix(request.account, request.region, type) + name)) {
    throw ResourceNotFoundException(title(type, name) + " is not found");
  }
  forget_policies();
}

std::vector<StoredPolicy> OpenSearchServerless::list_policies(const aws::Request& request, const auto& input,
                                                              std::optional<std::string>& next_token) const {
  const std::string prefix = policies_prefix(request.account, request.region, input.type);
  std::string after;
  if (input.next_token) {
    const auto name = base64_decode(*input.next_token);
    if (!name) throw ValidationException("The nextToken is invalid.");
    after = prefix + *name;
  }
  const size_t page = static_cast<size_t>(input.max_results.value_or(kPageDefault));
  std::vector<StoredPolicy> found;
  for (const Document& document : metadata_.scan(prefix, after)) {
    StoredPolicy policy = policy_from(document.value);
    if (input.resource && !concerns(policy, *input.resource)) continue;
    if (found.size() == page) {
      next_token = base64_encode(found.back().name);
      break;
    }
    found.push_back(std::move(policy));
  }
  return found;
}

CreateAccessPolicyOutput OpenSearchServerless::create_access_policy(const aws::Request& request,
                                                                    const CreateAccessPolicyInput& input) {
  return {detail<AccessPolicyDetail>(create_policy(request, new_policy(input), input.client_token))};
}

GetAccessPolicyOutput OpenSearchServerless::get_access_policy(const aws::Request& request,
                                                              const GetAccessPolicyInput& input) {
  return {detail<AccessPolicyDetail>(get_policy(request, input.type, input.name))};
}

ListAccessPoliciesOutput OpenSearchServerless::list_access_policies(const aws::Request& request,
                                                                    const ListAccessPoliciesInput& input) {
  ListAccessPoliciesOutput output;
  auto& summaries = output.access_policy_summaries.emplace();
  for (const StoredPolicy& policy : list_policies(request, input, output.next_token)) {
    summaries.push_back(summary<AccessPolicySummary>(policy));
  }
  return output;
}

UpdateAccessPolicyOutput OpenSearchServerless::update_access_policy(const aws::Request& request,
                                                                    const UpdateAccessPolicyInput& input) {
  return {detail<AccessPolicyDetail>(update_policy(request, input))};
}

DeleteAccessPolicyOutput OpenSearchServerless::delete_access_policy(const aws::Request& request,
                                                                    const DeleteAccessPolicyInput& input) {
  delete_policy(request, input.type, input.name);
  return {};
}

CreateSecurityPolicyOutput OpenSearchServerless::create_security_policy(const aws::Request& request,
                                                                        const CreateSecurityPolicyInput& input) {
  return {detail<SecurityPolicyDetail>(create_policy(request, new_policy(input), input.client_token))};
}

GetSecurityPolicyOutput OpenSearchServerless::get_security_policy(const aws::Request& request,
                                                                  const GetSecurityPolicyInput& input) {
  return {detail<SecurityPolicyDetail>(get_policy(request, input.type, input.name))};
}

ListSecurityPoliciesOutput OpenSearchServerless::list_security_policies(const aws::Request& request,
                                                                        const ListSecurityPoliciesInput& input) {
  ListSecurityPoliciesOutput output;
  auto& summaries = output.security_policy_summaries.emplace();
  for (const StoredPolicy& policy : list_policies(request, input, output.next_token)) {
    summaries.push_back(summary<SecurityPolicySummary>(policy));
  }
  return output;
}

UpdateSecurityPolicyOutput OpenSearchServerless::update_security_policy(const aws::Request& request,
                                                                        const UpdateSecurityPolicyInput& input) {
  if (input.policy && input.type == "encryption") {
    throw ValidationException("The policy of type encryption cannot be changed; only its description can.");
  }
  return {detail<SecurityPolicyDetail>(update_policy(request, input))};
}

DeleteSecurityPolicyOutput OpenSearchServerless::delete_security_policy(const aws::Request& request,
                                                                        const DeleteSecurityPolicyInput& input) {
  delete_policy(request, input.type, input.name);
  return {};
}

}  // namespace standpipe::opensearchserverless
