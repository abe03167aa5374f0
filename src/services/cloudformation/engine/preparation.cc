#include "services/cloudformation/engine/preparation.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "generated/ssm.h"
#include "services/cloudformation/resources/resource_type.h"
#include "services/cloudformation/template/evaluator.h"
#include "services/cloudformation/template/read_template.h"
#include "services/cloudformation/template/references.h"

namespace standpipe::cloudformation {
namespace {

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

void check_acknowledged(const Template& checked, const std::vector<std::string>& acknowledged) {
  for (const std::string& needed : capabilities_of(checked).needed) {
    // Who acknowledges named resources acknowledges unnamed ones too.
    if (contains(acknowledged, needed) || contains(acknowledged, "CAPABILITY_NAMED_IAM")) continue;
    throw MissingCapabilities(fmt::format("Requires capabilities : [{}]", needed));
  }
}

std::optional<std::string> ssm_value(const aws::Calls& calls, const std::string& name) {
  try {
    const auto output = calls.call(ssm::GetParameterInput{.name = name});
    return output.parameter ? output.parameter->value : std::nullopt;
  } catch (const aws::Error& error) {
    if (error.code == "ParameterNotFound" || error.code == "ParameterVersionNotFound") return std::nullopt;
    throw TemplateError(error.what());
  }
}

// Conditions and the choice of resources do not depend on anything that is made later: refuse now what cannot work.
struct EarlyScope final : Scope {
  explicit EarlyScope(const StackState& state) : stack(state) {}
  std::string pseudo_parameter(std::string_view name) const override {
    return cloudformation::pseudo_parameter(stack, name);
  }
  std::string physical_id(const std::string&) const override { return {}; }
  json::Value attribute(const std::string&, const std::string&) const override { return {}; }
  std::string imported(const std::string&) const override { return {}; }
  std::string ssm_parameter(const std::string&, const std::string&) const override { return {}; }
  const StackState& stack;
};

}  // namespace

std::string pseudo_parameter(const StackState& stack, std::string_view name) {
  if (name == "AWS::AccountId") return stack.account;
  if (name == "AWS::Region") return stack.region;
  if (name == "AWS::StackName") return stack.name;
  if (name == "AWS::StackId") return stack.id();
  if (name == "AWS::Partition") return "aws";
  if (name == "AWS::URLSuffix") return "amazonaws.com";
  throw TemplateError(fmt::format("Template error: unknown pseudo parameter {}", name));
}

std::string Capabilities::reason() const {
  if (types.empty()) return {};
  return fmt::format("The following resource(s) require capabilities: [{}]", fmt::join(types, ", "));
}

Template read_and_check(const std::string& text) {
  return check_template(read_template(text), [](std::string_view type) { return find_resource_type(type) != nullptr; });
}

Capabilities capabilities_of(const Template& checked) {
  Capabilities result;
  bool named = false;
  for (const DeclaredResource& resource : checked.resources) {
    const ResourceType* type = find_resource_type(resource.type);
    if (type == nullptr || !type->gives_permissions) continue;
    if (!contains(result.types, resource.type)) result.types.push_back(resource.type);
    const std::string_view property = type->naming.property;
    named = named || (!property.empty() && resource.properties.contains(property));
  }
  if (!result.types.empty()) result.needed = {named ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM"};
  return result;
}

void prepare(StackState& stack, const Template& checked, const std::map<std::string, std::string>& given,
             const aws::Calls& calls) {
  stack.description = checked.description;
  stack.parameters =
      resolve_parameters(checked, given, [&](const std::string& name) { return ssm_value(calls, name); });
  stack.no_echo.clear();
  for (const DeclaredParameter& parameter : checked.parameters) {
    if (parameter.no_echo) stack.no_echo.push_back(parameter.name);
  }
  check_acknowledged(checked, stack.capabilities);
  const EarlyScope scope(stack);
  Evaluator evaluator(checked, stack.parameters, scope);
  for (const auto& [name, body] : checked.conditions) evaluator.condition(name);
  dependencies(checked, [&](const std::string& name) { return evaluator.condition(name); });
}

}  // namespace standpipe::cloudformation
