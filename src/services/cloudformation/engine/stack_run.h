// One operation of one stack, from whatever state it is found in to its end: creation with rollback, or deletion. The
// calling thread leads; resources are made and removed on workers' threads. Every step is noted before and after it is
// taken, so that a run after a restart goes on where this one was interrupted.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "services/cloudformation/engine/engine.h"
#include "services/cloudformation/engine/state.h"
#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/template/evaluator.h"
#include "services/cloudformation/template/references.h"
#include "services/cloudformation/template/template.h"

namespace standpipe::cloudformation {

// The resource is given up because another one failed or the stack is to be deleted.
struct Cancelled {};
// The server stops; the resource stays as it is noted.
struct Interrupted {};

class StackRun {
 public:
  // `cancel` ends a creation early; what it made so far stays for the deletion that follows.
  StackRun(Engine& engine, StackState stack, std::stop_token cancel);

  void go();
  const StackState& stack() const { return stack_; }

 private:
  friend class ResourceJournal;
  friend class RunScope;

  // stack_run.cc
  void load();
  void choose_principal();
  void put_status(std::string status, std::string reason = {});
  void put(const ResourceState& resource, bool event);
  void put_event(ResourceState& resource, std::string status, std::string reason = {});
  std::optional<ResourceState> resource(const std::string& id) const;
  aws::Calls calls() const;
  void authorize(const std::string& action, const std::string& arn) const;
  [[noreturn]] void stop_here() const;  // throws Interrupted or Cancelled
  bool stopping() const { return engine_.stopping().stop_requested(); }
  bool nested() const { return !stack_.parent.empty(); }
  Dependencies living_dependencies();
  std::string shown_properties(const DeclaredResource& declared);

  // creation.cc
  void create();
  void settle_interrupted();
  std::optional<std::string> make_resources();  // why it failed
  bool make_resource(const std::string& id);
  void begin_resource(const DeclaredResource& declared, ResourceState& resource);
  void make(const DeclaredResource& declared, ResourceState& resource);
  void fail_resource(ResourceState& resource, const std::string& reason);
  void fail_creation(const std::string& why);
  std::vector<StackOutput> evaluate_outputs();
  void check_attributes() const;

  // deletion.cc
  void roll_back();
  void remove();
  std::optional<std::string> export_in_use() const;
  std::vector<std::string> remove_resources();  // ids of those that remain by mistake
  bool remove_resource(const std::string& id);
  bool is_retained(const ResourceState& resource) const;

  // nested_stack.cc
  void make_nested(ResourceState& resource);
  void add_nested(ResourceState& resource);
  void remove_nested(ResourceState& resource);

  // custom_resource.cc
  void make_custom(ResourceState& resource);
  void remove_custom(ResourceState& resource);
  json::Value ask(ResourceState& resource, const std::string& request_type, std::stop_token stop);
  void invoke(const ResourceState& resource, const std::string& request_type) const;

  Engine& engine_;
  const Surroundings& around_;
  StackState stack_;
  Template template_;
  std::optional<aws::Principal> principal_;  // who the calls are made as; none: the role cannot be assumed
  std::stop_source creation_;                // asked to stop: resources in flight are given up
  std::stop_source removal_;                 // only when the server stops
  std::atomic<bool> cancelled_ = false;
  std::atomic<uint64_t> events_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, ResourceState> resources_;  // this and the next two: guarded by mutex_
  std::vector<std::string> failed_;                 // in the order in which they failed
  std::optional<std::string> stack_failure_;
  std::stop_callback<std::function<void()>> on_cancel_, on_stop_;
};

// Notes for the rows while `resource` is worked on.
class ResourceJournal final : public Journal {
 public:
  ResourceJournal(StackRun& run, ResourceState& resource, std::stop_token stop)
      : run_(run), resource_(resource), stop_(std::move(stop)), called_before_(resource.called.has_value()) {}
  Timestamp note_call() override;
  bool called_before() const override { return called_before_; }
  void note_created(const std::string& physical_id) override;
  void pause(Duration time) override;

 private:
  StackRun& run_;
  ResourceState& resource_;
  std::stop_token stop_;
  const bool called_before_;
};

// What names mean while the run's template is evaluated. Thread-safe.
class RunScope final : public Scope {
 public:
  explicit RunScope(StackRun& run) : run_(run) {}
  std::string pseudo_parameter(std::string_view name) const override;
  std::string physical_id(const std::string& resource) const override;
  json::Value attribute(const std::string& resource, const std::string& name) const override;
  std::string imported(const std::string& name) const override;
  std::string ssm_parameter(const std::string& name, const std::string& version) const override;
  bool hide = false;  // attributes that a custom resource marked NoEcho

 private:
  StackRun& run_;
};

}  // namespace standpipe::cloudformation
