#include "services/cloudformation/engine/engine.h"

#include "base/logging.h"
#include "services/cloudformation/engine/stack_run.h"

namespace standpipe::cloudformation {

void Engine::resume() {
  for (const Store::Running& one : surroundings_.store.running()) {
    if (const auto stack = surroundings_.store.stack(one.account, one.region, one.uuid)) {
      logging::info("stack {} goes on from {}", stack->name, stack->status);
      begin(*stack);
    }
  }
}

void Engine::stop() {
  stopping_.request_stop();
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return active_.empty(); });
}

bool Engine::begin(const StackState& stack) {
  const auto active = enter(stack.uuid);
  return active == nullptr || run(active, stack);
}

bool Engine::begin_deletion(const StackState& stack, const Deletion& deletion) {
  for (;;) {
    if (const auto active = enter(stack.uuid)) {
      note_deletion(stack, deletion);
      return run(active, stack);
    }
    surroundings_.store.request_deletion(stack, deletion);
    const std::scoped_lock lock(mutex_);
    if (stopping_.stop_requested()) return true;
    const auto found = active_.find(stack.uuid);
    if (found == active_.end()) continue;  // who worked on it may have left before the request was there
    found->second->again = true;
    found->second->cancel.request_stop();
    return true;
  }
}

// Nobody works on the stack, so its client sees at once that it is being deleted.
void Engine::note_deletion(const StackState& stack, const Deletion& deletion) {
  try {
    auto current = surroundings_.store.stack(stack.account, stack.region, stack.uuid);
    if (!current || current->status == "DELETE_COMPLETE" || current->status == "DELETE_IN_PROGRESS") return;
    deletion.apply_to(*current);
    surroundings_.store.put(*current, surroundings_.store.event_count(*current) + 1);
  } catch (...) {
    leave(stack.uuid);
    throw;
  }
}

void Engine::leave(const std::string& uuid) {
  const std::scoped_lock lock(mutex_);
  active_.erase(uuid);
  idle_.notify_all();
}

// Registers work on the stack; nullptr if there is some, or if the server stops.
std::shared_ptr<Engine::Active> Engine::enter(const std::string& uuid) {
  const std::scoped_lock lock(mutex_);
  if (stopping_.stop_requested()) return nullptr;
  const auto [found, added] = active_.emplace(uuid, std::make_shared<Active>());
  return added ? found->second : nullptr;
}

bool Engine::run(const std::shared_ptr<Active>& active, const StackState& stack) {
  const auto task = [this, active, account = stack.account, region = stack.region, uuid = stack.uuid] {
    work(active, account, region, uuid);
  };
  if (surroundings_.workers.run(task)) return true;
  leave(stack.uuid);
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
    if (const auto stack = engine_.surroundings_.store.stack(account_, region_, uuid_)) engine_.begin(*stack);
  } catch (const std::exception& error) {
    logging::error("stack {} is not deleted yet: {}", uuid_, error.what());
  }
}

void Engine::work(const std::shared_ptr<Active>& active, const std::string& account, const std::string& region,
                  const std::string& uuid) {
  for (;;) {
    try {
      const auto stack = surroundings_.store.stack(account, region, uuid);
      // A creation that is not wanted any more does not go on after a restart.
      if (stack && surroundings_.store.requested_deletion(*stack)) cancel(*active);
      if (stack) StackRun(*this, *stack, token_of(*active)).go();
    } catch (const std::exception& error) {
      // The disk failed, or we did: the stack stays as it is noted and goes on after a restart.
      logging::error("stack {} stopped: {}", uuid, error.what());
    }
    const std::scoped_lock lock(mutex_);
    if (!stopping_.stop_requested() && active->again) {
      active->again = false;
      active->cancel = std::stop_source();
      continue;
    }
    active_.erase(uuid);
    idle_.notify_all();
    return;
  }
}

void Engine::cancel(const Active& active) {
  const std::scoped_lock lock(mutex_);
  std::stop_source(active.cancel).request_stop();
}

std::stop_token Engine::token_of(const Active& active) {
  const std::scoped_lock lock(mutex_);
  return active.cancel.get_token();
}

}  // namespace standpipe::cloudformation
