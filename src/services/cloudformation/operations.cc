// CreateStack and DeleteStack: what can be judged at once; the rest is the engine's.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/random.h"
#include "services/cloudformation/cloudformation.h"
#include "services/cloudformation/engine/preparation.h"
#include "services/cloudformation/engine/template_source.h"

namespace standpipe::cloudformation {
namespace {

constexpr size_t kStackNameMax = 128, kTagsMax = 50, kStacksMax = 2000;

void check_stack_name(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool valid = !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || c == '-' || (c >= '0' && c <= '9');
  });
  if (!valid) {
    throw ValidationError(
        fmt::format("1 validation error detected: Value '{}' at 'stackName' failed to satisfy "
                    "constraint: Member must satisfy regular expression pattern: "
                    "[a-zA-Z][-a-zA-Z0-9]*",
                    name));
  }
  if (name.size() > kStackNameMax) {
    throw ValidationError(
        fmt::format("1 validation error detected: Value '{}' at 'stackName' failed to satisfy "
                    "constraint: Member must have length less than or equal to {}",
                    name, kStackNameMax));
  }
}

void refuse_unsupported(const CreateStackInput& input) {
  const auto refuse = [](bool given, std::string_view name) {
    if (given) throw ValidationError(fmt::format("The parameter {} is not supported", name));
  };
  refuse(input.notification_arns && !input.notification_arns->empty(), "NotificationARNs");
  const auto& rollback = input.rollback_configuration;
  refuse(rollback && rollback->rollback_triggers && !rollback->rollback_triggers->empty(), "RollbackConfiguration");
  refuse(input.resource_types && !input.resource_types->empty(), "ResourceTypes");
  refuse(input.stack_policy_body.has_value(), "StackPolicyBody");
  refuse(input.stack_policy_url.has_value(), "StackPolicyURL");
  refuse(input.deployment_config.has_value(), "DeploymentConfig");
  refuse(input.disable_validation.value_or(false), "DisableValidation");
  if (input.on_failure && input.disable_rollback) {
    throw ValidationError("You can specify either DisableRollback or OnFailure, but not both.");
  }
}

std::map<std::string, std::string> given_parameters(const std::optional<std::vector<Parameter>>& parameters) {
  std::map<std::string, std::string> given;
  for (const Parameter& one : parameters.value_or(std::vector<Parameter>())) {
    const std::string key = one.parameter_key.value_or("");
    if (one.use_previous_value.value_or(false)) {
      throw ValidationError(
          fmt::format("Invalid input for parameter key {}. Cannot specify usePreviousValue as true for a "
                      "parameter key not in the previous template",
                      key));
    }
    if (!given.emplace(key, one.parameter_value.value_or("")).second) {
      throw ValidationError(fmt::format("Parameter {} is specified more than once", key));
    }
  }
  return given;
}

std::vector<std::pair<std::string, std::string>> read_tags(const std::optional<std::vector<Tag>>& tags) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const Tag& tag : tags.value_or(std::vector<Tag>())) {
    if (tag.key.starts_with("aws:")) {
      throw ValidationError("aws: prefixed tag key names are not allowed for external use.");
    }
    result.emplace_back(tag.key, tag.value);
  }
  if (result.size() > kTagsMax) {
    throw ValidationError(
        fmt::format("Number of tags, {}, is greater than maximum allowed, {}", result.size(), kTagsMax));
  }
  return result;
}

std::string policy_on_failure(const CreateStackInput& input) {
  if (input.on_failure) return *input.on_failure;
  return input.disable_rollback.value_or(false) ? "DO_NOTHING" : "ROLLBACK";
}

}  // namespace

aws::Calls CloudFormation::calls(const aws::Request& request, const std::string& role_arn,
                                 const std::string& stack_id) {
  aws::Principal principal = request.principal;
  if (!role_arn.empty()) {
    const auto role = roles_.assume(role_arn, "cloudformation.amazonaws.com", "AWSCloudFormation", stack_id);
    if (!role) throw ValidationError(fmt::format("Role {} is invalid or cannot be assumed", role_arn));
    principal = *role;
  }
  aws::Calls calls = caller_.as(std::move(principal), request.region);
  calls.via("cloudformation.amazonaws.com").until(request.deadline);
  return calls;
}

std::string CloudFormation::template_text(const aws::Request& request, const std::optional<std::string>& body,
                                          const std::optional<std::string>& url, const std::string& role_arn) {
  if (body.has_value() == url.has_value()) {
    throw ValidationError("Either Template URL or Template Body must be specified.");
  }
  if (url) return fetch_template(calls(request, role_arn, ""), *url);
  if (body->size() > kTemplateBodyMax) {
    throw ValidationError(
        fmt::format("1 validation error detected: Value '{}' at 'templateBody' failed to satisfy "
                    "constraint: Member must have length less than or equal to {}",
                    *body, kTemplateBodyMax));
  }
  return *body;
}

CreateStackOutput CloudFormation::create_stack(const aws::Request& request, const CreateStackInput& input) {
  check_stack_name(input.stack_name);
  refuse_unsupported(input);
  StackState stack;
  stack.uuid = random_uuid();
  stack.name = input.stack_name;
  stack.account = request.account;
  stack.region = request.region;
  stack.status = "CREATE_IN_PROGRESS";
  stack.reason = "User Initiated";
  stack.tags = read_tags(input.tags);
  stack.capabilities = input.capabilities.value_or(std::vector<std::string>());
  stack.on_failure = policy_on_failure(input);
  stack.disable_rollback = input.disable_rollback.value_or(input.on_failure == "DO_NOTHING");
  stack.retain_except_on_create = input.retain_except_on_create.value_or(false);
  stack.timeout_minutes = input.timeout_in_minutes.value_or(0);
  stack.termination_protection = input.enable_termination_protection.value_or(false);
  stack.role_arn = input.role_arn.value_or("");
  stack.principal = request.principal;
  stack.client_request_token = input.client_request_token.value_or("");
  stack.created = clock_.now();
  if (const auto existing = find(request, stack.name)) {
    const std::string& token = stack.client_request_token;
    if (!token.empty() && existing->client_request_token == token) return {.stack_id = existing->id()};
    throw AlreadyExistsException(fmt::format("Stack [{}] already exists", stack.name));
  }
  if (store_.stacks_living(request.account, request.region) >= kStacksMax) {
    throw LimitExceededException(fmt::format("Limit for stack has been exceeded: {}", kStacksMax));
  }
  try {
    const std::string text = template_text(request, input.template_body, input.template_url, stack.role_arn);
    prepare(stack, read_and_check(text), given_parameters(input.parameters),
            calls(request, stack.role_arn, stack.id()));
    if (!store_.add(stack, text)) throw AlreadyExistsException(fmt::format("Stack [{}] already exists", stack.name));
  } catch (const MissingCapabilities& error) {
    throw InsufficientCapabilitiesException(error.what());
  } catch (const TemplateError& error) {
    throw ValidationError(error.what());
  }
  if (!engine_.begin(stack)) {
    stack.status = "CREATE_FAILED";
    stack.reason = "Too many stacks are in progress. Rate exceeded";
    store_.put(stack, 2);
  }
  return {.stack_id = stack.id()};
}

DeleteStackOutput CloudFormation::delete_stack(const aws::Request& request, const DeleteStackInput& input) {
  if (input.deletion_mode && *input.deletion_mode != "STANDARD") {
    throw ValidationError(fmt::format("The DeletionMode {} is not supported", *input.deletion_mode));
  }
  if (input.deployment_config) throw ValidationError("The parameter DeploymentConfig is not supported");
  const auto stack = find(request, input.stack_name);
  if (!stack || stack->status == "DELETE_COMPLETE" || stack->status == "DELETE_IN_PROGRESS") return {};
  if (stack->termination_protection) {
    throw ValidationError(
        fmt::format("Stack [{}] cannot be deleted while TerminationProtection is enabled", stack->name));
  }
  if (input.retain_resources && !input.retain_resources->empty() && stack->status != "DELETE_FAILED") {
    throw ValidationError(
        fmt::format("Invalid operation on stack [{}]. RetainResources can only be specified when the "
                    "stack is in the DELETE_FAILED state.",
                    stack->id()));
  }
  for (const StackOutput& output : stack->outputs) {
    if (output.export_name.empty()) continue;
    const auto importers = store_.importers(stack->account, stack->region, output.export_name);
    if (importers.empty()) continue;
    throw ValidationError(fmt::format("Export {} cannot be deleted as it is in use by {}", output.export_name,
                                      fmt::join(importers, ", ")));
  }
  const std::string role = input.role_arn.value_or("");
  if (!role.empty()) calls(request, role, stack->id());  // refuses what cannot be assumed
  const Deletion deletion{request.principal, role, input.client_request_token.value_or(""),
                          input.retain_resources.value_or(std::vector<std::string>())};
  if (!engine_.begin_deletion(*stack, deletion)) throw Throttling("Rate exceeded");
  return {};
}

}  // namespace standpipe::cloudformation
