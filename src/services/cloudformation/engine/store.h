// Stacks in Metadata. Keys, all under "<account>/<region>/cloudformation/":
//   stack/<uuid> · template/<uuid> · name/<name> → uuid of the living stack · resource/<uuid>/<logical id>
//   event/<uuid>/<number> · export/<name> · import/<name>/<uuid> · deletion/<uuid> (asked for while the stack is busy)
// and "-/-/cloudformation/running/<uuid>" → account and region of root stacks whose operation is not finished.
// Every method is one transaction: durable when it returns. Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metadata/metadata.h"
#include "services/cloudformation/engine/state.h"

namespace standpipe::cloudformation {

struct ExportRecord {
  std::string name, value, stack_id, stack_name;
};

struct Deletion {
  aws::Principal principal;
  std::string role_arn, client_request_token;
  std::vector<std::string> retained;

  void apply_to(StackState& stack) const;  // which is DELETE_IN_PROGRESS then
};

class Store {
 public:
  Store(Metadata& metadata, Clock& clock) : metadata_(metadata), clock_(clock) {}

  // A new stack with its first event. False if a living stack has the name. Root stacks count as running.
  bool add(const StackState& stack, const std::string& template_text);
  // The same for a nested stack; its parent's resource learns the id in the same transaction.
  bool add_nested(const StackState& stack, const std::string& template_text, const std::string& parent,
                  const ResourceState& resource);

  std::optional<StackState> stack(const std::string& account, const std::string& region, const std::string& uuid);
  std::optional<StackState> living_stack(const std::string& account, const std::string& region,
                                         const std::string& name);
  std::vector<StackState> stacks(const std::string& account, const std::string& region);
  size_t stacks_living(const std::string& account, const std::string& region);
  std::string template_text(const StackState& stack);
  std::map<std::string, ResourceState> resources(const StackState& stack);
  // Newest first, before event number `before`; `next` is the number to go on with, 0 at the end.
  std::vector<StackEventRecord> events(const StackState& stack, uint64_t before, size_t count_max, uint64_t& next);
  uint64_t event_count(const StackState& stack);

  // A resource's new state, with an event unless `number` is 0; `shown` are the properties that the event tells.
  void put(const StackState& stack, const ResourceState& resource, uint64_t number, const std::string& shown = {});
  // A stack's new state with an event. Final states end "running"; DELETE_COMPLETE frees name, exports and imports.
  void put(const StackState& stack, uint64_t number);
  // Completes a stack: outputs become visible, exports are claimed. Answers why not, if another stack has one.
  std::optional<std::string> complete(const StackState& stack, uint64_t number);

  std::vector<ExportRecord> exports(const std::string& account, const std::string& region);
  std::optional<ExportRecord> find_export(const std::string& account, const std::string& region,
                                          const std::string& name);
  void note_import(const StackState& stack, const std::string& export_name);
  std::vector<std::string> importers(const std::string& account, const std::string& region, const std::string& name);

  void request_deletion(const StackState& stack, const Deletion& deletion);
  std::optional<Deletion> requested_deletion(const StackState& stack);  // until the stack is DELETE_IN_PROGRESS

  struct Running {
    std::string account, region, uuid;
  };
  std::vector<Running> running();

  Timestamp now() const { return clock_.now(); }

 private:
  Metadata& metadata_;
  Clock& clock_;
};

}  // namespace standpipe::cloudformation
