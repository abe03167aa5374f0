#include "services/kinesis/get_records_shortcut.h"

#include "base/bytes.h"
#include "base/json.h"
#include "services/kinesis/kinesis_fixture.h"

namespace standpipe::kinesis {
namespace {

TEST(PlainGetRecords, ReadsItsThreeMembersAndNothingElse) {
  const auto input = read_plain_get_records(
      R"({"Limit":7,"ShardIterator":"x","StreamARN":"arn:aws:kinesis:eu-west-1:000000000000:stream/s"})");
  ASSERT_TRUE(input);
  EXPECT_EQ(input->limit, 7);
  EXPECT_EQ(input->shard_iterator, "x");
  EXPECT_EQ(input->stream_arn, "arn:aws:kinesis:eu-west-1:000000000000:stream/s");
  for (const char* body : {"", "{}", "[]", R"({"ShardIterator":""})", R"({"ShardIterator":null})",
                           R"({"ShardIterator":1})", R"({"ShardIterator":"x","Limit":0})",
                           R"({"ShardIterator":"x","Limit":10001})",
                           R"({"ShardIterator":"x","Limit":1.5})", R"({"ShardIterator":"x","StreamId":"y"})",
                           R"({"ShardIterator":"x","StreamARN":"y"})", R"({"ShardIterator":"x"}})"}) {
    EXPECT_FALSE(read_plain_get_records(body)) << body;
  }
  EXPECT_FALSE(read_plain_get_records(R"({"ShardIterator":")" + std::string(513, 'x') + "\"}"));
}

class GetRecordsShortcutTest : public KinesisTest {
 protected:
  json::Value serve(const std::string& iterator) {
    GetRecordsShortcut shortcut(*kinesis_);
    const auto answer = shortcut.serve(request_, R"({"ShardIterator":")" + iterator + "\"}", [&](const void*) {
      if (!allowed_) throw aws::Error("AccessDeniedException", 400, "no");
    });
    return json::parse(answer.value());
  }
  bool allowed_ = true;
};

TEST_F(GetRecordsShortcutTest, AnswersLikeTheOperation) {
  create("s");
  put("one", "a \"quoted\" key");
  clock_.advance(std::chrono::milliseconds(1007));
  put(std::string(1000, '\xff'));
  const std::string from = iterator({});
  const auto told = kinesis_->get_records(request_, {.shard_iterator = from});
  const json::Value answer = serve(from);
  ASSERT_EQ(answer.find("Records")->array().size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const json::Value& record = answer.find("Records")->array().at(i);
    EXPECT_EQ(record.find("SequenceNumber")->string(), told.records[i].sequence_number);
    EXPECT_EQ(record.find("PartitionKey")->string(), *told.records[i].partition_key);
    EXPECT_EQ(base64_decode(record.find("Data")->string()), told.records[i].data.bytes);
    EXPECT_NEAR(record.find("ApproximateArrivalTimestamp")->number(),
                static_cast<double>(epoch_ms(*told.records[i].approximate_arrival_timestamp)) / 1000, 0.0001);
  }
  EXPECT_EQ(answer.find("MillisBehindLatest")->integer(), told.millis_behind_latest);
  EXPECT_EQ(answer.find("ChildShards"), nullptr);
  const std::string next = answer.find("NextShardIterator")->string();
  put("three");
  EXPECT_EQ(serve(next).find("Records")->array().size(), 1u);
}

TEST_F(GetRecordsShortcutTest, TellsTheChildrenOfAShardThatHasEnded) {
  create("s");
  put("one");
  kinesis_->split_shard(request_, {.stream_name = "s", .shard_to_split = "shardId-000000000000",
                                   .new_starting_hash_key = "170141183460469231731687303715884105728"});
  const json::Value answer = serve(iterator({}));
  EXPECT_EQ(answer.find("NextShardIterator"), nullptr);
  const json::Array& children = answer.find("ChildShards")->array();
  ASSERT_EQ(children.size(), 2u);
  EXPECT_EQ(children[1].find("ShardId")->string(), "shardId-000000000002");
  EXPECT_EQ(children[1].find("ParentShards")->array().at(0).string(), "shardId-000000000000");
  EXPECT_EQ(children[1].find("HashKeyRange")->find("StartingHashKey")->string(),
            "170141183460469231731687303715884105728");
}

TEST_F(GetRecordsShortcutTest, RefusesBeforeItReads) {
  create("s");
  allowed_ = false;
  const std::string from = iterator({});
  EXPECT_EQ(code_of([&] { serve(from); }), "AccessDeniedException");
}

}  // namespace
}  // namespace standpipe::kinesis
