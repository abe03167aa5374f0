#include <thread>

#include "base/workers.h"
#include "services/kinesis/kinesis_fixture.h"

namespace standpipe::kinesis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kHalf = "170141183460469231731687303715884105728";

class ReshardingTest : public KinesisTest {
 protected:
  static std::string id(int number) { return StreamShard::shard_id(static_cast<ShardNumber>(number)); }
  void split(int shard, const std::string& at = kHalf) {
    kinesis_->split_shard(request_, {.stream_name = "s", .shard_to_split = id(shard), .new_starting_hash_key = at});
  }
  void merge(int one, int other) {
    kinesis_->merge_shards(
        request_, {.stream_name = "s", .shard_to_merge = id(one), .adjacent_shard_to_merge = id(other)});
  }
  int scale(int target) {
    return *kinesis_
                ->update_shard_count(request_, {.stream_name = "s", .target_shard_count = target,
                                                .scaling_type = "UNIFORM_SCALING"})
                .current_shard_count;
  }
  std::vector<Shard> shards(std::optional<ShardFilter> filter = std::nullopt) {
    return *kinesis_->list_shards(request_, {.stream_name = "s", .shard_filter = std::move(filter)}).shards;
  }
  std::string ids(std::optional<ShardFilter> filter = std::nullopt) {
    std::string found;
    for (const Shard& shard : shards(std::move(filter))) found += shard.shard_id.back();
    return found;
  }
  int32_t open_count() {
    const auto output = kinesis_->describe_stream_summary(request_, {.stream_name = "s"});
    return output.stream_description_summary.open_shard_count;
  }
};

TEST_F(ReshardingTest, AClosedShardIsReadToItsEndAndNamesItsChildren) {
  create("s");
  put("one");
  put("two");
  split(0);
  const std::string child = put("three").shard_id;
  EXPECT_NE(child, id(0));
  const auto first = kinesis_->get_records(request_, {.shard_iterator = iterator({}), .limit = 1});
  ASSERT_TRUE(first.next_shard_iterator);
  EXPECT_FALSE(first.child_shards);
  const auto last = kinesis_->get_records(request_, {.shard_iterator = *first.next_shard_iterator});
  ASSERT_EQ(last.records.size(), 1u);
  EXPECT_EQ(last.records[0].data.bytes, "two");
  EXPECT_FALSE(last.next_shard_iterator);
  ASSERT_EQ(last.child_shards->size(), 2u);
  EXPECT_EQ(last.child_shards->at(1).shard_id, id(2));
  EXPECT_THAT(last.child_shards->at(1).parent_shards, ElementsAre(id(0)));
  EXPECT_EQ(last.child_shards->at(1).hash_key_range.starting_hash_key, kHalf);
  EXPECT_THAT(texts(iterator({.shard_id = child})), ElementsAre("three"));
  EXPECT_GT(put("four").sequence_number, last.records[0].sequence_number);
}

TEST_F(ReshardingTest, EveryKindOfIteratorOnAClosedShard) {
  create("s");
  const std::string number = put("one").sequence_number;
  clock_.advance(std::chrono::seconds(10));
  split(0);
  const Shard closed = shards().front();
  const std::string ending = closed.sequence_number_range.ending_sequence_number.value();
  EXPECT_GT(ending, number);
  for (const GetShardIteratorInput& at_end :
       {GetShardIteratorInput{.shard_iterator_type = "LATEST"},
        GetShardIteratorInput{.shard_iterator_type = "AFTER_SEQUENCE_NUMBER", .starting_sequence_number = number},
        GetShardIteratorInput{.shard_iterator_type = "AFTER_SEQUENCE_NUMBER", .starting_sequence_number = ending},
        GetShardIteratorInput{.shard_iterator_type = "AT_SEQUENCE_NUMBER", .starting_sequence_number = ending},
        GetShardIteratorInput{.shard_iterator_type = "AT_TIMESTAMP", .timestamp = clock_.now()}}) {
    const auto output = kinesis_->get_records(request_, {.shard_iterator = iterator(at_end)});
    EXPECT_THAT(output.records, IsEmpty());
    EXPECT_FALSE(output.next_shard_iterator);
    EXPECT_EQ(output.child_shards->size(), 2u);
    clock_.advance(std::chrono::seconds(1));
  }
  EXPECT_THAT(texts(iterator({})), ElementsAre("one"));
}

TEST_F(ReshardingTest, FiltersAndPages) {
  create("s", 2);
  clock_.advance(std::chrono::minutes(1));
  const Timestamp before = clock_.now();
  clock_.advance(std::chrono::minutes(1));
  merge(0, 1);
  clock_.advance(std::chrono::minutes(1));
  split(2);
  EXPECT_EQ(ids(), "01234");
  EXPECT_EQ(ids(ShardFilter{.type = "AT_LATEST"}), "34");
  EXPECT_EQ(ids(ShardFilter{.type = "AT_TRIM_HORIZON"}), "01");
  EXPECT_EQ(ids(ShardFilter{.type = "AT_TIMESTAMP", .timestamp = before}), "01");
  EXPECT_EQ(ids(ShardFilter{.type = "AT_TIMESTAMP", .timestamp = clock_.now() - Duration{30'000}}), "2");
  EXPECT_EQ(ids(ShardFilter{.type = "FROM_TIMESTAMP", .timestamp = clock_.now() - Duration{30'000}}), "234");
  EXPECT_EQ(ids(ShardFilter{.type = "AFTER_SHARD_ID", .shard_id = id(2)}), "34");
  // The token keeps the filter.
  const auto page = kinesis_->list_shards(
      request_, {.stream_name = "s", .max_results = 1, .shard_filter = ShardFilter{.type = "AT_LATEST"}});
  const auto next = kinesis_->list_shards(request_, {.next_token = page.next_token});
  ASSERT_EQ(next.shards->size(), 1u);
  EXPECT_EQ(next.shards->front().shard_id, id(4));
  EXPECT_FALSE(next.next_token);
  const Shard merged = shards()[2];
  EXPECT_EQ(merged.parent_shard_id, id(0));
  EXPECT_EQ(merged.adjacent_parent_shard_id, id(1));
  // Closed shards go when their records are gone.
  clock_.advance(std::chrono::hours(24) - std::chrono::seconds(30));
  EXPECT_EQ(ids(), "234");
  EXPECT_EQ(code_of([&] { iterator({.shard_id = id(1)}); }), "ResourceNotFoundException");
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(ids(), "34");
  split(4, "255211775190703847597530955573826158592");
  EXPECT_EQ(ids(), "3456");
  EXPECT_EQ(open_count(), 3);
}

TEST_F(ReshardingTest, RefusesInAwsWords) {
  create("s", 2);
  const auto split_code = [&](int shard, const std::string& at, const std::string& text) {
    return code_of([&] { split(shard, at); }, text);
  };
  EXPECT_EQ(split_code(7, "5", "Could not find shard shardId-000000000007 in stream s under account 000000000000."),
            "ResourceNotFoundException");
  for (const char* at :
       {"0", "1", "170141183460469231731687303715884105727", "999999999999999999999999999999999999999"}) {
    EXPECT_EQ(split_code(0, at, "is not both greater than one plus the shard's StartingHashKey 0 and less than"),
              "InvalidArgumentException");
  }
  split(0, "85070591730234615865843651857942052864");
  EXPECT_EQ(split_code(0, "5", "already been merged or split"), "InvalidArgumentException");
  EXPECT_EQ(code_of([&] { merge(2, 1); }, "are not an adjacent pair of shards eligible for merging"),
            "InvalidArgumentException");
  EXPECT_EQ(code_of([&] { merge(0, 1); }, "already been merged or split"), "InvalidArgumentException");
  EXPECT_EQ(code_of([&] { scale(7); },
                    "UpdateShardCount cannot scale up over double your current open shard count. Current open shard "
                    "count: 3 Target shard count: 7"),
            "LimitExceededException");
  EXPECT_EQ(code_of([&] { scale(1); }, "cannot scale down below half"), "LimitExceededException");
  kinesis_->create_stream(request_, {.stream_name = "d", .stream_mode_details = StreamModeDetails{"ON_DEMAND"}});
  EXPECT_EQ(code_of([&] {
    kinesis_->update_shard_count(request_, {.stream_name = "d", .target_shard_count = 5, .scaling_type = "x"});
  }, "Stream d under account 000000000000 is in On-Demand mode."), "ValidationException");
  open({.shards_max = 4});
  EXPECT_EQ(code_of([&] { scale(5); }, "would exceed the shard limit"), "LimitExceededException");
  split(1, "255211775190703847597530955573826158592");
  EXPECT_EQ(split_code(2, "5", "would exceed the shard limit"), "LimitExceededException");
}

TEST_F(ReshardingTest, ScalesTenTimesADay) {
  create("s", 2);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(scale(i % 2 == 0 ? 4 : 2), i % 2 == 0 ? 2 : 4);
  EXPECT_EQ(code_of([&] { scale(4); }, "at most 10 times"), "LimitExceededException");
  open();
  EXPECT_EQ(code_of([&] { scale(4); }), "LimitExceededException");
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(scale(3), 2);
  EXPECT_EQ(open_count(), 3);
}

TEST_F(ReshardingTest, IsDoneOrNotAfterACrash) {
  create("s");
  put("one");
  // As if the crash came before the document was written: the log has shards that the stream does not know.
  const StreamId log = log_->list().front();
  log_->open_shard(log);
  log_->open_shard(log);
  open();
  EXPECT_EQ(ids(), "0");
  EXPECT_EQ(put("two").shard_id, id(0));
  split(0);
  const auto three = put("three");
  EXPECT_THAT(texts(iterator({.shard_id = three.shard_id})), ElementsAre("three"));
  // And as if it came after that, before the parent was closed in the log.
  TemporaryDirectory other;
  const auto fresh = open_embedded_streamlog(other.path(), clock_, {.expire_every = Duration{0}});
  fresh->create(log, 1, std::chrono::hours(24));
  const LogEntry entry{0, "key", "", "one"};
  fresh->append(log, {&entry, 1});
  kinesis_.emplace(*metadata_, *fresh, clock_, metrics_);
  EXPECT_TRUE(fresh->bounds(log, 0).closed);
  EXPECT_EQ(put("four").shard_id, three.shard_id);
  const auto end = kinesis_->get_records(request_, {.shard_iterator = iterator({})});
  EXPECT_EQ(end.records.size(), 1u);
  EXPECT_EQ(end.child_shards->size(), 2u);
  kinesis_.reset();
}

TEST_F(ReshardingTest, WritersAndReadersGoOnMeanwhile) {
  open({.limit_throughput = false});
  create("s");
  constexpr int kWriters = 4, kEach = 150;
  std::atomic<int> refused = 0;
  {
    std::vector<Background> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back("writer", [&, writer](std::stop_token) {
        for (int i = 0; i < kEach; ++i) {
          const std::string key = std::to_string(writer);
          try {
            kinesis_->put_records(request_, {.records = {{{key + ":" + std::to_string(i)}, std::nullopt, key}},
                                             .stream_name = "s"});
          } catch (const aws::Error&) {
            ++refused;
          }
        }
      });
    }
    for (const int count : {2, 3, 5, 3, 2, 4, 2, 1}) scale(count);
    for (Background& writer : writers) writer.join();
  }
  EXPECT_EQ(refused, 0);
  // Every record is there once, and along the family line of each key in order.
  std::map<std::string, int> next;
  std::vector<std::string> todo;
  for (const Shard& shard : shards(ShardFilter{.type = "AT_TRIM_HORIZON"})) todo.push_back(shard.shard_id);
  std::set<std::string> seen(todo.begin(), todo.end());
  const std::vector<Shard> all = shards();  // children after parents: numbers rise
  int total = 0;
  for (const Shard& shard : all) {
    for (std::optional<std::string> at = iterator({.shard_id = shard.shard_id}); at;) {
      const auto page = kinesis_->get_records(request_, {.shard_iterator = *at});
      for (const Record& record : page.records) {
        const size_t colon = record.data.bytes.find(':');
        EXPECT_EQ(std::stoi(record.data.bytes.substr(colon + 1)), next[record.data.bytes.substr(0, colon)]++);
        ++total;
      }
      at = page.records.empty() ? std::nullopt : page.next_shard_iterator;
    }
  }
  EXPECT_EQ(total, kWriters * kEach);
}

}  // namespace
}  // namespace standpipe::kinesis
