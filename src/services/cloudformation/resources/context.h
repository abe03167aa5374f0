// What a row works with while it makes or removes one resource: its properties, calls as the stack's principal, and the
// journal in which progress is noted so that a restarted server goes on instead of beginning again. Used by one thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "aws/caller.h"
#include "base/clock.h"
#include "base/json.h"
#include "services/cloudformation/resources/property.h"
#include "services/cloudformation/resources/resource_error.h"
#include "services/cloudformation/resources/resource_type.h"

namespace standpipe::cloudformation {

// Kept by the engine; every note is durable when the method returns.
class Journal {
 public:
  virtual ~Journal() = default;
  // The call that brings the resource into being follows. Answers when this was noted for the first time.
  virtual Timestamp note_call() = 0;
  virtual bool called_before() const = 0;  // by a server that was stopped since
  virtual void note_created(const std::string& physical_id) = 0;
  // Sleeps, or throws if this work is to stop.
  virtual void pause(Duration time) = 0;
};

struct ResourceFacts {
  std::string account, region, stack_name, stack_id, logical_id;
  std::string name;                // chosen or generated; empty for types without one
  std::string physical_id;         // empty until the resource was brought into being
  json::Object attributes;         // for Fn::GetAtt
  std::string cfnresponse_source;  // goes into function code that imports it
};

class Context {
 public:
  Context(const ResourceType& type, const json::Object& checked_properties, ResourceFacts& facts, aws::Calls calls,
          Journal& journal)
      : type_(type), properties_(checked_properties), facts_(facts), calls_(std::move(calls)), journal_(journal) {}

  const Properties& properties() const { return properties_; }
  const ResourceFacts& facts() const { return facts_; }
  const std::string& name() const { return facts_.name; }
  const std::string& physical_id() const { return facts_.physical_id; }

  template <class Input>
  typename Input::Output call(const Input& input) const {
    return calls_.call(input);
  }

  // For removals: false if what is meant does not exist.
  template <class Input>
  bool call_unless_gone(const Input& input) const {
    try {
      calls_.call(input);
      return true;
    } catch (const aws::Error& error) {
      if (!not_found(error)) throw;
      return false;
    }
  }

  // Brings the resource into being, once. If an earlier server made the call and was stopped before it could note the
  // answer, "already exists" is taken for ours when `made_at` is not before the call.
  void make(const std::string& physical_id, const std::function<void()>& create,
            const std::function<std::optional<Timestamp>()>& made_at);
  // The same for resources whose id is only known afterwards. `find` answers the id of one that was made since.
  void make(const std::function<std::string()>& create,
            const std::function<std::optional<std::string>(Timestamp since)>& find);

  // Asks again and again, with growing pauses, until `done`; gives up with NotStabilized.
  void wait_until(const std::function<bool()>& done, Duration at_most = std::chrono::minutes(10));

  void set_attribute(std::string_view name, json::Value value);

 private:
  const ResourceType& type_;
  Properties properties_;
  ResourceFacts& facts_;
  aws::Calls calls_;
  Journal& journal_;
};

// <stack>-<logical id>-<12 random characters> within the rule's limit.
std::string generate_name(const NameRule& rule, const std::string& stack_name, const std::string& logical_id);

// Both lists of {Key, Value}, as the service's own type.
template <class Tag>
std::optional<std::vector<Tag>> tags_of(const Properties& properties, std::string_view name = "Tags") {
  if (!properties.contains(name)) return std::nullopt;
  std::vector<Tag> tags;
  for (const Properties& tag : properties.objects(name)) tags.push_back({tag.text("Key"), tag.text("Value")});
  return tags;
}
std::optional<std::map<std::string, std::string>> tag_map_of(const Properties& properties,
                                                             std::string_view name = "Tags");

}  // namespace standpipe::cloudformation
