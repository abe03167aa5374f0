#include "services/iam/policy/policy.h"

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "base/json.h"
#include "services/iam/policy/validate.h"

namespace standpipe::policy {
namespace {

[[noreturn]] void syntax_error() { throw PolicyError("Syntax errors in policy."); }

constexpr size_t kDepthMax = 16;  // a valid document has seven levels

std::vector<std::string> strings(const json::Value& element) {
  if (element.is_string()) return {element.string()};
  if (!element.is_array()) syntax_error();
  std::vector<std::string> out;
  for (const json::Value& one : element.array()) {
    if (!one.is_string()) syntax_error();
    out.push_back(one.string());
  }
  return out;
}

// Values of conditions may be written without quotes.
std::string scalar(const json::Value& value) {
  if (value.is_string()) return value.string();
  if (value.is_bool() || value.is_number()) return json::print(value);
  syntax_error();
}

void read_conditions(Statement& statement, const json::Value& block, bool variables) {
  if (!block.is_object()) syntax_error();
  for (const auto& [name, lines] : block.object()) {
    if (!lines.is_object()) syntax_error();
    for (const auto& [key, values] : lines.object()) {
      std::vector<std::string> texts;
      if (values.is_array()) {
        for (const json::Value& value : values.array()) texts.push_back(scalar(value));
      } else {
        texts.push_back(scalar(values));
      }
      statement.conditions.emplace_back(name, key, texts, variables);
    }
  }
}

void read_actions(Statement& statement, const json::Value& element, bool complement) {
  if (!statement.actions.empty()) syntax_error();
  statement.not_action = complement;
  for (const std::string& action : strings(element)) {
    statement.actions.emplace_back(to_lower(action), Pattern::wildcards);
  }
}

void read_resources(Statement& statement, const json::Value& element, bool complement, bool variables) {
  statement.not_resource = complement;
  for (const std::string& resource : strings(element)) statement.resources.emplace_back(resource, variables);
}

Statement read_statement(const json::Value& source, PolicyKind kind, bool variables) {
  if (!source.is_object()) syntax_error();
  Statement statement;
  bool has_effect = false;
  std::set<std::string_view> seen;
  for (const auto& [name, value] : source.object()) {
    if (!seen.insert(name).second) syntax_error();
    if (name == "Effect") {
      if (!value.is_string()) syntax_error();
      statement.allows = value.string() == "Allow";
      if (!statement.allows && value.string() != "Deny") syntax_error();
      has_effect = true;
    } else if (name == "Sid") {
      if (!value.is_string()) syntax_error();
      statement.sid = value.string();
    } else if (name == "Action" || name == "NotAction") {
      read_actions(statement, value, name == "NotAction");
    } else if (name == "Resource" || name == "NotResource") {
      if (kind == PolicyKind::trust) throw PolicyError("Has prohibited field " + name);
      if (seen.contains("Resource") && seen.contains("NotResource")) syntax_error();
      read_resources(statement, value, name == "NotResource", variables);
    } else if (name == "Principal" || name == "NotPrincipal") {
      if (kind == PolicyKind::identity) throw PolicyError("Policy document should not specify a principal.");
      if (seen.contains("Principal") && seen.contains("NotPrincipal")) syntax_error();
      statement.not_principal = name == "NotPrincipal";
      statement.principals = PrincipalSet::parse(value);
    } else if (name == "Condition") {
      read_conditions(statement, value, variables);
    } else {
      syntax_error();
    }
  }
  if (!has_effect) syntax_error();
  return statement;
}

json::Value read_document(std::string_view text) {
  if (text.size() > kPolicyBytesMax) throw PolicyError("This policy contains invalid Json");
  try {
    json::Value document = json::parse(text, kDepthMax);
    if (!document.is_object()) syntax_error();
    return document;
  } catch (const json::ParseError&) {
    throw PolicyError("This policy contains invalid Json");
  }
}

}  // namespace

Policy parse_policy(std::string_view text, PolicyKind kind) {
  const json::Value document = read_document(text);
  std::string version;
  for (const auto& [name, value] : document.object()) {
    if (name == "Version") {
      if (!value.is_string()) syntax_error();
      version = value.string();
      if (version != "2012-10-17" && version != "2008-10-17") syntax_error();
    } else if (name == "Id") {
      if (!value.is_string()) syntax_error();
    } else if (name != "Statement") {
      syntax_error();
    }
  }
  const json::Value* source = document.find("Statement");
  if (source == nullptr) syntax_error();
  const bool variables = version == "2012-10-17";
  Policy policy;
  if (source->is_array()) {
    if (source->array().empty()) syntax_error();
    for (const json::Value& one : source->array()) policy.statements.push_back(read_statement(one, kind, variables));
  } else {
    policy.statements.push_back(read_statement(*source, kind, variables));
  }
  if (!variables && kind == PolicyKind::identity) {
    throw PolicyError("Policy document must be version 2012-10-17 or greater.");
  }
  validate_policy(document, policy, kind);
  return policy;
}

size_t policy_size(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return c != ' ' && c != '\t' && c != '\n' && c != '\r' && (c & 0xC0) != 0x80; }));
}

bool Statement::applies(std::string_view action, std::string_view resource, const Context& context) const {
  const bool action_listed =
      std::ranges::any_of(actions, [&](const Pattern& p) { return p.matches(action, context) == Match::yes; });
  if (action_listed == not_action) return false;
  if (!resources.empty()) {
    bool listed = false, unresolved = false;
    for (const ArnPattern& pattern : resources) {
      const Match match = pattern.matches(resource, context);
      listed = listed || match == Match::yes;
      unresolved = unresolved || match == Match::unresolved;
    }
    if (listed == not_resource || (not_resource && unresolved)) return false;
  }
  return std::ranges::all_of(conditions, [&](const Condition& condition) { return condition.holds(context); });
}

}  // namespace standpipe::policy
