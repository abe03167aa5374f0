#include "services/sts/sts.h"

#include <algorithm>
#include <set>

#include "base/bytes.h"

namespace standpipe::sts {
namespace {

using Kind = aws::Principal::Kind;

constexpr int kLifeDefault = 3600, kChainedLifeMax = 3600;
constexpr size_t kPolicyLengthMax = 2048, kPolicyArnsMax = 10;

void refuse_unsupported(const AssumeRoleInput& input) {
  const auto refuse = [](std::string_view parameter) {
    throw InvalidParameterValue("The parameter " + std::string(parameter) + " is not supported.");
  };
  if (input.serial_number) refuse("SerialNumber");
  if (input.token_code) refuse("TokenCode");
  if (input.provided_contexts && !input.provided_contexts->empty()) refuse("ProvidedContexts");
  if (input.minimum_session_token_size.value_or(0) != 0) refuse("MinimumSessionTokenSize");
}

bool looks_like_role(std::string_view arn) {
  const std::vector<std::string> parts = split(arn, ':');
  return parts.size() == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[3].empty() && parts[4].size() == 12 &&
         parts[5].starts_with("role/") && parts[5].size() > 5;
}

bool contains(const std::vector<std::string>& keys, std::string_view key) {
  return std::ranges::any_of(keys, [&](const std::string& each) { return equal_ignoring_case(each, key); });
}

// The session's tags: those asked for and those that the caller's session hands on. Sets the keys that go on from here.
void take_tags(const aws::Principal& caller, const AssumeRoleInput& input, aws::SessionRequest& session) {
  std::set<std::string> seen;
  const std::vector<Tag> tags = input.tags.value_or(std::vector<Tag>{});
  for (const Tag& tag : tags) {
    if (!seen.insert(to_lower(tag.key)).second) {
      throw InvalidParameterValue("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    if (contains(caller.transitive_tags, tag.key)) {
      throw InvalidParameterValue("One of the specified transitive tag keys can't be set because it conflicts with a "
                                  "transitive tag key from the calling session.");
    }
    session.tags[tag.key] = tag.value;
  }
  session.transitive_tags = caller.transitive_tags;
  for (const std::string& key : caller.transitive_tags) {
    if (const auto tag = caller.tags.find(key); tag != caller.tags.end()) session.tags.insert(*tag);
  }
  for (const std::string& key : input.transitive_tag_keys.value_or(std::vector<std::string>{})) {
    if (!seen.contains(to_lower(key))) {
      throw InvalidParameterValue("The specified transitive tag key must be included in the requested tags.");
    }
    if (!contains(session.transitive_tags, key)) session.transitive_tags.push_back(key);
  }
}

void take_policies(const AssumeRoleInput& input, aws::SessionRequest& session) {
  if (input.policy) {
    if (input.policy->size() > kPolicyLengthMax) {
      throw ValidationError("1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must "
                            "have length less than or equal to " + std::to_string(kPolicyLengthMax));
    }
    session.policies.push_back(*input.policy);
  }
  for (const PolicyDescriptorType& policy : input.policy_arns.value_or(std::vector<PolicyDescriptorType>{})) {
    if (!policy.arn) throw ValidationError("An ARN must be specified for each of the PolicyArns.");
    session.policy_arns.push_back(*policy.arn);
  }
  if (session.policy_arns.size() > kPolicyArnsMax) {
    throw ValidationError("1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member "
                          "must have length less than or equal to " + std::to_string(kPolicyArnsMax));
  }
}

aws::Access access_to(const AssumeRoleInput& input, std::string action, const std::string& source_identity) {
  aws::Access access{std::move(action), input.role_arn};
  access.conditions["sts:rolesessionname"] = {input.role_session_name};
  if (input.external_id) access.conditions["sts:externalid"] = {*input.external_id};
  if (!source_identity.empty()) access.conditions["sts:sourceidentity"] = {source_identity};
  for (const Tag& tag : input.tags.value_or(std::vector<Tag>{})) {
    access.conditions["aws:requesttag/" + tag.key] = {tag.value};
    access.conditions["aws:tagkeys"].push_back(tag.key);
  }
  if (input.transitive_tag_keys) access.conditions["sts:transitivetagkeys"] = *input.transitive_tag_keys;
  return access;
}

}  // namespace

aws::Accesses Sts::access(const aws::Request& request, const AssumeRoleInput& input) {
  if (request.principal.kind == Kind::root) throw AccessDenied("Roles may not be assumed by root accounts.");
  if (!looks_like_role(input.role_arn)) throw ValidationError(input.role_arn + " is invalid");
  const aws::Principal& caller = request.principal;
  const std::string source = input.source_identity.value_or(caller.source_identity);
  aws::Accesses accesses{access_to(input, "sts:AssumeRole", source)};
  // What a session inherits needs the role's consent as much as what is asked for.
  if ((input.tags && !input.tags->empty()) || !caller.transitive_tags.empty()) {
    accesses.push_back(access_to(input, "sts:TagSession", source));
  }
  if (!source.empty()) accesses.push_back(access_to(input, "sts:SetSourceIdentity", source));
  return accesses;
}

aws::Accesses Sts::access(const aws::Request&, const GetCallerIdentityInput&) {
  return {{"sts:GetCallerIdentity", "*"}};
}

Duration Sts::checked_life(const aws::Request& request, const AssumeRoleInput& input) const {
  const int seconds = input.duration_seconds.value_or(kLifeDefault);
  const auto life_max = sessions_.life_max(input.role_arn);
  if (!life_max) {
    // Only where access is not enforced; otherwise nobody may assume what does not exist.
    throw AccessDenied("User: " + request.principal.arn +
                       " is not authorized to perform: sts:AssumeRole on resource: " + input.role_arn);
  }
  if (request.principal.kind == Kind::role_session && seconds > kChainedLifeMax) {
    throw ValidationError("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
                          "chaining");
  }
  const Duration life = std::chrono::seconds(seconds);
  if (life > *life_max) {
    throw ValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return life;
}

AssumeRoleOutput Sts::assume_role(const aws::Request& request, const AssumeRoleInput& input) {
  refuse_unsupported(input);
  const aws::Principal& caller = request.principal;
  aws::SessionRequest wanted;
  wanted.role_arn = input.role_arn;
  wanted.session_name = input.role_session_name;
  wanted.life = checked_life(request, input);
  wanted.source_identity = input.source_identity.value_or(caller.source_identity);
  if (!caller.source_identity.empty() && wanted.source_identity != caller.source_identity) {
    throw AccessDenied("The source identity of a session cannot be changed.");
  }
  take_policies(input, wanted);
  take_tags(caller, input, wanted);
  const aws::Session session = sessions_.start(wanted);

  AssumeRoleOutput output;
  output.credentials = Credentials{.access_key_id = session.credentials.access_key_id,
                                   .secret_access_key = session.credentials.secret_access_key,
                                   .session_token = session.credentials.session_token,
                                   .expiration = session.credentials.expires};
  output.assumed_role_user = AssumedRoleUser{.assumed_role_id = session.principal.id, .arn = session.principal.arn};
  if (session.packed_percent > 0) output.packed_policy_size = session.packed_percent;
  if (!wanted.source_identity.empty()) output.source_identity = wanted.source_identity;
  return output;
}

GetCallerIdentityOutput Sts::get_caller_identity(const aws::Request& request, const GetCallerIdentityInput&) {
  return {.user_id = request.principal.id, .account = request.principal.account, .arn = request.principal.arn};
}

}  // namespace standpipe::sts
