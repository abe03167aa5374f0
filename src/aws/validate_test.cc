#include "aws/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "aws/wire_testing.h"
#include "generated/cloudformation.h"
#include "generated/cloudwatch.h"
#include "generated/firehose.h"
#include "generated/iam.h"
#include "generated/kinesis.h"
#include "generated/lambda.h"
#include "generated/logs.h"
#include "generated/opensearchserverless.h"
#include "generated/ssm.h"
#include "generated/sts.h"

namespace standpipe::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class Input>
std::string refusal(const ServiceModel& model, const Input& input, const Missing& missing = {}) {
  return error_of([&] { validate(model, *find_operation(model, Input::kOperation), &input, missing); });
}

TEST(Validate, ReportsLengthsAndPatternsTogether) {
  kinesis::CreateStreamInput input{.stream_name = "", .shard_count = 0};
  EXPECT_EQ(
      refusal(kinesis::model(), input),
      "ValidationException: 3 validation errors detected: Value '' at 'streamName' failed to satisfy constraint: "
      "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value '' at 'streamName' failed to satisfy "
      "constraint: Member must have length greater than or equal to 1; Value '0' at 'shardCount' failed to satisfy "
      "constraint: Member must have value greater than or equal to 1");
  input = {.stream_name = std::string(129, 'a'), .shard_count = 1};
  EXPECT_EQ(refusal(kinesis::model(), input),
            "ValidationException: 1 validation error detected: Value '" + std::string(129, 'a') +
                "' at 'streamName' failed to satisfy constraint: Member must have length less than or equal to 128");
  input.stream_name = "fine";
  EXPECT_EQ(refusal(kinesis::model(), input), "none");
}

TEST(Validate, WhatIsMissingIsNotJudgedByItsEmptyValue) {
  EXPECT_EQ(
      refusal(kinesis::model(), kinesis::CreateStreamInput{}, {"streamName"}),
      "ValidationException: 1 validation error detected: Value null at 'streamName' failed to satisfy constraint: "
      "Member must not be null");
}

TEST(Validate, CountsElementsFromOneAndCharactersNotBytes) {
  kinesis::PutRecordsInput input{.stream_arn = std::nullopt};
  input.records = {{.data = {}, .partition_key = "ok"}, {.data = {}, .partition_key = ""}};
  EXPECT_THAT(refusal(kinesis::model(), input), HasSubstr("at 'records.2.member.partitionKey' failed"));
  std::string umlauts;
  for (int i = 0; i < 256; ++i) umlauts += "ä";
  input.records = {{.data = {}, .partition_key = umlauts}};
  EXPECT_EQ(refusal(kinesis::model(), input), "none");
  input.records.clear();
  EXPECT_THAT(
      refusal(kinesis::model(), input),
      HasSubstr(
          "Value '[]' at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1"));
}

TEST(Validate, EnumsListsAndMapsHaveTheirOwnWords) {
  kinesis::GetShardIteratorInput iterator{.shard_id = "s", .shard_iterator_type = "SOON"};
  EXPECT_THAT(
      refusal(kinesis::model(), iterator),
      HasSubstr("Value 'SOON' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value "
                "set: [AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER, TRIM_HORIZON, LATEST, AT_TIMESTAMP]"));
  kinesis::RemoveTagsFromStreamInput untag{.stream_name = "s", .tag_keys = {"a", ""}};
  EXPECT_THAT(
      refusal(kinesis::model(), untag),
      HasSubstr("Value '[a, ]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must "
                "have length less than or equal to 128, Member must have length greater than or equal to 1"));
  kinesis::AddTagsToStreamInput tag{.stream_name = "s", .tags = {{"", std::string(257, 'v')}}};
  const std::string text = refusal(kinesis::model(), tag);
  EXPECT_THAT(text, HasSubstr("at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: ["));
  EXPECT_THAT(text, HasSubstr("at 'tags' failed to satisfy constraint: Map value must satisfy constraint: ["));
}

TEST(Validate, EachServiceHasItsCode) {
  iam::CreateUserInput user{.user_name = "a b"};
  EXPECT_THAT(refusal(iam::model(), user), HasSubstr("ValidationError: 1 validation error detected"));
  logs::CreateLogGroupInput group{.log_group_name = ""};
  EXPECT_THAT(refusal(logs::model(), group), HasSubstr("InvalidParameterException: "));
}

TEST(Validate, SecretsAreNotRepeated) {
  iam::CreateLoginProfileInput profile{.user_name = "u", .password = std::string(200, 'p')};
  const std::string text = refusal(iam::model(), profile);
  EXPECT_THAT(text, HasSubstr("at 'password' failed"));
  EXPECT_THAT(text, testing::Not(HasSubstr("ppp")));
}

TEST(Validate, MessagesAreBounded) {
  kinesis::PutRecordsInput input;
  input.records.assign(1000, {.data = {}, .partition_key = std::string(100'000, 'k')});
  const std::string text = refusal(kinesis::model(), input);
  EXPECT_THAT(text, HasSubstr("10 validation errors detected"));
  EXPECT_LT(text.size(), 40'000u);
}

void collect(const Shape& shape, std::set<const Shape*>& seen) {
  if (!seen.insert(&shape).second) return;
  for (const Member& member : shape.members) collect(*member.shape, seen);
  if (shape.element) collect(*shape.element, seen);
  if (shape.key) collect(*shape.key, seen);
}

TEST(Validate, EveryPatternOfEveryInputCanBeRead) {
  std::set<const Shape*> shapes;
  for (const ServiceModel* model :
       {&cloudformation::model(), &cloudwatch::model(), &firehose::model(), &iam::model(), &kinesis::model(),
        &lambda::model(), &logs::model(), &opensearchserverless::model(), &ssm::model(), &sts::model()}) {
    for (const OperationModel& operation : model->operations) collect(*operation.input, shapes);
  }
  for (const Shape* shape : shapes) EXPECT_TRUE(pattern_usable(*shape)) << shape->name << ": " << shape->limits.pattern;
}

}  // namespace
}  // namespace standpipe::aws
