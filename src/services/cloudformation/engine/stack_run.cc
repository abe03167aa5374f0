#include "services/cloudformation/engine/stack_run.h"

#include <fmt/core.h>

#include "base/logging.h"
#include "generated/ssm.h"
#include "services/cloudformation/engine/preparation.h"
#include "services/cloudformation/template/references.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {

constexpr std::string_view kService = "cloudformation.amazonaws.com";

StackRun::StackRun(Engine& engine, StackState stack, std::stop_token cancel)
    : engine_(engine),
      around_(engine.surroundings()),
      stack_(std::move(stack)),
      on_cancel_(std::move(cancel),
                 [this] {
                   cancelled_ = true;
                   creation_.request_stop();
                 }),
      on_stop_(engine.stopping(), [this] {
        creation_.request_stop();
        removal_.request_stop();
      }) {}

void StackRun::go() {
  load();
  if (stack_.status == "CREATE_IN_PROGRESS") {
    create();
  } else if (stack_.status == "ROLLBACK_IN_PROGRESS") {
    roll_back();
  } else if (stack_.status == "DELETE_IN_PROGRESS") {
    remove();
  }
  if (stopping() || stack_.status == "DELETE_COMPLETE") return;
  const auto deletion = around_.store.requested_deletion(stack_);
  if (!deletion) return;
  deletion->apply_to(stack_);
  choose_principal();
  put_status(stack_.status, stack_.reason);
  remove();
}

void StackRun::load() {
  template_ = read_and_check(around_.store.template_text(stack_));
  resources_ = around_.store.resources(stack_);
  events_ = around_.store.event_count(stack_);
  choose_principal();
}

void StackRun::choose_principal() {
  principal_ = stack_.role_arn.empty()
                   ? stack_.principal
                   : around_.roles.assume(stack_.role_arn, std::string(kService), "AWSCloudFormation", stack_.id());
}

void StackRun::put_status(std::string status, std::string reason) {
  stack_.status = std::move(status);
  stack_.reason = std::move(reason);
  if (stack_.status == "DELETE_COMPLETE") stack_.deleted = around_.store.now();
  around_.store.put(stack_, ++events_);
}

void StackRun::put(const ResourceState& resource, bool event) {
  std::string shown;
  if (event) {
    if (const DeclaredResource* declared = template_.resource(resource.id)) shown = shown_properties(*declared);
  }
  around_.store.put(stack_, resource, event ? ++events_ : 0, shown);
  const std::scoped_lock lock(mutex_);
  resources_[resource.id] = resource;
}

void StackRun::put_event(ResourceState& resource, std::string status, std::string reason) {
  resource.status = std::move(status);
  resource.reason = std::move(reason);
  resource.updated = around_.store.now();
  put(resource, true);
}

std::optional<ResourceState> StackRun::resource(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = resources_.find(id);
  return found == resources_.end() ? std::nullopt : std::optional(found->second);
}

aws::Calls StackRun::calls() const {
  if (!principal_) throw ResourceError(fmt::format("Role {} is invalid or cannot be assumed", stack_.role_arn));
  aws::Calls calls = around_.caller.as(*principal_, stack_.region);
  calls.via(std::string(kService));
  return calls;
}

// For what the engine does itself instead of calling an API.
void StackRun::authorize(const std::string& action, const std::string& arn) const {
  const aws::Access access{.action = action, .resource = arn};
  aws::Request request;
  request.account = stack_.account;
  request.region = stack_.region;
  request.principal = calls().principal();
  request.called_via = kService;
  request.secure = true;
  const aws::Decision decision = around_.authorizer.decide(request, access);
  if (!decision.allowed) {
    const aws::Error denied("AccessDenied", 403, aws::denial_message(request.principal, access, decision));
    throw ResourceError(handler_message("AWS::CloudFormation::Stack", "", denied));
  }
}

void StackRun::stop_here() const {
  if (stopping()) throw Interrupted{};
  throw Cancelled{};
}

Dependencies StackRun::living_dependencies() {
  const RunScope scope(*this);
  Evaluator evaluator(template_, stack_.parameters, scope);
  return dependencies(template_, [&](const std::string& name) { return evaluator.condition(name); });
}

// As events show them: values of NoEcho parameters hidden. What cannot be evaluated yet is left out.
std::string StackRun::shown_properties(const DeclaredResource& declared) {
  ParameterValues shown = stack_.parameters;
  for (const std::string& name : stack_.no_echo) shown[name] = {"****", "****"};
  RunScope scope(*this);
  scope.hide = true;
  try {
    Evaluator evaluator(template_, shown, scope);
    const auto properties = evaluator.evaluate(declared.properties);
    return properties ? json::print(*properties) : std::string();
  } catch (const std::exception&) {
    return {};
  }
}

Timestamp ResourceJournal::note_call() {
  if (!resource_.called) {
    if (stop_.stop_requested()) run_.stop_here();
    resource_.called = run_.around_.store.now();
    run_.put(resource_, false);
  }
  return *resource_.called;
}

void ResourceJournal::note_created(const std::string& physical_id) {
  resource_.physical_id = physical_id;
  run_.put_event(resource_, "CREATE_IN_PROGRESS", "Resource creation Initiated");
}

void ResourceJournal::pause(Duration time) {
  if (!standpipe::pause(Deadline::in(time), stop_)) run_.stop_here();
}

std::string RunScope::pseudo_parameter(std::string_view name) const {
  return cloudformation::pseudo_parameter(run_.stack_, name);
}

std::string RunScope::physical_id(const std::string& id) const {
  const auto resource = run_.resource(id);
  if (!resource || resource->physical_id.empty()) {
    throw TemplateError(fmt::format("Template error: resource {} has no physical id", id));
  }
  return resource->physical_id;
}

json::Value RunScope::attribute(const std::string& id, const std::string& name) const {
  const auto resource = run_.resource(id);
  if (!resource) throw TemplateError(fmt::format("Template error: resource {} does not exist", id));
  if (const json::Value* value = resource->attributes.find(name)) {
    return hide && resource->no_echo ? json::Value("*****") : *value;
  }
  const ResourceType* type = find_resource_type(resource->type);
  if (type != nullptr && type->maker == Maker::custom) {
    throw ResourceError(
        fmt::format("CustomResource attribute error: Vendor response doesn't contain {} attribute in "
                    "object {}|{}|{}",
                    name, run_.stack_.id(), id, resource->custom_request));
  }
  throw TemplateError(
      fmt::format("Template error: resource {} does not support attribute type {} in Fn::GetAtt", id, name));
}

std::string RunScope::imported(const std::string& name) const {
  const auto found = run_.around_.store.find_export(run_.stack_.account, run_.stack_.region, name);
  if (!found) throw StackError(fmt::format("No export named {} found.", name));
  run_.around_.store.note_import(run_.stack_, name);
  return found->value;
}

std::string RunScope::ssm_parameter(const std::string& name, const std::string& version) const {
  try {
    const auto output =
        run_.calls().call(ssm::GetParameterInput{.name = version.empty() ? name : name + ":" + version});
    if (output.parameter && output.parameter->value) return *output.parameter->value;
  } catch (const aws::Error& error) {
    if (error.code != "ParameterNotFound" && error.code != "ParameterVersionNotFound") {
      throw TemplateError(error.what());
    }
  }
  throw TemplateError(
      fmt::format("Parameters: [ssm:{}{}{}] cannot be found.", name, version.empty() ? "" : ":", version));
}

}  // namespace standpipe::cloudformation
