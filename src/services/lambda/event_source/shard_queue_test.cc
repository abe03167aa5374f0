#include "services/lambda/event_source/shard_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace standpipe::lambda {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

constexpr Timestamp kNoon{Duration{1'764'244'800'000}};

class Queue : public testing::Test {
 protected:
  ShardQueue& open(size_t lanes = 1, ShardProgress from = {}) {
    if (from.lanes.empty()) from.lanes.resize(lanes);
    return queue_.emplace(rules_, from);
  }
  static ShardQueue::Entry entry(const std::string& number, size_t lane = 0, Timestamp arrival = kNoon) {
    return {lane, {.sequence_number = number, .arrival = arrival, .json = std::string(100, 'x')}};
  }
  std::string take(size_t lane = 0) {
    batch_ = queue_->take(lane, {});
    if (!batch_) return "end";
    std::string numbers = batch_->closes_window ? "window over" : "";
    for (const StreamRecord& record : batch_->records) numbers += record.sequence_number + " ";
    return numbers;
  }
  void finish(size_t lane = 0) {
    queue_->handled(lane, batch_->records, batch_->closes_window ? std::nullopt : batch_->window);
    queue_->release(lane);
  }

  BatchRules rules_{.records_max = 3};
  std::optional<ShardQueue> queue_;
  std::optional<ShardQueue::Batch> batch_;
};

TEST_F(Queue, WithoutAWindowABatchIsWhatIsThere) {
  open().add({entry("1"), entry("2")}, "2");
  EXPECT_EQ(take(), "1 2 ");
  finish();
  queue_->add({entry("3"), entry("4"), entry("5"), entry("6")}, "6");
  EXPECT_EQ(take(), "3 4 5 ");
  finish();
  EXPECT_EQ(take(), "6 ");
  finish();
  queue_->end();
  EXPECT_EQ(take(), "end");
  EXPECT_TRUE(queue_->wait_until_idle({}));
}

TEST_F(Queue, AWindowIsWaitedForUnlessTheBatchIsFull) {
  rules_.window = std::chrono::hours(1);
  open().add({entry("1"), entry("2"), entry("3"), entry("4")}, "4");
  EXPECT_EQ(take(), "1 2 3 ");
  queue_->end();
  EXPECT_EQ(take(), "4 ") << "nothing more can come";
}

TEST_F(Queue, BatchesHaveALimitOfBytesButAtLeastOneRecord) {
  rules_ = {.records_max = 100, .bytes_max = 250};
  open().add({entry("1"), entry("2"), entry("3")}, "3");
  EXPECT_EQ(take(), "1 2 ");
  rules_.bytes_max = 10;
  open().add({entry("1"), entry("2")}, "2");
  EXPECT_EQ(take(), "1 ");
}

TEST_F(Queue, ProgressNeverPassesWhatIsNotDone) {
  open(2).add({entry("10", 0), entry("11", 1), entry("12", 0)}, "12");
  EXPECT_EQ(queue_->progress().position(), "");
  take(1);
  EXPECT_EQ(queue_->progress().lanes[1].position, "") << "with the function is not done";
  finish(1);
  EXPECT_EQ(queue_->progress().lanes[1].position, "12") << "nothing of this lane is left up to there";
  EXPECT_EQ(queue_->progress().position(), "");
  take(0);
  queue_->handled(0, std::span(batch_->records).first(1), std::nullopt);
  EXPECT_EQ(queue_->progress().position(), "10");
}

TEST_F(Queue, APackedRecordIsDoneWithItsLastPart) {
  rules_.records_max = 2;
  auto first = entry("7"), second = entry("7"), third = entry("7");
  first.record.completes = second.record.completes = false;
  open().add({first, second, third}, "7");
  take();
  queue_->handled(0, batch_->records, std::nullopt);
  EXPECT_EQ(queue_->progress().position(), "");
}

TEST_F(Queue, WhatALaneHasDoneIsNotRepeated) {
  ShardProgress from;
  from.lanes = {{.position = "5", .window = {}}, {.position = "9", .window = {}}};
  EXPECT_EQ(from.position(), "5");
  open(2, from).add({entry("6", 0), entry("7", 1), entry("10", 1)}, "10");
  EXPECT_EQ(take(0), "6 ");
  EXPECT_EQ(take(1), "10 ");
}

TEST_F(Queue, TumblingWindowsSplitBatchesAndClose) {
  rules_ = {.records_max = 10, .window = std::chrono::hours(1), .tumbling = seconds(5)};
  open().add({entry("1", 0, kNoon), entry("2", 0, kNoon + seconds(4)), entry("3", 0, kNoon + seconds(6))}, "3");
  EXPECT_EQ(take(), "1 2 ") << "the window is complete";
  EXPECT_EQ(batch_->window->start, kNoon);
  batch_->window->state = "1";
  finish();
  EXPECT_EQ(queue_->progress().lanes[0].window->state, "1");
  EXPECT_EQ(take(), "window over");
  EXPECT_EQ(batch_->window->state, "1");
  finish();
  EXPECT_FALSE(queue_->progress().lanes[0].window);
  queue_->arrived_until(kNoon + seconds(10));
  EXPECT_EQ(take(), "3 ") << "time has passed";
  EXPECT_EQ(batch_->window->start, kNoon + seconds(5));
  EXPECT_EQ(batch_->window->state, "{}");
  finish();
  EXPECT_EQ(take(), "window over");
  finish();
  queue_->end();
  EXPECT_EQ(take(), "end");
}

TEST_F(Queue, TheEndOfAShardClosesItsWindow) {
  rules_ = {.records_max = 10, .tumbling = seconds(5)};
  open().add({entry("1")}, "1");
  queue_->end();
  EXPECT_EQ(take(), "1 ");
  finish();
  EXPECT_EQ(take(), "window over");
  finish();
  EXPECT_EQ(take(), "end");
}

TEST_F(Queue, StoppedLanesTakeNothing) {
  open().add({entry("1")}, "1");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(queue_->take(0, stop.get_token()));
}

TEST(SequenceNumbers, AreComparedAsNumbers) {
  EXPECT_TRUE(later("10", "9"));
  EXPECT_FALSE(later("9", "10"));
  EXPECT_FALSE(later("9", "9"));
  EXPECT_TRUE(later("1", ""));
}

}  // namespace
}  // namespace standpipe::lambda
