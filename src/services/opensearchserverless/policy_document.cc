#include "services/opensearchserverless/policy_document.h"

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "generated/opensearchserverless.h"

namespace standpipe::opensearchserverless {
namespace {

using Names = std::set<std::string, std::less<>>;

const Names kCollectionPermissions = {"aoss:*", "aoss:CreateCollectionItems", "aoss:DeleteCollectionItems",
                                      "aoss:UpdateCollectionItems", "aoss:DescribeCollectionItems"};
const Names kIndexPermissions = {"aoss:*",           "aoss:ReadDocument", "aoss:WriteDocument", "aoss:CreateIndex",
                                 "aoss:DeleteIndex", "aoss:UpdateIndex",  "aoss:DescribeIndex"};

aws::Error invalid(const std::string& where, const std::string& why) {
  return ValidationException("Policy json is invalid, error: [" + where + ": " + why + "]");
}

const json::Array& array_at(const json::Value* value, const std::string& where) {
  if (value == nullptr) throw invalid(where, "is missing but it is required");
  if (!value->is_array()) throw invalid(where, "array expected");
  return value->array();
}

std::vector<std::string> texts(const json::Value* value, const std::string& where) {
  std::vector<std::string> found;
  for (const json::Value& item : array_at(value, where)) {
    if (!item.is_string()) throw invalid(where + "[" + std::to_string(found.size()) + "]", "string expected");
    found.push_back(item.string());
  }
  if (found.empty()) throw invalid(where, "there must be a minimum of 1 items in the array");
  return found;
}

void check_members(const json::Value& object, const std::string& where, const Names& known) {
  if (!object.is_object()) throw invalid(where, "object expected");
  for (const auto& [name, value] : object.object()) {
    if (!known.contains(name)) {
      throw invalid(where + "." + name,
                    "is not defined in the schema and the schema does not allow additional properties");
    }
    if (name == "Description" && !value.is_string()) throw invalid(where + "." + name, "string expected");
  }
}

void check_resource(const std::string& type, const std::string& resource, const std::string& where) {
  const std::vector<std::string> parts = split(resource, '/');
  const bool index = type == "index";
  bool good = parts.size() == (index ? 3u : 2u) && parts[0] == (index ? "index" : "collection");
  for (const std::string& part : parts) {
    const size_t star = part.find('*');
    good = good && !part.empty() && (star == std::string::npos || star == part.size() - 1);
  }
  if (!good) throw invalid(where, "'" + resource + "' is not a resource of type " + type);
}

Rule parse_rule(const json::Value& value, const std::string& where, const Names& types, bool with_permissions) {
  check_members(value, where,
                with_permissions ? Names{"ResourceType", "Resource", "Permission"} : Names{"ResourceType", "Resource"});
  Rule rule;
  rule.resource_type = value.text("ResourceType");
  if (!types.contains(rule.resource_type)) {
    std::vector<std::string> names(types.begin(), types.end());
    throw invalid(where + ".ResourceType", "does not have a value in the enumeration [" + join(names, ", ") + "]");
  }
  rule.resources = texts(value.find("Resource"), where + ".Resource");
  for (const std::string& resource : rule.resources) check_resource(rule.resource_type, resource, where + ".Resource");
  if (!with_permissions) return rule;
  rule.permissions = texts(value.find("Permission"), where + ".Permission");
  const Names& known = rule.resource_type == "index" ? kIndexPermissions : kCollectionPermissions;
  for (const std::string& permission : rule.permissions) {
    if (!known.contains(permission)) {
      throw invalid(where + ".Permission",
                    "'" + permission + "' is not a permission of resource type " + rule.resource_type);
    }
  }
  return rule;
}

std::vector<Rule> parse_rules(const json::Value& statement, const std::string& where, const Names& types,
                              bool with_permissions) {
  std::vector<Rule> rules;
  for (const json::Value& rule : array_at(statement.find("Rules"), where + ".Rules")) {
    rules.push_back(parse_rule(rule, where + ".Rules[" + std::to_string(rules.size()) + "]", types, with_permissions));
  }
  if (rules.empty()) throw invalid(where + ".Rules", "there must be a minimum of 1 items in the array");
  return rules;
}

PolicyStatement parse_data(const json::Value& value, const std::string& where) {
  check_members(value, where, {"Description", "Rules", "Principal"});
  PolicyStatement statement;
  statement.rules = parse_rules(value, where, {"collection", "index"}, true);
  statement.principals = texts(value.find("Principal"), where + ".Principal");
  for (const std::string& principal : statement.principals) {
    const bool arn = principal.starts_with("arn:aws:iam::") || principal.starts_with("arn:aws:sts::");
    if (!arn && !principal.starts_with("saml/")) {
      throw invalid(where + ".Principal", "'" + principal + "' is not a user, a role or a SAML identity");
    }
    if (principal.ends_with(":root")) throw invalid(where + ".Principal", "the account root is not supported");
  }
  return statement;
}

PolicyStatement parse_network(const json::Value& value, const std::string& where) {
  check_members(value, where, {"Description", "Rules", "AllowFromPublic", "SourceVPCEs", "SourceServices"});
  PolicyStatement statement;
  statement.rules = parse_rules(value, where, {"collection", "dashboard"}, false);
  const json::Value* open = value.find("AllowFromPublic");
  if (open != nullptr && !open->is_bool()) throw invalid(where + ".AllowFromPublic", "boolean expected");
  statement.from_public = open != nullptr && open->boolean();
  if (value.find("SourceVPCEs") != nullptr) {
    throw ValidationException("SourceVPCEs is not supported by this server: there are no VPC endpoints here.");
  }
  if (const json::Value* services = value.find("SourceServices")) {
    statement.services = texts(services, where + ".SourceServices");
  }
  if (!statement.from_public && statement.services.empty()) {
    throw invalid(where, "AllowFromPublic, SourceVPCEs or SourceServices must be given");
  }
  return statement;
}

PolicyStatement parse_encryption(const json::Value& value) {
  check_members(value, "$", {"Rules", "AWSOwnedKey", "KmsARN"});
  if (value.find("KmsARN") != nullptr) {
    throw ValidationException("KmsARN is not supported by this server: there are no KMS keys here; use AWSOwnedKey.");
  }
  const json::Value* owned = value.find("AWSOwnedKey");
  if (owned == nullptr || !owned->is_bool() || !owned->boolean()) {
    throw invalid("$.AWSOwnedKey", "must be true when there is no KmsARN");
  }
  PolicyStatement statement;
  statement.rules = parse_rules(value, "$", {"collection"}, false);
  return statement;
}

}  // namespace

PolicyDocument parse_policy(const std::string& type, const std::string& text) {
  PolicyDocument document;
  try {
    document.text = json::parse(text, 16);
  } catch (const json::ParseError&) {
    throw ValidationException("Policy json is invalid, error: [$: not well-formed JSON]");
  }
  if (type == "encryption") {
    document.statements.push_back(parse_encryption(document.text));
    return document;
  }
  for (const json::Value& value : array_at(&document.text, "$")) {
    const std::string where = "$[" + std::to_string(document.statements.size()) + "]";
    document.statements.push_back(type == "data" ? parse_data(value, where) : parse_network(value, where));
  }
  if (document.statements.empty()) throw invalid("$", "there must be a minimum of 1 items in the array");
  return document;
}

bool covers(std::string_view pattern, std::string_view resource) {
  for (;;) {
    const size_t pattern_end = pattern.find('/'), resource_end = resource.find('/');
    const std::string_view part = pattern.substr(0, pattern_end), actual = resource.substr(0, resource_end);
    const bool prefix = part.ends_with('*');
    if (prefix ? !actual.starts_with(part.substr(0, part.size() - 1)) : actual != part) return false;
    if (pattern_end == std::string_view::npos || resource_end == std::string_view::npos)
      return pattern_end == resource_end;
    pattern.remove_prefix(pattern_end + 1);
    resource.remove_prefix(resource_end + 1);
  }
}

bool grants(const Rule& rule, std::string_view permission) {
  return std::any_of(rule.permissions.begin(), rule.permissions.end(),
                     [&](const std::string& granted) { return granted == "aoss:*" || granted == permission; });
}

}  // namespace standpipe::opensearchserverless
