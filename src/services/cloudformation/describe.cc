// Describing and listing stacks, events, resources, exports.
#include <fmt/core.h>

#include <algorithm>

#include "base/bytes.h"
#include "services/cloudformation/cloudformation.h"

namespace standpipe::cloudformation {
namespace {

constexpr size_t kPage = 100;
constexpr auto kDeletedListed = std::chrono::days(90);

std::optional<std::string> if_any(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

// Tokens are places in a list, not secrets.
uint64_t read_token(const std::optional<std::string>& token) {
  if (!token) return 0;
  const auto place = base64_decode(*token);
  const auto number = place ? parse_int(*place) : std::nullopt;
  if (!number || *number < 0) throw ValidationError("The specified NextToken is invalid");
  return static_cast<uint64_t>(*number);
}

std::string make_token(uint64_t place) { return base64_encode(std::to_string(place)); }

// The page of `all` that `token` asks for; sets `next` if there is another.
template <class T>
std::vector<T> page(const std::vector<T>& all, const std::optional<std::string>& token,
                    std::optional<std::string>& next) {
  const size_t begin = std::min<size_t>(read_token(token), all.size());
  const size_t end = std::min(begin + kPage, all.size());
  if (end < all.size()) next = make_token(end);
  return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
}

std::vector<Parameter> shown_parameters(const StackState& stack) {
  std::vector<Parameter> result;
  for (const auto& [name, value] : stack.parameters) {
    const bool hidden = std::find(stack.no_echo.begin(), stack.no_echo.end(), name) != stack.no_echo.end();
    Parameter parameter{.parameter_key = name, .parameter_value = hidden ? "****" : value.text};
    if (value.resolved != value.text) parameter.resolved_value = hidden ? "****" : value.resolved;
    result.push_back(std::move(parameter));
  }
  return result;
}

Stack describe(const StackState& state) {
  Stack stack;
  stack.stack_id = state.id();
  stack.stack_name = state.name;
  stack.description = if_any(state.description);
  if (!state.parameters.empty()) stack.parameters = shown_parameters(state);
  stack.creation_time = state.created;
  stack.deletion_time = state.deleted;
  stack.rollback_configuration = RollbackConfiguration{};
  stack.stack_status = state.status;
  stack.stack_status_reason = if_any(state.reason);
  stack.disable_rollback = state.disable_rollback;
  stack.notification_arns.emplace();
  if (state.timeout_minutes > 0) stack.timeout_in_minutes = state.timeout_minutes;
  if (!state.capabilities.empty()) stack.capabilities = state.capabilities;
  for (const StackOutput& one : state.outputs) {
    if (!stack.outputs) stack.outputs.emplace();
    stack.outputs->push_back({one.key, one.value, if_any(one.description), if_any(one.export_name)});
  }
  stack.role_arn = if_any(state.role_arn);
  stack.tags.emplace();
  for (const auto& [key, value] : state.tags) stack.tags->push_back({key, value});
  stack.enable_termination_protection = state.termination_protection;
  stack.parent_id = if_any(state.parent_id);
  stack.root_id = if_any(state.root_id);
  stack.drift_information = StackDriftInformation{.stack_drift_status = "NOT_CHECKED"};
  if (state.retain_except_on_create) stack.retain_except_on_create = true;
  return stack;
}

StackSummary summarize(const StackState& state) {
  StackSummary summary;
  summary.stack_id = state.id();
  summary.stack_name = state.name;
  summary.template_description = if_any(state.description);
  summary.creation_time = state.created;
  summary.deletion_time = state.deleted;
  summary.stack_status = state.status;
  summary.stack_status_reason = if_any(state.reason);
  summary.parent_id = if_any(state.parent_id);
  summary.root_id = if_any(state.root_id);
  summary.drift_information = StackDriftInformationSummary{.stack_drift_status = "NOT_CHECKED"};
  return summary;
}

StackEvent describe(const StackState& stack, const StackEventRecord& record) {
  StackEvent event;
  event.stack_id = stack.id();
  event.stack_name = stack.name;
  event.event_id = record.event_id;
  event.logical_resource_id = record.logical_id;
  event.physical_resource_id = record.physical_id;
  event.resource_type = record.type;
  event.timestamp = record.time;
  event.resource_status = record.status;
  event.resource_status_reason = if_any(record.reason);
  event.resource_properties = if_any(record.properties);
  event.client_request_token = if_any(record.client_request_token);
  return event;
}

StackResource describe(const StackState& stack, const ResourceState& state) {
  StackResource resource;
  resource.stack_name = stack.name;
  resource.stack_id = stack.id();
  resource.logical_resource_id = state.id;
  resource.physical_resource_id = if_any(state.physical_id);
  resource.resource_type = state.type;
  resource.timestamp = state.updated;
  resource.resource_status = state.status;
  resource.resource_status_reason = if_any(state.reason);
  resource.drift_information = StackResourceDriftInformation{.stack_resource_drift_status = "NOT_CHECKED"};
  return resource;
}

void newest_first(std::vector<StackState>& stacks) {
  std::stable_sort(stacks.begin(), stacks.end(), [](const auto& a, const auto& b) { return a.created > b.created; });
}

}  // namespace

DescribeStacksOutput CloudFormation::describe_stacks(const aws::Request& request, const DescribeStacksInput& input) {
  DescribeStacksOutput output;
  output.stacks.emplace();
  if (input.stack_name) {
    output.stacks->push_back(describe(get(request, *input.stack_name)));
    return output;
  }
  std::vector<StackState> all = store_.stacks(request.account, request.region);
  std::erase_if(all, [](const StackState& stack) { return stack.status == "DELETE_COMPLETE"; });
  newest_first(all);
  for (const StackState& stack : page(all, input.next_token, output.next_token))
    output.stacks->push_back(describe(stack));
  return output;
}

ListStacksOutput CloudFormation::list_stacks(const aws::Request& request, const ListStacksInput& input) {
  ListStacksOutput output;
  output.stack_summaries.emplace();
  const auto& wanted = input.stack_status_filter;
  const Timestamp oldest = clock_.now() - kDeletedListed;
  std::vector<StackState> all = store_.stacks(request.account, request.region);
  std::erase_if(all, [&](const StackState& stack) {
    if (stack.deleted && *stack.deleted < oldest) return true;
    return wanted && !wanted->empty() && std::find(wanted->begin(), wanted->end(), stack.status) == wanted->end();
  });
  newest_first(all);
  for (const StackState& one : page(all, input.next_token, output.next_token)) {
    output.stack_summaries->push_back(summarize(one));
  }
  return output;
}

DescribeStackEventsOutput CloudFormation::describe_stack_events(const aws::Request& request,
                                                                const DescribeStackEventsInput& input) {
  const auto stack = find(request, input.stack_name);
  if (!stack) throw ValidationError(fmt::format("Stack [{}] does not exist", input.stack_name));
  DescribeStackEventsOutput output;
  output.stack_events.emplace();
  uint64_t next = 0;
  for (const StackEventRecord& one : store_.events(*stack, read_token(input.next_token), kPage, next)) {
    output.stack_events->push_back(describe(*stack, one));
  }
  if (next != 0) output.next_token = make_token(next);
  return output;
}

DescribeStackResourceOutput CloudFormation::describe_stack_resource(const aws::Request& request,
                                                                    const DescribeStackResourceInput& input) {
  const auto stack = find(request, input.stack_name);
  if (!stack) throw ValidationError(fmt::format("Stack '{}' does not exist", input.stack_name));
  const auto resources = store_.resources(*stack);
  const auto found = resources.find(input.logical_resource_id);
  if (found == resources.end()) {
    throw ValidationError(
        fmt::format("Resource {} does not exist for stack {}", input.logical_resource_id, input.stack_name));
  }
  const StackResource resource = describe(*stack, found->second);
  StackResourceDetail detail;
  detail.stack_name = resource.stack_name;
  detail.stack_id = resource.stack_id;
  detail.logical_resource_id = resource.logical_resource_id;
  detail.physical_resource_id = resource.physical_resource_id;
  detail.resource_type = resource.resource_type;
  detail.last_updated_timestamp = resource.timestamp;
  detail.resource_status = resource.resource_status;
  detail.resource_status_reason = resource.resource_status_reason;
  detail.drift_information = resource.drift_information;
  detail.metadata = resource_metadata(*stack, input.logical_resource_id);
  return {.stack_resource_detail = std::move(detail)};
}

DescribeStackResourcesOutput CloudFormation::describe_stack_resources(const aws::Request& request,
                                                                      const DescribeStackResourcesInput& input) {
  if (input.stack_name.has_value() == input.physical_resource_id.has_value()) {
    throw ValidationError("Either StackName or PhysicalResourceId must be specified, but not both");
  }
  DescribeStackResourcesOutput output;
  output.stack_resources.emplace();
  std::vector<StackState> stacks;
  if (input.stack_name) {
    stacks.push_back(get(request, *input.stack_name));
  } else {
    stacks = store_.stacks(request.account, request.region);
    std::erase_if(stacks, [](const StackState& stack) { return stack.status == "DELETE_COMPLETE"; });
    const auto owner = std::find_if(stacks.begin(), stacks.end(), [&](const StackState& stack) {
      const auto resources = store_.resources(stack);
      return std::any_of(resources.begin(), resources.end(),
                         [&](const auto& one) { return one.second.physical_id == *input.physical_resource_id; });
    });
    if (owner == stacks.end()) {
      throw ValidationError(fmt::format("Stack for {} does not exist", *input.physical_resource_id));
    }
    stacks = {*owner};
  }
  for (const auto& [id, resource] : store_.resources(stacks.front())) {
    if (input.logical_resource_id && *input.logical_resource_id != id) continue;
    if (output.stack_resources->size() < kPage) output.stack_resources->push_back(describe(stacks.front(), resource));
  }
  return output;
}

ListStackResourcesOutput CloudFormation::list_stack_resources(const aws::Request& request,
                                                              const ListStackResourcesInput& input) {
  const StackState stack = get(request, input.stack_name);
  std::vector<StackResourceSummary> all;
  for (const auto& [id, state] : store_.resources(stack)) {
    StackResourceSummary summary;
    summary.logical_resource_id = id;
    summary.physical_resource_id = if_any(state.physical_id);
    summary.resource_type = state.type;
    summary.last_updated_timestamp = state.updated;
    summary.resource_status = state.status;
    summary.resource_status_reason = if_any(state.reason);
    summary.drift_information = StackResourceDriftInformationSummary{.stack_resource_drift_status = "NOT_CHECKED"};
    all.push_back(std::move(summary));
  }
  ListStackResourcesOutput output;
  output.stack_resource_summaries = page(all, input.next_token, output.next_token);
  return output;
}

ListExportsOutput CloudFormation::list_exports(const aws::Request& request, const ListExportsInput& input) {
  std::vector<Export> all;
  for (const ExportRecord& one : store_.exports(request.account, request.region)) {
    all.push_back({one.stack_id, one.name, one.value});
  }
  ListExportsOutput output;
  output.exports = page(all, input.next_token, output.next_token);
  return output;
}

ListImportsOutput CloudFormation::list_imports(const aws::Request& request, const ListImportsInput& input) {
  const auto all = store_.importers(request.account, request.region, input.export_name);
  if (all.empty()) throw ValidationError(fmt::format("Export '{}' is not imported by any stack.", input.export_name));
  ListImportsOutput output;
  output.imports = page(all, input.next_token, output.next_token);
  return output;
}

}  // namespace standpipe::cloudformation
