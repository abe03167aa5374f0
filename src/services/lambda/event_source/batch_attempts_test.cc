#include "services/lambda/event_source/batch_attempts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "services/lambda/event_source/batch_answer.h"

namespace standpipe::lambda {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string numbers(std::span<const StreamRecord> records) {
  std::string text;
  for (const StreamRecord& record : records) text += record.sequence_number;
  return text;
}

// Fails every batch that has a poisoned record, or does what `script` says.
class FakePorts final : public AttemptPorts {
 public:
  Attempt invoke(std::span<const StreamRecord> records) override {
    invoked.push_back(numbers(records));
    if (!script.empty()) {
      const Attempt attempt = script.front();
      script.pop_front();
      return attempt;
    }
    for (size_t i = 0; i < records.size(); ++i) {
      if (poison.find(records[i].sequence_number) != std::string::npos) return {.done = reports ? i : 0};
    }
    return {.done = records.size()};
  }
  bool give_up(std::span<const StreamRecord> records, Condition condition, int invocations) override {
    const bool aged = condition == Condition::record_age_exceeded;
    given_up.push_back((aged ? "age:" : "retries:") + numbers(records) + ":" + std::to_string(invocations));
    return true;
  }
  void handled(std::span<const StreamRecord> records) override { done += numbers(records); }
  bool back_off(int failures) override {
    pauses.push_back(failures);
    return pauses.size() < 50;
  }

  std::string poison, done;
  bool reports = false;
  std::deque<Attempt> script;
  std::vector<std::string> invoked, given_up;
  std::vector<int> pauses;
};

class BatchAttempts : public testing::Test {
 protected:
  std::vector<StreamRecord> batch(const std::string& names) {
    std::vector<StreamRecord> records;
    for (const char name : names) records.push_back({.sequence_number = std::string(1, name), .arrival = clock_.now()});
    return records;
  }
  bool run(const std::string& names) { return attempt_batch(batch(names), rules_, clock_, ports_); }

  FakeClock clock_;
  AttemptRules rules_{.age_max = std::chrono::hours(24)};
  FakePorts ports_;
};

TEST_F(BatchAttempts, SuccessIsOneInvocation) {
  EXPECT_TRUE(run("abc"));
  EXPECT_THAT(ports_.invoked, ElementsAre("abc"));
  EXPECT_EQ(ports_.done, "abc");
  EXPECT_THAT(ports_.pauses, IsEmpty());
}

TEST_F(BatchAttempts, RetriesAreCountedAndThenTheBatchIsGivenUp) {
  rules_.retries_max = 2;
  ports_.poison = "b";
  EXPECT_TRUE(run("abc"));
  EXPECT_THAT(ports_.invoked, ElementsAre("abc", "abc", "abc"));
  EXPECT_THAT(ports_.given_up, ElementsAre("retries:abc:3"));
  EXPECT_THAT(ports_.pauses, ElementsAre(1, 2, 0));
  EXPECT_EQ(ports_.done, "abc");
}

TEST_F(BatchAttempts, BisectingFindsThePoisonedRecord) {
  rules_ = {.retries_max = 1, .age_max = rules_.age_max, .bisect = true};
  ports_.poison = "c";
  EXPECT_TRUE(run("abcd"));
  EXPECT_THAT(ports_.invoked, ElementsAre("abcd", "ab", "cd", "c", "c", "d"));
  EXPECT_THAT(ports_.given_up, ElementsAre("retries:c:4"));
  EXPECT_EQ(ports_.done, "abcd") << "in order";
}

TEST_F(BatchAttempts, ReportedFailuresKeepWhatIsDone) {
  rules_.retries_max = 1;
  ports_.poison = "c";
  ports_.reports = true;
  EXPECT_TRUE(run("abcd"));
  EXPECT_THAT(ports_.invoked, ElementsAre("abcd", "cd"));
  EXPECT_THAT(ports_.given_up, ElementsAre("retries:cd:2"));
}

TEST_F(BatchAttempts, BisectingAndReportingLoseOnlyThePoisonedRecord) {
  rules_ = {.retries_max = 0, .age_max = rules_.age_max, .bisect = true};
  ports_.poison = "c";
  ports_.reports = true;
  EXPECT_TRUE(run("abcdef"));
  EXPECT_THAT(ports_.invoked, ElementsAre("abcdef", "cdef", "cd", "c", "d", "ef"));
  EXPECT_THAT(ports_.given_up, ElementsAre("retries:c:4"));
}

TEST_F(BatchAttempts, OldRecordsAreGivenUpWithoutLimitOfRetries) {
  auto records = batch("ab");
  clock_.advance(std::chrono::hours(23));
  for (const StreamRecord& record : batch("c")) records.push_back(record);
  clock_.advance(std::chrono::hours(2));
  EXPECT_TRUE(attempt_batch(records, rules_, clock_, ports_));
  EXPECT_THAT(ports_.given_up, ElementsAre("age:ab:0"));
  EXPECT_THAT(ports_.invoked, ElementsAre("c"));
}

TEST_F(BatchAttempts, ThrottlesAreNoRetries) {
  rules_.retries_max = 0;
  ports_.script = {{.kind = Attempt::Kind::did_not_run}, {.kind = Attempt::Kind::did_not_run}};
  EXPECT_TRUE(run("ab"));
  EXPECT_THAT(ports_.invoked, ElementsAre("ab", "ab", "ab"));
  EXPECT_THAT(ports_.given_up, IsEmpty());
  EXPECT_THAT(ports_.pauses, ElementsAre(1, 2));
}

TEST_F(BatchAttempts, StoppingLeavesTheRest) {
  ports_.script = {{.done = 1}, {.kind = Attempt::Kind::stopped}};
  EXPECT_FALSE(run("abc"));
  EXPECT_EQ(ports_.done, "a");
  EXPECT_THAT(ports_.given_up, IsEmpty());
}

class Answers : public testing::Test {
 protected:
  Answers() {
    for (const char* number : {"1", "22", "22", "333"}) batch_.push_back({.sequence_number = number});
  }
  size_t done(std::string_view payload) { return read_answer(payload, batch_, true, false).done; }
  std::vector<StreamRecord> batch_;
};

TEST_F(Answers, WhatMeansSuccess) {
  for (const char* payload : {"", "null", "{}", "\"\"", R"({"batchItemFailures":null})", R"({"batchItemFailures":[]})",
                              R"({"other":1})"}) {
    EXPECT_EQ(done(payload), 4u) << payload;
  }
  EXPECT_EQ(read_answer(R"({"batchItemFailures":[{"itemIdentifier":"1"}]})", batch_, false, false).done, 4u);
}

TEST_F(Answers, TheLowestReportedRecordCounts) {
  EXPECT_EQ(done(R"({"batchItemFailures":[{"itemIdentifier":"333"},{"itemIdentifier":"22"}]})"), 1u);
  EXPECT_EQ(done(R"({"batchItemFailures":[{"itemIdentifier":"1"}]})"), 0u);
  EXPECT_EQ(done(R"({"batchItemFailures":[{"itemIdentifier":"333"}]})"), 3u);
}

TEST_F(Answers, WhatFailsTheWholeBatch) {
  for (const char* failure : {R"({"itemIdentifier":"4"})", R"({"itemIdentifier":""})", R"({"itemIdentifier":null})",
                              R"({"identifier":"22"})", "1"}) {
    EXPECT_EQ(done(std::string(R"({"batchItemFailures":[{"itemIdentifier":"333"},)") + failure + "]}"), 0u) << failure;
  }
  EXPECT_EQ(done(R"({"batchItemFailures":{}})"), 0u);
  EXPECT_EQ(done("{"), 0u);
}

TEST_F(Answers, AWindowNeedsItsState) {
  const BatchAnswer answer = read_answer(R"({"state":{"n":2},"batchItemFailures":[]})", batch_, true, true);
  EXPECT_EQ(answer.done, 4u);
  EXPECT_EQ(answer.state, R"({"n":2})");
  EXPECT_EQ(read_answer("{}", batch_, false, true).done, 0u);
}

}  // namespace
}  // namespace standpipe::lambda
