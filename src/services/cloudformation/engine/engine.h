// Runs stacks' operations on worker threads, one task per root stack, and goes on with those that a restart
// interrupted. Thread-safe.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "aws/access.h"
#include "aws/caller.h"
#include "base/clock.h"
#include "base/workers.h"
#include "services/cloudformation/engine/answers.h"
#include "services/cloudformation/engine/store.h"
#include "services/cloudformation/resources/resource_type.h"

namespace standpipe::cloudformation {

// What a run works with; all of it outlives the engine.
struct Surroundings {
  Store& store;
  Answers& answers;
  aws::Caller& caller;
  aws::Authorizer& authorizer;
  aws::Roles& roles;
  Workers& workers;
  std::string cfnresponse_source;
};

class Engine {
 public:
  explicit Engine(Surroundings surroundings) : surroundings_(std::move(surroundings)) {}
  ~Engine() { stop(); }

  void resume();  // once, when all services can be called
  // Work stops where it is, to be resumed; returns when no task is left.
  void stop();

  // Goes on with what the stack is stored to be doing. False: no thread is free.
  bool begin(const StackState& stack);
  // Cancels a creation in progress, lets a rollback end, and deletes the stack then. False: no thread is free.
  bool begin_deletion(const StackState& stack, const Deletion& deletion);

  // While it lives, nobody else works on the stack: a nested one is worked on by its parent's run. Waits for whoever
  // does.
  class Visit {
   public:
    Visit(Engine& engine, const StackState& parent, const std::string& uuid);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    void cancel() { cancel_.request_stop(); }
    std::stop_token cancelled() const { return cancel_.get_token(); }

   private:
    Engine& engine_;
    const std::string account_, region_, uuid_;
    std::stop_source cancel_;
  };

  const Surroundings& surroundings() const { return surroundings_; }
  std::stop_token stopping() const { return stopping_.get_token(); }

 private:
  struct Active {
    std::stop_source cancel;
    bool again = false;  // look at the stack once more before leaving; guarded by mutex_
  };
  std::shared_ptr<Active> enter(const std::string& uuid);
  bool run(const std::shared_ptr<Active>& active, const StackState& stack);
  void work(const std::shared_ptr<Active>& active, const std::string& account, const std::string& region,
            const std::string& uuid);
  void note_deletion(const StackState& stack, const Deletion& deletion);
  void leave(const std::string& uuid);
  void cancel(const Active& active);
  std::stop_token token_of(const Active& active);

  const Surroundings surroundings_;
  std::stop_source stopping_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::map<std::string, std::shared_ptr<Active>> active_;  // by uuid; guarded by mutex_
};

}  // namespace standpipe::cloudformation
