// StackRun: removing a stack's resources, for rollback and deletion.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/logging.h"
#include "services/cloudformation/engine/run_in_order.h"
#include "services/cloudformation/engine/stack_run.h"

namespace standpipe::cloudformation {
namespace {

bool is_gone(const ResourceState& resource) {
  return resource.status == "DELETE_COMPLETE" || resource.status == "DELETE_SKIPPED";
}

std::string failure(const std::vector<std::string>& ids) {
  return fmt::format("The following resource(s) failed to delete: [{}]. ", fmt::join(ids, ", "));
}

}  // namespace

void StackRun::roll_back() {
  const std::vector<std::string> remaining = remove_resources();
  if (stopping()) return;
  if (remaining.empty()) return put_status("ROLLBACK_COMPLETE");
  put_status("ROLLBACK_FAILED", failure(remaining));
}

// Another stack imports what this one exports.
std::optional<std::string> StackRun::export_in_use() const {
  for (const StackOutput& output : stack_.outputs) {
    if (output.export_name.empty()) continue;
    const auto importers = around_.store.importers(stack_.account, stack_.region, output.export_name);
    if (importers.empty()) continue;
    return fmt::format("Export {} cannot be deleted as it is in use by {}", output.export_name,
                       fmt::join(importers, ", "));
  }
  return std::nullopt;
}

void StackRun::remove() {
  if (const auto used = export_in_use()) return put_status("DELETE_FAILED", *used);
  const std::vector<std::string> remaining = remove_resources();
  if (stopping()) return;
  if (remaining.empty()) return put_status("DELETE_COMPLETE");
  put_status("DELETE_FAILED", failure(remaining));
}

std::vector<std::string> StackRun::remove_resources() {
  Dependencies order;  // who must be gone first
  for (const auto& [id, state] : resources_) {
    if (!is_gone(state)) order[id];
  }
  for (const auto& [id, needs] : living_dependencies()) {
    if (!order.contains(id)) continue;
    for (const std::string& need : needs) {
      if (order.contains(need)) order[need].insert(id);
    }
  }
  OrderRules rules;
  rules.stop_at_failure = false;
  rules.cancelled = [&] { return stopping(); };
  const OrderOutcome outcome =
      run_in_order(order, around_.workers, rules, [this](const std::string& id) { return remove_resource(id); });
  return {outcome.failed.begin(), outcome.failed.end()};
}

bool StackRun::is_retained(const ResourceState& state) const {
  if (std::find(stack_.retained.begin(), stack_.retained.end(), state.id) != stack_.retained.end()) return true;
  const DeclaredResource* declared = template_.resource(state.id);
  if (declared == nullptr || state.physical_id.empty()) return false;
  const bool rolling_back = stack_.status == "ROLLBACK_IN_PROGRESS";
  if (declared->deletion_policy == DeletionPolicy::retain_except_on_create) return !rolling_back;
  if (declared->deletion_policy == DeletionPolicy::retain) return !(rolling_back && stack_.retain_except_on_create);
  return false;
}

bool StackRun::remove_resource(const std::string& id) {
  ResourceState state = *resource(id);
  const ResourceType& type = *find_resource_type(state.type);
  try {
    if (is_retained(state)) {
      put_event(state, "DELETE_SKIPPED");
      return true;
    }
    if (state.physical_id.empty() && !state.custom_invoked) {
      put_event(state, "DELETE_COMPLETE");  // it never came into being
      return true;
    }
    if (state.status != "DELETE_IN_PROGRESS") {
      state.custom_request.clear();
      put_event(state, "DELETE_IN_PROGRESS");
    }
    if (type.maker == Maker::nested_stack) {
      remove_nested(state);
    } else if (type.maker == Maker::custom) {
      remove_custom(state);
    } else {
      ResourceFacts facts{.account = stack_.account,
                          .region = stack_.region,
                          .stack_name = stack_.name,
                          .stack_id = stack_.id(),
                          .logical_id = state.id,
                          .name = state.name,
                          .physical_id = state.physical_id};
      ResourceJournal journal(*this, state, removal_.get_token());
      Context context(type, state.properties, facts, calls(), journal);
      type.remove(context);
    }
    put_event(state, "DELETE_COMPLETE");
    return true;
  } catch (const Interrupted&) {
    return false;
  } catch (const Cancelled&) {  // no removal is cancelled but by the server's end
    return false;
  } catch (const aws::Error& error) {
    put_event(state, "DELETE_FAILED", handler_message(state.type, "", error));
  } catch (const ResourceError& error) {
    put_event(state, "DELETE_FAILED", error.what());
  } catch (const std::exception& error) {
    logging::error("stack {}: resource {}: {}", stack_.name, id, error.what());
    put_event(state, "DELETE_FAILED", handler_message("Internal error", "InternalFailure"));
  }
  return false;
}

}  // namespace standpipe::cloudformation
