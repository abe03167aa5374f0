// StackRun: custom resources. A function is asked, asynchronously, and answers by a PUT to the URL that it was given.
#include <fmt/core.h>

#include "base/bytes.h"
#include "base/random.h"
#include "generated/lambda.h"
#include "services/cloudformation/engine/stack_run.h"

namespace standpipe::cloudformation {
namespace {

constexpr size_t kAnswerMax = 4096;
constexpr size_t kPhysicalIdMax = 1024;
constexpr int64_t kTimeoutDefault = 3600;

// Functions see every scalar as a string.
json::Value as_strings(const json::Value& value) {
  if (value.is_array()) {
    json::Array items;
    for (const json::Value& item : value.array()) items.push_back(as_strings(item));
    return items;
  }
  if (value.is_object()) {
    json::Object members;
    for (const auto& [name, member] : value.object()) members.append(name, as_strings(member));
    return members;
  }
  return is_scalar(value) ? json::Value(scalar_text(value)) : value;
}

std::string text_property(const ResourceState& resource, std::string_view name) {
  const json::Value* value = resource.properties.find(name);
  return value != nullptr && is_scalar(*value) ? scalar_text(*value) : std::string();
}

int64_t timeout_seconds(const ResourceState& resource) {
  const json::Value* given = resource.properties.find("ServiceTimeout");
  if (given == nullptr) return kTimeoutDefault;
  const auto seconds = parse_int(text_property(resource, "ServiceTimeout"));
  if (!seconds || *seconds < 1 || *seconds > kTimeoutDefault) {
    throw ResourceError(
        "Property validation failure: [Value of property {/ServiceTimeout} must be between 1 and 3600]");
  }
  return *seconds;
}

json::Value parse_answer(const std::string& body) {
  if (body.size() > kAnswerMax) throw ResourceError("Response object is too long.");
  try {
    json::Value answer = json::parse(body);
    if (answer.is_object()) return answer;
  } catch (const json::ParseError&) {
  }
  throw ResourceError("Invalid response object: Value of type JSON object was expected");
}

void check_answer(const json::Value& answer, const StackState& stack, const ResourceState& resource) {
  const std::pair<std::string_view, std::string> expected[] = {
      {"StackId", stack.id()}, {"RequestId", resource.custom_request}, {"LogicalResourceId", resource.id}};
  for (const auto& [name, value] : expected) {
    if (answer.text(name) != value) {
      throw ResourceError(
          fmt::format("Invalid response object: Value of property {} does not match the request", name));
    }
  }
  const std::string status = answer.text("Status");
  if (status != "SUCCESS" && status != "FAILED") {
    throw ResourceError("Invalid response object: Value of property Status must be SUCCESS or FAILED");
  }
}

}  // namespace

void StackRun::invoke(const ResourceState& resource, const std::string& request_type) const {
  const std::string token = text_property(resource, "ServiceToken");
  if (token.find(":lambda:") == std::string::npos) {
    throw ResourceError(
        fmt::format("Property validation failure: [ServiceToken {} is not the ARN of a function; other "
                    "kinds are not supported]",
                    token));
  }
  json::Object request = {{"RequestType", request_type},
                          {"ServiceToken", token},
                          {"ResponseURL", around_.answers.open(stack_, resource.id, resource.custom_request)},
                          {"StackId", stack_.id()},
                          {"RequestId", resource.custom_request},
                          {"LogicalResourceId", resource.id}};
  if (!resource.physical_id.empty()) request.append("PhysicalResourceId", resource.physical_id);
  request.append("ResourceType", resource.type);
  request.append("ResourceProperties", as_strings(resource.properties));
  calls().call(lambda::InvokeInput{
      .function_name = token, .invocation_type = "Event", .payload = aws::Blob{json::print(request)}});
}

// The function's answer, after its form was checked; FAILED is thrown.
json::Value StackRun::ask(ResourceState& resource, const std::string& request_type, std::stop_token stop) {
  const auto timeout = std::chrono::seconds(timeout_seconds(resource));
  if (resource.custom_request.empty()) {
    resource.custom_request = random_uuid();
    resource.called = around_.store.now();
    resource.custom_accepted = false;
    put(resource, false);
  }
  // What lambda accepted survives restarts. If we were stopped before we knew, it is asked again under the same id.
  if (!resource.custom_accepted) {
    if (stop.stop_requested()) stop_here();
    resource.custom_invoked = true;
    put(resource, false);
    invoke(resource, request_type);
    resource.custom_accepted = true;
    put(resource, false);
  }
  const auto left = std::max<Duration>(*resource.called + timeout - around_.store.now(), Duration{0});
  const auto body = around_.answers.wait(resource.custom_request, Deadline::in(left), stop);
  if (!body && stop.stop_requested()) stop_here();
  if (!body) {
    throw ResourceError(
        fmt::format("CloudFormation did not receive a response from your Custom Resource. Please check "
                    "your logs for requestId [{}]. If you are using the Python cfn-response module, you may need to "
                    "update your Lambda function code so that CloudFormation can attach the updated version.",
                    resource.custom_request));
  }
  const json::Value answer = parse_answer(*body);
  check_answer(answer, stack_, resource);
  const std::string id = answer.text("PhysicalResourceId");
  if (request_type == "Create" && !id.empty() && id.size() <= kPhysicalIdMax) resource.physical_id = id;
  if (answer.text("Status") == "FAILED") {
    throw ResourceError(
        fmt::format("Received response status [FAILED] from custom resource. Message returned: {} "
                    "(RequestId: {})",
                    answer.text("Reason"), resource.custom_request));
  }
  return answer;
}

void StackRun::make_custom(ResourceState& resource) {
  if (text_property(resource, "ServiceToken").empty()) {
    throw ResourceError("Property validation failure: [The property {/ServiceToken} is required]");
  }
  json::Value answer;
  try {
    answer = ask(resource, "Create", creation_.get_token());
    if (resource.physical_id.empty()) throw ResourceError("Invalid PhysicalResourceId");
  } catch (const ResourceError&) {
    // The Delete that follows needs an id even if the function gave none.
    if (resource.custom_invoked && resource.physical_id.empty()) {
      resource.physical_id = generate_name({}, stack_.name, resource.id);
    }
    throw;
  } catch (const Cancelled&) {
    if (resource.custom_invoked && resource.physical_id.empty()) {
      resource.physical_id = generate_name({}, stack_.name, resource.id);
    }
    throw;
  }
  put_event(resource, "CREATE_IN_PROGRESS", "Resource creation Initiated");
  const json::Value* no_echo = answer.find("NoEcho");
  resource.no_echo = no_echo != nullptr && is_scalar(*no_echo) && scalar_text(*no_echo) == "true";
  if (const json::Value* data = answer.find("Data"); data != nullptr && data->is_object()) {
    for (const auto& [name, value] : data->object()) {
      if (!value.is_null()) resource.attributes[name] = value;
    }
  }
  around_.answers.close(resource.custom_request);
}

void StackRun::remove_custom(ResourceState& resource) {
  ask(resource, "Delete", removal_.get_token());
  around_.answers.close(resource.custom_request);
}

}  // namespace standpipe::cloudformation
