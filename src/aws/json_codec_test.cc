#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "aws/wire_testing.h"
#include "base/bytes.h"
#include "generated/kinesis.h"
#include "generated/logs.h"

namespace standpipe::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

net::Request put_records(std::string body) { return json_request("Kinesis_20131202.PutRecords", std::move(body)); }

std::string refusal(const std::string& body) {
  return error_of([&] { decode_as<kinesis::PutRecordsInput>(kinesis::model(), put_records(body)); });
}

TEST(JsonCodec, DecodesStructuresListsAndBlobs) {
  const auto [input, missing] = decode_as<kinesis::PutRecordsInput>(
      kinesis::model(), put_records(
                            R"({"StreamName":"sä","Unknown":{"a":[1]},"Records":[{"PartitionKey":"k","Data":"aGk="},
          {"Data":"","PartitionKey":"l","ExplicitHashKey":"12"}]})"));
  EXPECT_TRUE(missing.empty());
  EXPECT_EQ(input.stream_name, "sä");
  ASSERT_EQ(input.records.size(), 2u);
  EXPECT_EQ(input.records[0].data.bytes, "hi");
  EXPECT_FALSE(input.records[0].explicit_hash_key);
  EXPECT_EQ(input.records[1].explicit_hash_key, "12");
}

TEST(JsonCodec, NullIsAbsentAndWhatIsMissingIsNamedByItsPath) {
  const auto decoded = decode_as<kinesis::PutRecordsInput>(
      kinesis::model(),
      put_records(R"({"StreamName":null,)"
                                    R"("Records":[{"PartitionKey":"k","Data":null},{"PartitionKey":"l"}]})"));
  EXPECT_FALSE(decoded.input.stream_name);
  EXPECT_THAT(decoded.missing, ElementsAre("records.1.member.data", "records.2.member.data"));
  EXPECT_THAT(decode_as<kinesis::PutRecordsInput>(kinesis::model(), put_records("{}")).missing, ElementsAre("records"));
}

TEST(JsonCodec, ALaterDuplicateReplacesTheFormer) {
  const auto decoded = decode_as<kinesis::PutRecordsInput>(
      kinesis::model(), put_records(R"({"Records":[{"PartitionKey":"a","Data":""}],"Records":[]})"));
  EXPECT_TRUE(decoded.input.records.empty());
}

TEST(JsonCodec, RefusesWrongTypesInTheWordsOfTheService) {
  EXPECT_EQ(refusal(R"({"StreamName":5})"), "SerializationException: NUMBER_VALUE can not be converted to a String");
  EXPECT_EQ(refusal(R"({"StreamName":true})"), "SerializationException: TRUE_VALUE can not be converted to a String");
  EXPECT_EQ(refusal(R"({"StreamName":[]})"), "SerializationException: Start of list found where not expected");
  EXPECT_EQ(refusal(R"({"Records":{}})"),
            "SerializationException: Start of structure or map found where not expected.");
  EXPECT_EQ(refusal(R"({"Records":[{"Data":"*"}]})"), "SerializationException: A blob is not valid base64.");
  EXPECT_EQ(error_of([] {
              decode_as<kinesis::CreateStreamInput>(
                  kinesis::model(), json_request("Kinesis_20131202.CreateStream", R"({"ShardCount":"1"})"));
            }),
            "SerializationException: STRING_VALUE can not be converted to an Integer");
}

TEST(JsonCodec, RefusesWhatIsNoJsonObject) {
  for (const char* body :
       {"", " ", "{", "[]", "1", "null", "\"a\"", "{\"a\":\"\xff\"}", "{} {}", "{\"StreamName\":\"a\",}"}) {
    EXPECT_THAT(refusal(body), HasSubstr("SerializationException")) << body;
  }
  EXPECT_THAT(refusal("{\"a\":" + std::string(100'000, '[')), HasSubstr("SerializationException"));
}

TEST(JsonCodec, IntegersMustFit) {
  const auto count = [](const std::string& number) {
    return decode_as<kinesis::CreateStreamInput>(
               kinesis::model(),
               json_request("Kinesis_20131202.CreateStream", R"({"StreamName":"a","ShardCount":)" + number + "}"))
        .input.shard_count;
  };
  EXPECT_EQ(count("2147483647"), std::numeric_limits<int32_t>::max());
  EXPECT_EQ(count("3.0"), 3);
  for (const char* number : {"2147483648", "1.5", "1e30", "18446744073709551615"}) EXPECT_THROW(count(number), Error);
}

TEST(JsonCodec, BoundsWhatABodyCanMakeUsBuild) {
  std::string body = R"({"Records":[)";
  for (int i = 0; i < 200'001; ++i) body += i == 0 ? "{}" : ",{}";
  EXPECT_EQ(refusal(body + "]}"), "SerializationException: The request has too many elements.");
}

TEST(JsonCodec, EncodesTimestampsBlobsAndLeavesOutWhatIsAbsent) {
  kinesis::GetRecordsOutput output;
  output.records = {{.sequence_number = "1\"",
                     .approximate_arrival_timestamp = from_epoch_ms(1'700'000'000'012),
                     .data = {"hi"},
                     .partition_key = "k\n"}};
  output.millis_behind_latest = 0;
  const net::Request http = json_request("Kinesis_20131202.GetRecords", "{}");
  const Wire wire = detect(http);
  const net::Response response =
      encode(kinesis::model(), wire, *find_operation(kinesis::model(), "GetRecords"), &output, "id");
  EXPECT_EQ(body_of(response),
            R"({"Records":[{"SequenceNumber":"1\"","ApproximateArrivalTimestamp":1700000000.012,"Data":"aGk=",)"
            R"("PartitionKey":"k\n"}],"MillisBehindLatest":0})");
  EXPECT_EQ(response.headers.get("content-type"), "application/x-amz-json-1.1");
  EXPECT_EQ(response.headers.get("x-amzn-requestid"), "id");
}

TEST(JsonCodec, ReadsMaps) {
  const auto decoded = decode_as<logs::CreateLogGroupInput>(
      logs::model(), json_request("Logs_20140328.CreateLogGroup", R"({"logGroupName":"g","tags":{"a":"1","b":null}})"));
  EXPECT_EQ(decoded.input.tags, (std::map<std::string, std::string>{{"a", "1"}}));
}

}  // namespace
}  // namespace standpipe::aws
