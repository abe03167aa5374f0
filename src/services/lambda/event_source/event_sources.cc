#include "services/lambda/event_source/event_sources.h"

#include "base/logging.h"

namespace standpipe::lambda {

EventSources::EventSources(Surroundings surroundings, Workers& workers)
    : surroundings_(std::move(surroundings)), workers_(workers) {}

EventSources::~EventSources() {
  interrupt();
  reset();
}

void EventSources::start() {
  for (const StoredMapping& mapping : all_mappings(surroundings_.metadata)) {
    if (mapping.deleting) remove_mapping(surroundings_.metadata, mapping.uuid);
    else apply(mapping, mapping.enabled ? "Enabling" : "Disabling");
  }
}

void EventSources::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  for (const auto& [uuid, running] : running_) {
    if (running.poller) running.poller->stop();
  }
}

void EventSources::reset() {
  std::map<std::string, Running> ended;
  std::unique_lock lock(mutex_);
  for (const auto& [uuid, running] : running_) {
    if (running.poller) running.poller->stop();
  }
  changed_.wait(lock, [&] { return settling_ == 0; });
  ended.swap(running_);
  for (const auto& [uuid, running] : ended) {  // all stop at once, then each is joined
    if (running.poller) running.poller->stop();
  }
  lock.unlock();
}

bool EventSources::reserve(const std::string& uuid) {
  const std::lock_guard lock(mutex_);
  Running& running = running_[uuid];
  if (!running.changing.empty() || running.reserved) return false;
  running.reserved = true;
  return true;
}

void EventSources::release(const std::string& uuid) {
  const std::lock_guard lock(mutex_);
  running_[uuid].reserved = false;
}

void EventSources::apply(const StoredMapping& mapping, const std::string& state) {
  {
    const std::lock_guard lock(mutex_);
    Running& running = running_[mapping.uuid];
    running.changing = state;
    running.reserved = false;
    ++settling_;
  }
  const auto task = [this, mapping] {
    settle(mapping);
    const std::lock_guard lock(mutex_);
    --settling_;
    changed_.notify_all();
  };
  if (!workers_.run(task)) task();
}

void EventSources::settle(const StoredMapping& mapping) {
  const std::string& uuid = mapping.uuid;
  std::shared_ptr<MappingPoller> before;
  {
    const std::lock_guard lock(mutex_);
    Running& running = running_[uuid];
    running.opened = false;
    before = std::move(running.poller);
    if (before) before->stop();
  }
  before.reset();  // waits for what is with the function
  if (mapping.deleting) {
    try {
      remove_mapping(surroundings_.metadata, uuid);
    } catch (const std::exception& error) {
      logging::error("lambda: {} cannot be removed before the next start: {}", mapping.arn(), error.what());
    }
    const std::lock_guard lock(mutex_);
    running_.erase(uuid);
    return;
  }
  if (!mapping.enabled) {
    const std::lock_guard lock(mutex_);
    running_[uuid].changing.clear();
    return;
  }
  auto poller = std::make_shared<MappingPoller>(
      surroundings_, mapping, [this, uuid] { opened(uuid); },
      [this, uuid](const std::string& result) { report(uuid, result); });
  const std::lock_guard lock(mutex_);
  if (interrupted_) poller->stop();
  Running& running = running_[uuid];
  running.poller = std::move(poller);
  if (running.opened) running.changing.clear();
}

void EventSources::opened(const std::string& uuid) {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(uuid);
  if (found == running_.end()) return;
  found->second.opened = true;
  if (found->second.poller) found->second.changing.clear();
}

void EventSources::report(const std::string& uuid, const std::string& result) {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(uuid);
  if (found != running_.end()) found->second.last_result = result;
}

EventSources::Shown EventSources::show(const StoredMapping& mapping) const {
  const std::string settled = mapping.enabled ? "Enabled" : "Disabled";
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(mapping.uuid);
  if (found == running_.end()) return {settled, "No records processed"};
  return {found->second.changing.empty() ? settled : found->second.changing, found->second.last_result};
}

}  // namespace standpipe::lambda
