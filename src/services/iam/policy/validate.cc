#include "services/iam/policy/validate.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/bytes.h"

namespace standpipe::policy {
namespace {

constexpr std::array<std::string_view, 13> kIamPaths = {
    "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
    "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"};

constexpr std::array<std::string_view, 5> kTrustActions = {
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession",
    "sts:setsourceidentity"};

template <class Check>
void for_each_text(const json::Value& statement, std::string_view element, Check check) {
  const json::Value* found = statement.find(element);
  if (found == nullptr) return;
  if (found->is_string()) return check(found->string());
  for (const json::Value& one : found->array()) check(one.string());
}

void validate_action(const std::string& action) {
  if (action == "*") return;
  const std::vector<std::string> parts = split(action, ':');
  if (parts.size() == 1) {
    throw PolicyError("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
  if (parts.size() > 2) throw PolicyError("Actions/Condition can contain only one colon.");
  const bool plain = std::ranges::all_of(
      parts[0], [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; });
  if ((!plain && parts[0] != "*") || parts[0].empty()) throw PolicyError("Vendor " + parts[0] + " is not valid");
}

void validate_trust_action(const std::string& action) {
  const std::string lower = to_lower(action);
  const bool wild = lower.find_first_of("*?") != std::string::npos && lower.starts_with("sts:");
  if (!wild && std::ranges::find(kTrustActions, lower) == kTrustActions.end()) {
    throw PolicyError("AssumeRole policy may only specify STS AssumeRole actions.");
  }
}

void validate_resource(const std::string& resource) {
  if (resource == "*") return;
  if (!resource.starts_with("arn:")) {
    throw PolicyError("Resource " + resource + " must be in ARN format or \"*\".");
  }
  std::vector<std::string> parts = split(resource, ':');
  const bool partition_known = parts[1] == "aws" || parts[1] == "aws-cn" || parts[1] == "aws-us-gov" || parts[1] == "*";
  if (!partition_known) {
    const std::string partition = parts[1];
    if (parts.size() < 6) parts.resize(6, "*");
    std::vector<std::string> rest(parts.begin() + 2, parts.end());
    throw PolicyError("Partition \"" + partition + "\" is not valid for resource \"arn:" + partition + ":" +
                      join(rest, ":") + "\".");
  }
  if (parts.size() < 3 || parts[2].find_first_of("*?") != std::string::npos) {
    throw PolicyError("Resource vendor must be fully qualified and cannot contain regexes.");
  }
  const bool has_region = parts.size() > 3 && !parts[3].empty() && parts[3] != "*";
  if (parts[2] == "iam" && has_region) {
    throw PolicyError("IAM resource " + resource + " cannot contain region information.");
  }
  if (parts[2] == "s3" && has_region) {
    throw PolicyError("Resource " + resource + " can not contain region information.");
  }
  if (parts.size() < 6) throw PolicyError("The policy failed legacy parsing");
  if (parts[2] == "iam") {
    const std::string& path = parts[5];
    const bool known = path == "*" || path == "root" ||
                       std::ranges::any_of(kIamPaths, [&](std::string_view start) { return path.starts_with(start); });
    if (!known) {
      std::vector<std::string> starts(kIamPaths.begin(), kIamPaths.end());
      throw PolicyError("IAM resource path must either be \"*\" or start with " + join(starts, ", ") + ".");
    }
  }
}

void validate_statement(const json::Value& source, const Statement& statement, PolicyKind kind) {
  if (statement.actions.empty()) throw PolicyError("Policy statement must contain actions.");
  if (kind != PolicyKind::trust && statement.resources.empty()) {
    throw PolicyError("Policy statement must contain resources.");
  }
  if (kind != PolicyKind::identity && statement.principals.entries().empty()) {
    throw PolicyError(kind == PolicyKind::trust ? "AssumeRole policy must contain a principal."
                                                : "Missing required field Principal");
  }
  if (kind == PolicyKind::identity) {
    for (const std::string_view element : {"Resource", "NotResource"}) {
      for_each_text(source, element, validate_resource);
    }
  }
  for (const std::string_view element : {"Action", "NotAction"}) {
    for_each_text(source, element, validate_action);
    if (kind == PolicyKind::trust) for_each_text(source, element, validate_trust_action);
  }
  if (kind == PolicyKind::trust && statement.not_principal && statement.allows) {
    throw PolicyError("Allow with NotPrincipal is not allowed.");
  }
}

}  // namespace

void validate_policy(const json::Value& document, const Policy& policy, PolicyKind kind) {
  std::set<std::string_view> sids;
  for (const Statement& statement : policy.statements) {
    if (!statement.sid.empty() && !sids.insert(statement.sid).second) {
      throw PolicyError("Statement IDs (SID) in a single policy must be unique.");
    }
  }
  const json::Value& source = *document.find("Statement");
  for (size_t i = 0; i < policy.statements.size(); ++i) {
    validate_statement(source.is_array() ? source.array()[i] : source, policy.statements[i], kind);
  }
}

}  // namespace standpipe::policy
