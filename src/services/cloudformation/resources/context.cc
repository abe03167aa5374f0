#include "services/cloudformation/resources/context.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/random.h"

namespace standpipe::cloudformation {
namespace {

constexpr Duration kPauseFirst{20}, kPauseMax{500};
constexpr size_t kRandomLength = 12;

}  // namespace

void Context::make(const std::string& physical_id, const std::function<void()>& create,
                   const std::function<std::optional<Timestamp>()>& made_at) {
  if (!facts_.physical_id.empty()) return;
  const bool called_before = journal_.called_before();
  // Services tell times of creation in seconds.
  const auto since = std::chrono::floor<std::chrono::seconds>(journal_.note_call());
  try {
    create();
  } catch (const aws::Error& error) {
    if (!called_before || !already_exists(error)) throw;
    const auto made = made_at();
    if (!made || *made < since) throw;
  }
  journal_.note_created(physical_id);
  facts_.physical_id = physical_id;
}

void Context::make(const std::function<std::string()>& create,
                   const std::function<std::optional<std::string>(Timestamp)>& find) {
  if (!facts_.physical_id.empty()) return;
  const bool called_before = journal_.called_before();
  const auto since = std::chrono::floor<std::chrono::seconds>(journal_.note_call());
  std::optional<std::string> id;
  if (called_before) id = find(since);
  if (!id) id = create();
  journal_.note_created(*id);
  facts_.physical_id = *id;
}

void Context::wait_until(const std::function<bool()>& done, Duration at_most) {
  const Deadline deadline = Deadline::in(at_most);
  for (Duration time = kPauseFirst; !done(); time = std::min(time * 2, kPauseMax)) {
    if (deadline.passed()) {
      throw ResourceError(handler_message("Exceeded attempts to wait", "NotStabilized"));
    }
    journal_.pause(time);
  }
}

void Context::set_attribute(std::string_view name, json::Value value) { facts_.attributes[name] = std::move(value); }

std::string generate_name(const NameRule& rule, const std::string& stack_name, const std::string& logical_id) {
  std::string stack = rule.prefix.empty() ? stack_name : std::string(rule.prefix);
  std::string logical = logical_id;
  const size_t room = rule.length_max - kRandomLength - 2;
  if (stack.size() + logical.size() > room) {
    logical = logical.substr(0, std::max(room / 2, room - std::min(room, stack.size())));
    stack = stack.substr(0, room - logical.size());
  }
  std::string name = stack + "-" + logical + "-" + random_text(kRandomLength, kUpperAlphanumeric);
  return rule.lower_case ? to_lower(name) : name;
}

std::optional<std::map<std::string, std::string>> tag_map_of(const Properties& properties, std::string_view name) {
  if (!properties.contains(name)) return std::nullopt;
  std::map<std::string, std::string> tags;
  for (const Properties& tag : properties.objects(name)) tags[tag.text("Key")] = tag.text("Value");
  return tags;
}

}  // namespace standpipe::cloudformation
