#include <future>

#include "base/workers.h"
#include "services/kinesis/kinesis_fixture.h"

namespace standpipe::kinesis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A reader that takes events one by one.
class Reader final : public aws::AnyEventWriter {
 public:
  bool write(const void* event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(*static_cast<const SubscribeToShardEvent*>(event));
    arrived_.notify_all();
    return !gone_;
  }
  SubscribeToShardEvent next() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::seconds(20), [&] { return !events_.empty(); })) {
      throw std::runtime_error("no event came");
    }
    SubscribeToShardEvent event = std::move(events_.front());
    events_.erase(events_.begin());
    return event;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<SubscribeToShardEvent> events_;
  bool gone_ = false;
};

class SubscribeTest : public KinesisTest {
 protected:
  std::string consumer(const std::string& name = "c") {
    return kinesis_
        ->register_stream_consumer(request_, {.stream_arn = kArn, .consumer_name = name})
        .consumer.consumer_arn;
  }
  SubscribeToShardOutput subscribe(const std::string& arn, StartingPosition from = {.type = "TRIM_HORIZON"},
                                   const std::string& shard = "shardId-000000000000") {
    return kinesis_->subscribe_to_shard(
        request_, {.consumer_arn = arn, .shard_id = shard, .starting_position = std::move(from)});
  }
  // What the stream ends with: the code of an error, or "end".
  static std::future<std::string> run(SubscribeToShardOutput output, Reader& reader) {
    return std::async(std::launch::async, [output = std::move(output), &reader] {
      try {
        output.event_stream.run(reader);
      } catch (const aws::Error& error) {
        return error.code;
      }
      return std::string("end");
    });
  }
  static std::vector<std::string> data(const SubscribeToShardEvent& event) {
    std::vector<std::string> found;
    for (const Record& record : event.records) found.push_back(record.data.bytes);
    return found;
  }
  static constexpr const char* kArn = "arn:aws:kinesis:eu-west-1:000000000000:stream/s";
};

TEST_F(SubscribeTest, PushesWhatIsThereAndWhatComes) {
  create("s");
  const std::string first = put("one").sequence_number;
  Reader reader;
  auto ended = run(subscribe(consumer()), reader);
  const auto event = reader.next();
  EXPECT_THAT(data(event), ElementsAre("one"));
  EXPECT_EQ(event.continuation_sequence_number, first);
  EXPECT_EQ(event.millis_behind_latest, 0);
  put("two");
  EXPECT_THAT(data(reader.next()), ElementsAre("two"));
  kinesis_->end_subscriptions();
  EXPECT_EQ(ended.get(), "end");
}

TEST_F(SubscribeTest, TellsWhereToGoOnBeforeAnyRecord) {
  create("s");
  put("old");
  Reader reader;
  const std::string arn = consumer();
  auto ended = run(subscribe(arn, {.type = "LATEST"}), reader);
  const auto empty = reader.next();
  EXPECT_THAT(empty.records, IsEmpty());
  put("new");
  EXPECT_THAT(data(reader.next()), ElementsAre("new"));
  // Five seconds later another one takes over, and goes on from there.
  clock_.advance(std::chrono::seconds(5));
  Reader other;
  auto other_ended = run(
      subscribe(arn, {.type = "AFTER_SEQUENCE_NUMBER", .sequence_number = empty.continuation_sequence_number}), other);
  EXPECT_EQ(ended.get(), "ResourceInUseException");
  EXPECT_THAT(data(other.next()), ElementsAre("new"));
  EXPECT_EQ(code_of([&] { subscribe(arn); }, "Another active subscription exists"), "ResourceInUseException");
  other.leave();
  put("more");
  EXPECT_EQ(other_ended.get(), "end");
}

TEST_F(SubscribeTest, EndsAClosedShardWithItsChildren) {
  create("s");
  put("one");
  Reader reader;
  auto ended = run(subscribe(consumer()), reader);
  EXPECT_THAT(data(reader.next()), ElementsAre("one"));
  kinesis_->update_shard_count(
      request_, {.stream_name = "s", .target_shard_count = 2, .scaling_type = "UNIFORM_SCALING"});
  const auto last = reader.next();
  EXPECT_FALSE(last.continuation_sequence_number);
  ASSERT_EQ(last.child_shards->size(), 2u);
  EXPECT_EQ(ended.get(), "end");
}

TEST_F(SubscribeTest, EndsWithItsConsumerAndItsStream) {
  create("s");
  const std::string arn = consumer(), other = consumer("d");
  Reader one, two;
  auto first = run(subscribe(arn), one), second = run(subscribe(other), two);
  one.next();
  two.next();
  kinesis_->deregister_stream_consumer(request_, {.consumer_arn = arn});
  put("x");
  EXPECT_EQ(first.get(), "ResourceNotFoundException");
  two.next();
  kinesis_->delete_stream(request_, {.stream_name = "s", .enforce_consumer_deletion = true});
  EXPECT_EQ(second.get(), "ResourceNotFoundException");
}

TEST_F(SubscribeTest, RefusesBeforeItStreams) {
  create("s");
  const std::string arn = consumer();
  EXPECT_EQ(code_of([&] { subscribe(std::string(kArn) + "/consumer/none:1"); }), "ResourceNotFoundException");
  EXPECT_EQ(code_of([&] { subscribe("arn:x"); }), "InvalidArgumentException");
  EXPECT_EQ(code_of([&] { subscribe(arn, {.type = "LATEST"}, "shardId-000000000009"); }), "ResourceNotFoundException");
  EXPECT_EQ(code_of([&] { subscribe(arn, {.type = "AT_SEQUENCE_NUMBER"}); }), "InvalidArgumentException");
  EXPECT_EQ(code_of([&] { subscribe(arn, {.type = "AT_SEQUENCE_NUMBER", .sequence_number = "5"}); },
                    "used in SubscribeToShard on shard"),
            "InvalidArgumentException");
}

}  // namespace
}  // namespace standpipe::kinesis
