// StackRun: making a stack's resources.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/logging.h"
#include "services/cloudformation/engine/run_in_order.h"
#include "services/cloudformation/engine/stack_run.h"
#include "services/cloudformation/template/references.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {

void StackRun::create() {
  std::optional<std::string> why;
  if (cancelled_) settle_interrupted();
  try {
    check_attributes();
    why = make_resources();
    if (stopping()) return;
    if (!why) {
      stack_.outputs = evaluate_outputs();
      stack_.status = "CREATE_COMPLETE";
      stack_.reason.clear();
      why = around_.store.complete(stack_, ++events_);
      if (!why) return;
      stack_.outputs.clear();
    }
  } catch (const std::runtime_error& error) {  // TemplateError, StackError, ResourceError
    why = error.what();
  }
  fail_creation(*why);
}

// The stack is to be deleted before it could go on after a restart. What was under way then may have come into being:
// this finds out, so that the deletion knows what to remove.
void StackRun::settle_interrupted() {
  std::vector<std::string> ids;
  for (const auto& [id, state] : resources_) {
    if (state.status == "CREATE_IN_PROGRESS") ids.push_back(id);
  }
  for (const std::string& id : ids) make_resource(id);
}

// Attributes that a type does not have fail the stack as a whole, before anything is made.
void StackRun::check_attributes() const {
  const auto check_value = [&](const json::Value& value, const std::string& path) {
    for_each_reference(value, path, {}, [&](const Reference& reference) {
      if (!reference.is_attribute || reference.attribute.empty()) return;
      const DeclaredResource* declared = template_.resource(reference.name);
      const ResourceType* type = declared == nullptr ? nullptr : find_resource_type(declared->type);
      if (type == nullptr || type->maker == Maker::custom) return;
      const bool known = type->maker == Maker::nested_stack
                             ? reference.attribute.starts_with("Outputs.")
                             : std::find(type->attributes.begin(), type->attributes.end(), reference.attribute) !=
                                   type->attributes.end();
      if (known) return;
      throw StackError(fmt::format("[Error] {}: Resource type {} does not support attribute {{{}}}.", reference.path,
                                   declared->type, reference.attribute));
    });
  };
  for (const DeclaredResource& resource : template_.resources) {
    check_value(resource.properties, "/Resources/" + resource.id + "/Properties");
  }
  for (const DeclaredOutput& output : template_.outputs) check_value(output.value, "/Outputs/" + output.id + "/Value");
}

std::optional<std::string> StackRun::make_resources() {
  bool late = false;
  OrderRules rules;
  rules.failed = [&] { creation_.request_stop(); };
  rules.cancelled = [&] { return creation_.stop_requested(); };
  if (stack_.timeout_minutes > 0) {
    const auto left = stack_.created + std::chrono::minutes(stack_.timeout_minutes) - around_.store.now();
    rules.deadline = Deadline::in(std::max<Duration>(left, Duration{0}));
    rules.too_late = [&] {
      late = true;
      creation_.request_stop();
    };
  }
  const Dependencies needs = living_dependencies();
  const OrderOutcome outcome =
      run_in_order(needs, around_.workers, rules, [this](const std::string& id) { return make_resource(id); });
  if (stopping() || outcome.done.size() == needs.size()) return std::nullopt;
  if (cancelled_) return "Resource creation cancelled";
  if (late) return "Stack creation time exceeded the specified timeout.";
  const std::scoped_lock lock(mutex_);
  if (stack_failure_) return stack_failure_;
  return fmt::format("The following resource(s) failed to create: [{}].", fmt::join(failed_, ", "));
}

bool StackRun::make_resource(const std::string& id) {
  const DeclaredResource& declared = *template_.resource(id);
  ResourceState state = resource(id).value_or(ResourceState{.id = id, .type = declared.type});
  if (state.status == "CREATE_COMPLETE") return true;
  try {
    if (state.status == "CREATE_FAILED") throw ResourceError(state.reason);  // noted before a restart
    if (state.status.empty()) begin_resource(declared, state);
    make(declared, state);
    put_event(state, "CREATE_COMPLETE");
    return true;
  } catch (const Interrupted&) {
  } catch (const Cancelled&) {
    fail_resource(state, "Resource creation cancelled");
  } catch (const StackError& error) {
    const std::scoped_lock lock(mutex_);
    stack_failure_ = error.what();
  } catch (const ResourceError& error) {
    fail_resource(state, error.what());
  } catch (const aws::Error& error) {
    fail_resource(state, handler_message(declared.type, state.name, error));
  } catch (const std::exception& error) {
    logging::error("stack {}: resource {}: {}", stack_.name, id, error.what());
    fail_resource(state, handler_message("Internal error", "InternalFailure"));
  }
  return false;
}

// Before the resource is begun its properties are evaluated: what is wrong there fails the stack, not the resource.
void StackRun::begin_resource(const DeclaredResource& declared, ResourceState& resource) {
  const ResourceType& type = *find_resource_type(declared.type);
  const RunScope scope(*this);
  Evaluator evaluator(template_, stack_.parameters, scope);
  json::Object evaluated;
  std::optional<std::string> wrong;
  try {
    evaluated = evaluator.properties(declared);
  } catch (const TemplateError& error) {
    throw StackError(error.what());
  } catch (const ResourceError& error) {  // an attribute that a custom resource did not answer
    wrong = error.what();
  }
  put_event(resource, "CREATE_IN_PROGRESS");
  if (wrong) throw ResourceError(*wrong);
  resource.properties = std::move(evaluated);
  if (type.maker == Maker::custom) return;
  resource.properties = check_properties(declared.type, type.properties, resource.properties);
  resource.name = resource.properties.contains(type.naming.property)
                      ? resource.properties.find(type.naming.property)->string()
                      : generate_name(type.naming, stack_.name, declared.id);
  put(resource, false);
}

void StackRun::make(const DeclaredResource& declared, ResourceState& resource) {
  if (creation_.stop_requested() && !resource.called && resource.physical_id.empty()) stop_here();
  const ResourceType& type = *find_resource_type(declared.type);
  if (type.maker == Maker::nested_stack) return make_nested(resource);
  if (type.maker == Maker::custom) return make_custom(resource);
  ResourceFacts facts{.account = stack_.account,
                      .region = stack_.region,
                      .stack_name = stack_.name,
                      .stack_id = stack_.id(),
                      .logical_id = resource.id,
                      .name = resource.name,
                      .physical_id = resource.physical_id,
                      .attributes = resource.attributes,
                      .cfnresponse_source = around_.cfnresponse_source};
  ResourceJournal journal(*this, resource, creation_.get_token());
  Context context(type, resource.properties, facts, calls(), journal);
  type.create(context);
  resource.attributes = std::move(facts.attributes);
}

void StackRun::fail_resource(ResourceState& state, const std::string& reason) {
  {
    const std::scoped_lock lock(mutex_);
    failed_.push_back(state.id);
  }
  if (state.status != "CREATE_FAILED") put_event(state, "CREATE_FAILED", reason);
}

void StackRun::fail_creation(const std::string& why) {
  const std::string sentence = why.ends_with('.') ? why : why + ".";
  if (cancelled_ && around_.store.requested_deletion(stack_)) return;  // the deletion follows at once
  if (nested() || cancelled_ || stack_.on_failure == "DO_NOTHING") return put_status("CREATE_FAILED", why);
  if (stack_.on_failure == "DELETE") {
    put_status("DELETE_IN_PROGRESS", sentence + " Delete requested by user.");
    return remove();
  }
  put_status("ROLLBACK_IN_PROGRESS", sentence + " Rollback requested by user.");
  roll_back();
}

std::vector<StackOutput> StackRun::evaluate_outputs() {
  RunScope scope(*this);
  scope.hide = true;
  Evaluator evaluator(template_, stack_.parameters, scope);
  std::vector<StackOutput> outputs;
  for (const DeclaredOutput& declared : template_.outputs) {
    if (!declared.condition.empty() && !evaluator.condition(declared.condition)) continue;
    const auto value = evaluator.evaluate(declared.value);
    if (!value) continue;
    if (!is_scalar(*value)) {
      throw StackError("Template format error: The Value field of every Outputs member must evaluate to a String.");
    }
    outputs.push_back({declared.id, scalar_text(*value), declared.description,
                       declared.export_name ? evaluator.text(*declared.export_name) : std::string()});
  }
  return outputs;
}

}  // namespace standpipe::cloudformation
