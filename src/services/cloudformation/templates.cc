// GetTemplate, GetTemplateSummary, ValidateTemplate.
#include <fmt/core.h>

#include <algorithm>

#include "services/cloudformation/cloudformation.h"
#include "services/cloudformation/engine/preparation.h"

namespace standpipe::cloudformation {
namespace {

std::optional<std::string> if_any(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

ParameterDeclaration declare(const DeclaredParameter& parameter) {
  ParameterDeclaration declaration;
  declaration.parameter_key = parameter.name;
  declaration.default_value = parameter.default_value;
  declaration.parameter_type = parameter.type;
  declaration.no_echo = parameter.no_echo;
  declaration.description = if_any(parameter.description);
  declaration.parameter_constraints.emplace();
  if (!parameter.allowed_values.empty()) {
    declaration.parameter_constraints->allowed_values = parameter.allowed_values;
  }
  return declaration;
}

}  // namespace

GetTemplateOutput CloudFormation::get_template(const aws::Request& request, const GetTemplateInput& input) {
  if (input.change_set_name) {
    throw ChangeSetNotFoundException(fmt::format("ChangeSet [{}] does not exist", *input.change_set_name));
  }
  if (!input.stack_name) throw ValidationError("StackName is required if ChangeSetName is not specified.");
  const StackState stack = get(request, *input.stack_name);
  return {.template_body = store_.template_text(stack), .stages_available = {{"Original", "Processed"}}};
}

GetTemplateSummaryOutput CloudFormation::get_template_summary(const aws::Request& request,
                                                              const GetTemplateSummaryInput& input) {
  if (input.stack_set_name)
    throw StackSetNotFoundException(fmt::format("StackSet {} not found", *input.stack_set_name));
  if (input.stack_name && (input.template_body || input.template_url)) {
    throw ValidationError("Only one of StackName, TemplateBody and TemplateURL may be specified.");
  }
  try {
    const std::string text = input.stack_name ? store_.template_text(get(request, *input.stack_name))
                                              : template_text(request, input.template_body, input.template_url, "");
    const Template checked = read_and_check(text);
    GetTemplateSummaryOutput output;
    output.parameters.emplace();
    for (const DeclaredParameter& one : checked.parameters) output.parameters->push_back(declare(one));
    output.description = if_any(checked.description);
    const Capabilities capabilities = capabilities_of(checked);
    if (!capabilities.needed.empty()) output.capabilities = capabilities.needed;
    output.capabilities_reason = if_any(capabilities.reason());
    output.resource_types.emplace();
    for (const DeclaredResource& one : checked.resources) {
      auto& types = *output.resource_types;
      if (std::find(types.begin(), types.end(), one.type) == types.end()) types.push_back(one.type);
    }
    output.version = "2010-09-09";
    if (!checked.metadata.is_null()) output.metadata = json::print(checked.metadata);
    return output;
  } catch (const TemplateError& error) {
    throw ValidationError(error.what());
  }
}

ValidateTemplateOutput CloudFormation::validate_template(const aws::Request& request,
                                                         const ValidateTemplateInput& input) {
  try {
    const Template checked = read_and_check(template_text(request, input.template_body, input.template_url, ""));
    ValidateTemplateOutput output;
    output.parameters.emplace();
    for (const DeclaredParameter& one : checked.parameters) {
      output.parameters->push_back({one.name, one.default_value, one.no_echo, if_any(one.description)});
    }
    output.description = if_any(checked.description);
    const Capabilities capabilities = capabilities_of(checked);
    if (!capabilities.needed.empty()) output.capabilities = capabilities.needed;
    output.capabilities_reason = if_any(capabilities.reason());
    return output;
  } catch (const TemplateError& error) {
    throw ValidationError(error.what());
  }
}

std::optional<std::string> CloudFormation::resource_metadata(const StackState& stack, const std::string& id) {
  const Template checked = read_and_check(store_.template_text(stack));
  const DeclaredResource* declared = checked.resource(id);
  if (declared == nullptr || declared->metadata.is_null()) return std::nullopt;
  return json::print(declared->metadata);
}

}  // namespace standpipe::cloudformation
