#include "services/cloudformation/engine/engine.h"

#include "base/logging.h"
#include "services/cloudformation/engine/stack_run.h"

namespace standpipe::cloudformation {

void Engine::resume() {
  for (const Store::Running& one : surroundings_.store.running()) {
    if (const auto stack = surroundings_.store.stack(one.account, one.region, one.uuid)) {
      logging::info("stack {} goes on from {}", stack->name, stack->status);
      start(*stack);
    }
  }
}

void Engine::stop() {
  stopping_.request_stop();
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return active_.empty(); });
}

bool Engine::begin(const StackState& stack) { return start(stack); }

bool Engine::begin_deletion(const StackState& stack, const Deletion& deletion) {
  surroundings_.store.request_deletion(stack, deletion);
  return start(stack);
}

bool Engine::start(const StackState& stack) {
  const auto active = std::make_shared<Active>();
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_.stop_requested()) return true;  // resumed later
    const auto [found, added] = active_.emplace(stack.uuid, active);
    if (!added) {
      found->second->again = true;
      found->second->cancel.request_stop();
      return true;
    }
  }
  const auto task = [this, active, account = stack.account, region = stack.region, uuid = stack.uuid] {
    work(active, account, region, uuid);
  };
  if (surroundings_.workers.run(task)) return true;
  const std::scoped_lock lock(mutex_);
  active_.erase(stack.uuid);
  idle_.notify_all();
  return false;
}

Engine::Visit::Visit(Engine& engine, const StackState& parent, const std::string& uuid)
    : engine_(engine), account_(parent.account), region_(parent.region), uuid_(uuid) {
  const auto active = std::make_shared<Active>();
  cancel_ = active->cancel;
  std::unique_lock lock(engine_.mutex_);
  // Ends: whoever works on the stack is told to stop when the server is.
  engine_.idle_.wait(lock, [&] { return !engine_.active_.contains(uuid_); });
  engine_.active_[uuid_] = active;
}

Engine::Visit::~Visit() {
  bool again = false;
  {
    const std::scoped_lock lock(engine_.mutex_);
    again = engine_.active_[uuid_]->again;
    engine_.active_.erase(uuid_);
    engine_.idle_.notify_all();
  }
  if (!again) return;  // somebody asked for the stack's deletion meanwhile
  try {
    if (const auto stack = engine_.surroundings_.store.stack(account_, region_, uuid_)) engine_.start(*stack);
  } catch (const std::exception& error) {
    logging::error("stack {} is not deleted yet: {}", uuid_, error.what());
  }
}

void Engine::work(const std::shared_ptr<Active>& active, const std::string& account, const std::string& region,
                  const std::string& uuid) {
  for (;;) {
    bool more = false;
    try {
      more = advance(*active, account, region, uuid);
    } catch (const std::exception& error) {
      // The disk failed, or we did: the stack stays as it is noted and goes on after a restart.
      logging::error("stack {} stopped: {}", uuid, error.what());
    }
    const std::scoped_lock lock(mutex_);
    if (!stopping_.stop_requested() && (more || active->again)) {
      active->again = false;
      active->cancel = std::stop_source();
      continue;
    }
    active_.erase(uuid);
    idle_.notify_all();
    return;
  }
}

// One operation of the stack; true if there may be another.
bool Engine::advance(Active& active, const std::string& account, const std::string& region, const std::string& uuid) {
  std::stop_token cancel;
  {
    const std::scoped_lock lock(mutex_);
    cancel = active.cancel.get_token();
  }
  auto stack = surroundings_.store.stack(account, region, uuid);
  if (!stack) return false;
  if (stack->status == "DELETE_COMPLETE") return false;
  if (!stack->in_progress()) {
    const auto deletion = surroundings_.store.requested_deletion(*stack);
    if (!deletion) return false;
    stack->status = "DELETE_IN_PROGRESS";
    stack->reason = "User Initiated";
    stack->principal = deletion->principal;
    if (!deletion->role_arn.empty()) stack->role_arn = deletion->role_arn;
    stack->client_request_token = deletion->client_request_token;
    stack->retained = deletion->retained;
    surroundings_.store.put(*stack, surroundings_.store.event_count(*stack) + 1);
  }
  StackRun(*this, std::move(*stack), cancel).go();
  return !stopping_.stop_requested();
}

}  // namespace standpipe::cloudformation
