#include "services/kinesis/policy_document.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/json.h"
#include "generated/kinesis.h"

namespace standpipe::kinesis {
namespace {

constexpr size_t kPolicyBytesMax = 20'480;
constexpr size_t kDepthMax = 16;

[[noreturn]] void refuse(const std::string& why) { throw InvalidArgumentException("Invalid policy: " + why); }

// A text or a list of texts.
std::vector<std::string> texts(const json::Value& value, const std::string& what) {
  std::vector<std::string> found;
  if (value.is_string()) return {value.string()};
  if (!value.is_array()) refuse(what + " must be a string or a list of strings.");
  for (const json::Value& item : value.array()) {
    if (!item.is_string()) refuse(what + " must be a string or a list of strings.");
    found.push_back(item.string());
  }
  return found;
}

const json::Value& required(const json::Value& statement, std::string_view name) {
  const json::Value* found = statement.find(name);
  if (found == nullptr) refuse("a statement lacks " + std::string(name) + ".");
  return *found;
}

void check_statement(const json::Value& statement, const std::string& resource_arn) {
  constexpr std::string_view kKnown[] = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"};
  if (!statement.is_object()) refuse("a statement must be an object.");
  for (const auto& [name, value] : statement.object()) {
    if (std::ranges::find(kKnown, name) == std::end(kKnown)) refuse("the element " + name + " is not supported.");
  }
  const json::Value& effect = required(statement, "Effect");
  if (effect != json::Value("Allow") && effect != json::Value("Deny")) refuse("Effect must be Allow or Deny.");
  const json::Value& principal = required(statement, "Principal");
  if (principal != json::Value("*") && !principal.is_object()) refuse("Principal must be \"*\" or an object.");
  for (const std::string& action : texts(required(statement, "Action"), "Action")) {
    const bool ours = action == "*" || to_lower(action).starts_with("kinesis:");
    if (!ours) refuse("the action " + action + " is not of kinesis.");
  }
  for (const std::string& resource : texts(required(statement, "Resource"), "Resource")) {
    if (resource != resource_arn) refuse("the resource " + resource + " is not " + resource_arn + ".");
  }
}

}  // namespace

void check_policy_document(const std::string& policy, const std::string& resource_arn) {
  if (policy.size() > kPolicyBytesMax) refuse("it is longer than 20480 bytes.");
  json::Value document;
  try {
    document = json::parse(policy, kDepthMax);
  } catch (const json::ParseError& error) {
    refuse(error.what());
  }
  if (!document.is_object()) refuse("it must be a JSON object.");
  const json::Value& statements = required(document, "Statement");
  if (statements.is_object()) return check_statement(statements, resource_arn);
  if (!statements.is_array() || statements.array().empty()) refuse("Statement must be a list.");
  for (const json::Value& statement : statements.array()) check_statement(statement, resource_arn);
}

}  // namespace standpipe::kinesis
