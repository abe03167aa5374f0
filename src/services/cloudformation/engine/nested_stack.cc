// StackRun: AWS::CloudFormation::Stack, a stack of its own that is made and removed by its parent's run.
#include <fmt/core.h>

#include "base/bytes.h"
#include "base/random.h"
#include "services/cloudformation/engine/preparation.h"
#include "services/cloudformation/engine/stack_run.h"
#include "services/cloudformation/engine/template_source.h"

namespace standpipe::cloudformation {
namespace {

constexpr NameRule kChildName = {.length_max = 128};
constexpr int kDepthMax = 50;  // a template that nests itself ends here

}  // namespace

void StackRun::add_nested(ResourceState& state) {
  const Properties properties(state.properties);
  StackState child;
  child.uuid = random_uuid();
  child.name = generate_name(kChildName, stack_.name, state.id);
  child.account = stack_.account;
  child.region = stack_.region;
  child.status = "CREATE_IN_PROGRESS";
  child.reason = "User Initiated";
  child.tags = stack_.tags;
  for (const Properties& tag : properties.objects("Tags")) child.tags.emplace_back(tag.text("Key"), tag.text("Value"));
  child.capabilities = stack_.capabilities;
  child.timeout_minutes = properties.maybe_integer("TimeoutInMinutes").value_or(0);
  child.role_arn = stack_.role_arn;
  child.principal = stack_.principal;
  child.parent = stack_.uuid;
  child.parent_id = stack_.id();
  child.root = nested() ? stack_.root : stack_.uuid;
  child.root_id = nested() ? stack_.root_id : stack_.id();
  child.created = around_.store.now();
  child.nesting = stack_.nesting + 1;
  if (child.nesting > kDepthMax) throw ResourceError("Stacks are nested too deeply");
  authorize("cloudformation:CreateStack",
            fmt::format("arn:aws:cloudformation:{}:{}:stack/{}/*", child.region, child.account, child.name));
  try {
    const std::string text = fetch_template(calls(), properties.text("TemplateURL"));
    prepare(child, read_and_check(text), properties.text_map("Parameters"), calls());
    state.physical_id = child.id();
    if (!around_.store.add_nested(child, text, stack_.uuid, state)) {
      throw ResourceError(fmt::format("Stack [{}] already exists", child.name));
    }
  } catch (const TemplateError& error) {
    state.physical_id.clear();
    throw ResourceError(error.what());
  }
  put_event(state, "CREATE_IN_PROGRESS", "Resource creation Initiated");
}

void StackRun::make_nested(ResourceState& state) {
  if (state.physical_id.empty()) add_nested(state);
  const std::string uuid = state.physical_id.substr(state.physical_id.rfind('/') + 1);
  Engine::Visit visit(engine_, stack_, uuid);
  const std::stop_callback link(creation_.get_token(), [&] { visit.cancel(); });
  auto child = around_.store.stack(stack_.account, stack_.region, uuid);
  if (!child) throw ResourceError(fmt::format("Stack with id {} does not exist", state.physical_id));
  if (child->in_progress()) {
    StackRun run(engine_, std::move(*child), visit.cancelled());
    run.go();
    child = run.stack();
  }
  if (stopping()) throw Interrupted{};
  if (child->status != "CREATE_COMPLETE") {
    if (creation_.stop_requested()) throw Cancelled{};
    throw ResourceError(
        fmt::format("Embedded stack {} was not successfully created: {}", state.physical_id, trim(child->reason)));
  }
  for (const StackOutput& output : child->outputs) state.attributes["Outputs." + output.key] = output.value;
}

void StackRun::remove_nested(ResourceState& state) {
  const std::string uuid = state.physical_id.substr(state.physical_id.rfind('/') + 1);
  Engine::Visit visit(engine_, stack_, uuid);
  auto child = around_.store.stack(stack_.account, stack_.region, uuid);
  if (!child || child->status == "DELETE_COMPLETE") return;
  if (child->status != "DELETE_IN_PROGRESS") {
    authorize("cloudformation:DeleteStack", child->id());
    child->status = "DELETE_IN_PROGRESS";
    child->reason = "User Initiated";
    child->principal = stack_.principal;
    child->role_arn = stack_.role_arn;
    around_.store.put(*child, around_.store.event_count(*child) + 1);
  }
  StackRun run(engine_, std::move(*child), {});
  run.go();
  if (stopping()) throw Interrupted{};
  if (run.stack().status != "DELETE_COMPLETE") {
    throw ResourceError(
        fmt::format("Embedded stack {} was not successfully deleted: {}", state.physical_id, trim(run.stack().reason)));
  }
}

}  // namespace standpipe::cloudformation
