// Parts of the engine that need no stack.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "services/cloudformation/engine/run_in_order.h"
#include "services/cloudformation/engine/state.h"
#include "services/cloudformation/engine/template_source.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

TEST(RunInOrder, NeedsComeFirst) {
  Dependencies needs;
  std::mutex mutex;
  std::set<std::string> done;
  bool in_order = true;
  const auto work = [&](const std::string& node) {
    const std::scoped_lock lock(mutex);
    for (const std::string& need : needs[node]) in_order = in_order && done.contains(need);
    done.insert(node);
    return true;
  };
  for (int i = 0; i < 200; ++i) {
    needs["n" + std::to_string(i)];
    if (i >= 10) needs["n" + std::to_string(i)] = {"n" + std::to_string(i - 10), "n" + std::to_string(i / 2)};
  }
  Workers workers;
  const OrderOutcome outcome = run_in_order(needs, workers, {}, work);
  EXPECT_TRUE(in_order);
  EXPECT_EQ(outcome.done.size(), needs.size());
  EXPECT_TRUE(outcome.failed.empty());
}

TEST(RunInOrder, FailuresStopOrBlock) {
  const Dependencies needs = {{"a", {}}, {"b", {"a"}}, {"c", {}}, {"d", {"c"}}};
  Workers workers;
  int told = 0;
  OrderRules rules;
  rules.failed = [&] { ++told; };
  const auto work = [](const std::string& node) { return node != "a"; };
  OrderOutcome outcome = run_in_order(needs, workers, rules, work);
  EXPECT_EQ(outcome.failed, std::set<std::string>{"a"});
  EXPECT_FALSE(outcome.done.contains("b"));
  EXPECT_EQ(told, 1);
  rules.stop_at_failure = false;
  outcome = run_in_order(needs, workers, rules, work);
  EXPECT_EQ(outcome.done, (std::set<std::string>{"c", "d"}));
}

TEST(RunInOrder, WithoutFreeThreadsTheCallerWorks) {
  Workers none(0);
  const OrderOutcome outcome =
      run_in_order({{"a", {}}, {"b", {"a"}}}, none, {}, [](const std::string&) { return true; });
  EXPECT_EQ(outcome.done.size(), 2u);
}

TEST(RunInOrder, NothingIsBegunAfterTheDeadline) {
  Workers workers;
  std::mutex mutex;
  std::condition_variable changed;
  bool late = false;
  OrderRules rules;
  rules.deadline = Deadline::in(Duration{1});
  rules.too_late = [&] {
    const std::scoped_lock lock(mutex);
    late = true;
    changed.notify_all();
  };
  const OrderOutcome outcome = run_in_order({{"a", {}}, {"b", {"a"}}}, workers, rules, [&](const std::string&) {
    std::unique_lock lock(mutex);  // a ends only when the time is up
    return changed.wait_for(lock, std::chrono::seconds(10), [&] { return late; });
  });
  EXPECT_TRUE(late);
  EXPECT_EQ(outcome.done, std::set<std::string>{"a"});
}

TEST(TemplateUrl, NamesBucketAndKey) {
  const auto read = [](const std::string& url) {
    const ObjectAddress address = parse_template_url(url);
    return address.bucket + " " + address.key + " " + address.version;
  };
  EXPECT_EQ(read("https://b.s3.eu-west-1.amazonaws.com/a/k.yaml"), "b a/k.yaml ");
  EXPECT_EQ(read("https://my.dotted.bucket.s3.eu-west-1.amazonaws.com/k"), "my.dotted.bucket k ");
  EXPECT_EQ(read("https://b.s3.amazonaws.com/k%20x?versionId=v1"), "b k x v1");
  EXPECT_EQ(read("https://b.s3-eu-west-1.amazonaws.com/k"), "b k ");
  EXPECT_EQ(read("https://b.s3.dualstack.eu-west-1.amazonaws.com/k"), "b k ");
  EXPECT_EQ(read("https://s3.eu-west-1.amazonaws.com/b/a/k"), "b a/k ");
  EXPECT_EQ(read("https://s3-eu-west-1.amazonaws.com/b/k"), "b k ");
  EXPECT_EQ(read("http://localhost:4566/b/k"), "b k ");
  for (const char* bad :
       {"x", "ftp://b.s3.amazonaws.com/k", "https://evil.example/b/k", "https://b.s3.amazonaws.com.evil/k",
        "https://s3.amazonaws.com/b", "https://ec2.eu-west-1.amazonaws.com/b/k", "https://b.s3.amazonaws.com/"}) {
    EXPECT_THROW(parse_template_url(bad), TemplateError) << bad;
  }
}

TEST(State, SurvivesPrinting) {
  StackState stack;
  stack.uuid = "u";
  stack.name = "n";
  stack.parameters["P"] = {"given", "resolved"};
  stack.tags = {{"k", "v"}};
  stack.outputs = {{"K", "V", "D", "E"}};
  stack.principal.kind = aws::Principal::Kind::role_session;
  stack.principal.session_policies = {"{}"};
  stack.principal.tags = {{"a", "b"}};
  stack.created = from_epoch_ms(5);
  stack.deleted = from_epoch_ms(6);
  stack.nesting = 3;
  EXPECT_EQ(print(parse_stack(print(stack))), print(stack));
  ResourceState resource{.id = "r", .type = "t", .status = "s", .custom_request = "q", .custom_accepted = true};
  resource.called = from_epoch_ms(7);
  resource.properties = {{"p", 1}};
  EXPECT_EQ(print(parse_resource(print(resource))), print(resource));
}

}  // namespace
}  // namespace standpipe::cloudformation
