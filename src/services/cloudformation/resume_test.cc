// What happens to stacks that a restart interrupts.
#include "services/cloudformation/cloudformation_fixture.h"

namespace standpipe::cloudformation {
namespace {

constexpr char kTwo[] =
    "Resources:\n"
    "  A: {Type: 'AWS::SSM::Parameter', Properties: {Name: /A, Type: String, Value: v}}\n"
    "  B: {Type: 'AWS::SSM::Parameter', DependsOn: A, Properties: {Name: /B, Type: String, Value: v}}\n";

class ResumeTest : public CloudFormationTest {
 protected:
  // A stack as a server leaves it that is killed: its resource A in the given state.
  StackState interrupted(const std::function<void(ResourceState&)>& change) {
    service_.reset();
    Store store(*metadata_, clock_);
    StackState stack;
    stack.uuid = random_uuid();
    stack.name = "s";
    stack.account = request().account;
    stack.region = request().region;
    stack.status = "CREATE_IN_PROGRESS";
    stack.principal = request().principal;
    stack.created = clock_.now();
    store.add(stack, kTwo);
    ResourceState a{.id = "A", .type = "AWS::SSM::Parameter", .status = "CREATE_IN_PROGRESS", .name = "/A"};
    a.properties = {{"Name", "/A"}, {"Type", "String"}, {"Value", "v"}};
    change(a);
    store.put(stack, a, 2);
    return stack;
  }
};

TEST_F(ResumeTest, AResourceThatWasNotCalledForIsMade) {
  const StackState stack = interrupted([](ResourceState&) {});
  start();
  EXPECT_EQ(wait(stack.id()), "CREATE_COMPLETE");
  EXPECT_EQ(calls_, (std::vector<std::string>{"PutParameter /A", "PutParameter /B"}));
}

TEST_F(ResumeTest, AResourceThatWasMadeButNotNotedIsAdopted) {
  const StackState stack = interrupted([this](ResourceState& a) { a.called = clock_.now(); });
  parameters_["/A"] = "v";  // made a moment after the call
  start();
  EXPECT_EQ(wait(stack.id()), "CREATE_COMPLETE");
  EXPECT_EQ(remove(stack.id()), "DELETE_COMPLETE");
  EXPECT_TRUE(parameters_.empty());
}

TEST_F(ResumeTest, AResourceThatWasThereBeforeTheCallIsNotAdopted) {
  const StackState stack = interrupted([this](ResourceState& a) { a.called = clock_.now() + std::chrono::hours(1); });
  parameters_["/A"] = "somebody else's";
  start();
  EXPECT_EQ(wait(stack.id()), "ROLLBACK_COMPLETE");
  EXPECT_EQ(parameters_.count("/A"), 1u);
}

TEST_F(ResumeTest, WhatIsCompleteIsNotMadeAgain) {
  const StackState stack = interrupted([this](ResourceState& a) {
    a.status = "CREATE_COMPLETE";
    a.physical_id = "/A";
    a.called = clock_.now();
  });
  start();
  EXPECT_EQ(wait(stack.id()), "CREATE_COMPLETE");
  EXPECT_EQ(calls_, std::vector<std::string>{"PutParameter /B"});
}

TEST_F(ResumeTest, ARollbackGoesOn) {
  StackState stack = interrupted([this](ResourceState& a) {
    a.status = "DELETE_IN_PROGRESS";
    a.physical_id = "/A";
    a.called = clock_.now();
  });
  parameters_["/A"] = "v";
  stack.status = "ROLLBACK_IN_PROGRESS";
  Store(*metadata_, clock_).put(stack, 3);
  start();
  EXPECT_EQ(wait(stack.id()), "ROLLBACK_COMPLETE");
  EXPECT_TRUE(parameters_.empty());
}

TEST_F(ResumeTest, ADeletionAskedForDuringTheCreationRemovesWhatMayHaveBeenMade) {
  const StackState stack = interrupted([this](ResourceState& a) { a.called = clock_.now(); });
  parameters_["/A"] = "v";
  Store(*metadata_, clock_).request_deletion(stack, {.principal = request().principal});
  start();
  for (int i = 0; i < 400 && describe(stack.id()).stack_status != "DELETE_COMPLETE"; ++i)
    pause(Deadline::in(Duration{5}), {});
  EXPECT_EQ(describe(stack.id()).stack_status, "DELETE_COMPLETE");
  EXPECT_TRUE(parameters_.empty());
  EXPECT_EQ(std::count(calls_.begin(), calls_.end(), "PutParameter /B"), 0);
}

TEST_F(ResumeTest, ADeletionLeavesAloneWhatSomebodyElseMade) {
  const StackState stack = interrupted([this](ResourceState& a) { a.called = clock_.now() + std::chrono::hours(1); });
  parameters_["/A"] = "somebody else's";
  Store(*metadata_, clock_).request_deletion(stack, {.principal = request().principal});
  start();
  for (int i = 0; i < 400 && describe(stack.id()).stack_status != "DELETE_COMPLETE"; ++i) {
    pause(Deadline::in(Duration{5}), {});
  }
  EXPECT_EQ(describe(stack.id()).stack_status, "DELETE_COMPLETE");
  EXPECT_EQ(parameters_.size(), 1u);
}

TEST_F(ResumeTest, StoppingLeavesAStackInProgressAndStartingEndsIt) {
  std::mutex mutex;
  std::condition_variable reached;
  bool inside = false;
  before_["/A"] = [&] {
    const std::scoped_lock lock(mutex);
    inside = true;
    reached.notify_all();
  };
  const std::string id = create(kTwo);
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(reached.wait_for(lock, std::chrono::seconds(10), [&] { return inside; }));
  }
  restart();
  EXPECT_EQ(wait(id), "CREATE_COMPLETE");
  EXPECT_EQ(parameters_.size(), 2u);
}

TEST_F(ResumeTest, DeletingAStackInProgressCancelsIt) {
  std::mutex mutex;
  std::condition_variable changed;
  bool inside = false, go_on = false;
  before_["/A"] = [&] {
    std::unique_lock lock(mutex);
    inside = true;
    changed.notify_all();
    changed.wait_for(lock, std::chrono::seconds(10), [&] { return go_on; });
  };
  const std::string id = create(kTwo);
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return inside; }));
  }
  service_->delete_stack(request(), {.stack_name = id});
  {
    const std::scoped_lock lock(mutex);
    go_on = true;
    changed.notify_all();
  }
  for (int i = 0; i < 400 && describe(id).stack_status != "DELETE_COMPLETE"; ++i) pause(Deadline::in(Duration{5}), {});
  EXPECT_EQ(describe(id).stack_status, "DELETE_COMPLETE");
  EXPECT_TRUE(parameters_.empty());
  EXPECT_EQ(std::count(calls_.begin(), calls_.end(), "PutParameter /B"), 0);
}

}  // namespace
}  // namespace standpipe::cloudformation
