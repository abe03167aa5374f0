#include "services/kinesis/kinesis_fixture.h"

namespace standpipe::kinesis {
namespace {

using testing::ElementsAre;

constexpr const char* kArn = "arn:aws:kinesis:eu-west-1:000000000000:stream/s";

class ConsumersTest : public KinesisTest {
 protected:
  ConsumersTest() { create("s"); }
  Consumer add(const std::string& name) {
    return kinesis_->register_stream_consumer(request_, {.stream_arn = kArn, .consumer_name = name}).consumer;
  }
};

TEST_F(ConsumersTest, LiveWithTheirStream) {
  const Consumer consumer = add("c");
  EXPECT_EQ(consumer.consumer_arn, std::string(kArn) + "/consumer/c:1700000000");
  EXPECT_EQ(code_of([&] { add("c"); }, "already exists"), "ResourceInUseException");
  open();
  const auto shown = kinesis_->describe_stream_consumer(request_, {.consumer_arn = consumer.consumer_arn});
  EXPECT_EQ(shown.consumer_description.stream_arn, kArn);
  EXPECT_EQ(shown.consumer_description.consumer_status, "ACTIVE");
  EXPECT_EQ(kinesis_->describe_stream_summary(request_, {.stream_name = "s"}).stream_description_summary.consumer_count,
            1);
  EXPECT_EQ(code_of([&] { kinesis_->delete_stream(request_, {.stream_name = "s"}); }), "ResourceInUseException");
  kinesis_->deregister_stream_consumer(request_, {.stream_arn = kArn, .consumer_name = "c"});
  clock_.advance(std::chrono::seconds(1));
  EXPECT_NE(add("c").consumer_arn, consumer.consumer_arn);
  EXPECT_EQ(code_of([&] { kinesis_->describe_stream_consumer(request_, {.consumer_arn = consumer.consumer_arn}); }),
            "ResourceNotFoundException");
}

TEST_F(ConsumersTest, AreListedByPagesAndLimited) {
  for (int i = 0; i < 20; ++i) add("c" + std::to_string(10 + i));
  EXPECT_EQ(code_of([&] { add("more"); }, "limit of 20 registered consumers"), "LimitExceededException");
  const auto page = kinesis_->list_stream_consumers(request_, {.stream_arn = kArn, .max_results = 15});
  EXPECT_EQ(page.consumers->size(), 15u);
  const auto rest = kinesis_->list_stream_consumers(request_, {.stream_arn = kArn, .next_token = page.next_token});
  EXPECT_EQ(rest.consumers->size(), 5u);
  EXPECT_FALSE(rest.next_token);
  kinesis_->update_account_settings(request_, {{.status = "ENABLED"}});
  add("more");
  open({.limit_throughput = false});
  for (int i = 0; i < 60; ++i) add("d" + std::to_string(i));
}

TEST_F(ConsumersTest, HaveTagsAndPolicies) {
  const std::string consumer = add("c").consumer_arn;
  for (const std::string& arn : {std::string(kArn), consumer}) {
    kinesis_->tag_resource(request_, {.tags = {{"a", "1"}, {"b", "2"}}, .resource_arn = arn});
    kinesis_->untag_resource(request_, {.tag_keys = {"a"}, .resource_arn = arn});
    const auto tags = kinesis_->list_tags_for_resource(request_, {.resource_arn = arn}).tags;
    ASSERT_EQ(tags->size(), 1u);
    EXPECT_EQ(tags->front().key, "b");
    EXPECT_EQ(kinesis_->get_resource_policy(request_, {.resource_arn = arn}).policy, "{}");
    const std::string policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"1"},)"
                               R"("Action":"kinesis:*","Resource":")" + arn + R"("}]})";
    kinesis_->put_resource_policy(request_, {.resource_arn = arn, .policy = policy});
    EXPECT_EQ(kinesis_->get_resource_policy(request_, {.resource_arn = arn}).policy, policy);
    for (const char* bad : {"", "[]", "{}", R"({"Statement":[]})", R"({"Statement":{"Effect":"Allow"}})",
                            R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"x"}})",
                            R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"kinesis:*","Resource":"*"}})"}) {
      EXPECT_EQ(code_of([&] { kinesis_->put_resource_policy(request_, {.resource_arn = arn, .policy = bad}); }),
                "InvalidArgumentException")
          << bad;
    }
    kinesis_->delete_resource_policy(request_, {.resource_arn = arn});
    EXPECT_EQ(code_of([&] { kinesis_->delete_resource_policy(request_, {.resource_arn = arn}); }),
              "ResourceNotFoundException");
  }
}

TEST_F(ConsumersTest, ShowTheirPolicyToIam) {
  const std::string consumer = add("c").consumer_arn;
  const std::string policy = R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"kinesis:*","Resource":")";
  kinesis_->put_resource_policy(request_, {.resource_arn = kArn, .policy = policy + kArn + R"("}})"});
  kinesis_->put_resource_policy(request_, {.resource_arn = consumer, .policy = policy + consumer + R"("}})"});
  request_.account = "111111111111";
  EXPECT_EQ(kinesis_->access(request_, PutRecordInput{.stream_arn = kArn})[0].resource_policy,
            policy + kArn + R"("}})");
  // What only the owner may do, no policy gives away.
  EXPECT_EQ(kinesis_->access(request_, DeleteStreamInput{.stream_arn = kArn})[0].resource_policy, "");
  const auto subscribing = kinesis_->access(request_, SubscribeToShardInput{.consumer_arn = consumer});
  EXPECT_EQ(subscribing[0].resource, consumer);
  EXPECT_EQ(subscribing[0].resource_policy, policy + consumer + R"("}})");
  const auto unknown =
      kinesis_->access(request_, DescribeStreamConsumerInput{.stream_arn = kArn, .consumer_name = "x"});
  EXPECT_EQ(unknown[0].resource, std::string(kArn) + "/consumer/x:*");
  const auto known =
      kinesis_->access(request_, DeregisterStreamConsumerInput{.stream_arn = kArn, .consumer_name = "c"});
  EXPECT_EQ(known[0].resource, consumer);
  // Another account names the stream by its ARN, also when it reads.
  kinesis_->put_record(request_, {.data = {"x"}, .partition_key = "k", .stream_arn = kArn});
  const auto at = kinesis_->get_shard_iterator(request_, {.shard_id = "shardId-000000000000",
                                                          .shard_iterator_type = "TRIM_HORIZON",
                                                          .stream_arn = kArn});
  EXPECT_EQ(code_of([&] { kinesis_->get_records(request_, {.shard_iterator = *at.shard_iterator}); }),
            "InvalidArgumentException");
  const auto read = kinesis_->get_records(request_, {.shard_iterator = *at.shard_iterator, .stream_arn = kArn});
  EXPECT_EQ(read.records.size(), 1u);
}

}  // namespace
}  // namespace standpipe::kinesis
