#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/wire_testing.h"
#include "base/bytes.h"
#include "base/cbor.h"
#include "generated/cloudwatch.h"
#include "generated/kinesis.h"

namespace standpipe::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

net::Request kinesis_request(const std::string& operation, std::string body) {
  net::Request http = json_request("Kinesis_20131202." + operation, std::move(body));
  http.headers.set("content-type", "application/x-amz-cbor-1.1");
  return http;
}

net::Request cloudwatch_request(const std::string& operation, std::string body) {
  net::Request http =
      plain_request("POST", "/service/GraniteServiceVersion20100801/operation/" + operation, std::move(body));
  http.headers = {{"smithy-protocol", "rpc-v2-cbor"}, {"content-type", "application/cbor"}};
  return http;
}

TEST(CborCodec, KinesisCountsTimestampsInMilliseconds) {
  cbor::Writer body;
  body.map(4);
  body.text("StreamName");
  body.text("s");
  body.text("ShardId");
  body.text("shardId-0");
  body.text("ShardIteratorType");
  body.text("AT_TIMESTAMP");
  body.text("Timestamp");
  body.tag(1);
  body.integer(1'700'000'000'123);
  const auto decoded =
      decode_as<kinesis::GetShardIteratorInput>(kinesis::model(), kinesis_request("GetShardIterator", body.take()));
  EXPECT_EQ(epoch_ms(decoded.input.timestamp.value()), 1'700'000'000'123);

  kinesis::GetRecordsOutput output;
  output.records = {{.sequence_number = "1",
                     .approximate_arrival_timestamp = from_epoch_ms(1'700'000'000'123),
                     .data = {std::string("\0\xff", 2)},
                     .partition_key = "k"}};
  const net::Request http = kinesis_request("GetRecords", "\xa0");
  const net::Response response =
      encode(kinesis::model(), detect(http), *find_operation(kinesis::model(), "GetRecords"), &output, "id");
  EXPECT_EQ(response.headers.get("content-type"), "application/x-amz-cbor-1.1");
  const std::string answer = body_of(response);
  cbor::Reader reader(answer);
  std::string blob;
  int64_t arrival = 0;
  reader.map([&](const std::string& key) {
    ASSERT_EQ(key, "Records");
    reader.array([&] {
      reader.map([&](const std::string& member) {
        if (member == "Data") {
          blob = reader.bytes();
        } else if (member == "ApproximateArrivalTimestamp") {
          EXPECT_EQ(reader.tag(), 1u);
          arrival = reader.integer();
        } else {
          reader.skip();
        }
      });
    });
  });
  EXPECT_EQ(blob, std::string("\0\xff", 2));
  EXPECT_EQ(arrival, 1'700'000'000'123);
}

TEST(CborCodec, CloudWatchCountsThemInSeconds) {
  cbor::Writer body;
  body.map(2);
  body.text("Namespace");
  body.text("n");
  body.text("MetricData");
  body.array(1);
  body.map(3);
  body.text("Value");
  body.integer(3);
  body.text("Timestamp");
  body.tag(1);
  body.number(1'700'000'000.5);
  body.text("Unknown");
  body.null();
  const auto decoded =
      decode_as<cloudwatch::PutMetricDataInput>(cloudwatch::model(), cloudwatch_request("PutMetricData", body.take()));
  const auto& metric = decoded.input.metric_data.value().at(0);
  EXPECT_EQ(metric.value, 3.0);
  EXPECT_EQ(epoch_ms(metric.timestamp.value()), 1'700'000'000'500);
  EXPECT_THAT(decoded.missing, ElementsAre("metricData.1.member.metricName"));
}

TEST(CborCodec, AnInputWithoutMembersMayBeNoBody) {
  EXPECT_TRUE(decode_as<cloudwatch::ListMetricsInput>(cloudwatch::model(), cloudwatch_request("ListMetrics", ""))
                  .missing.empty());
}

TEST(CborCodec, RefusesDamageAndWrongTypes) {
  for (const char* hex : {"", "a1", "80", "a16a53747265616d4e616d6505", "a0a0", "a1615ff6ff", "fb0000000000000000"}) {
    EXPECT_THAT(error_of([&] {
                  decode_as<kinesis::DescribeStreamInput>(kinesis::model(),
                                                          kinesis_request("DescribeStream", hex_decode(hex).value()));
                }),
                HasSubstr("SerializationException"))
        << hex;
  }
}

TEST(CborCodec, ErrorsCarryTheShapeAndForCloudWatchTheQueryCode) {
  const net::Request http = cloudwatch_request("ListMetrics", "");
  const net::Response response =
      encode_error(&cloudwatch::model(), detect(http), http, cloudwatch::InvalidParameterValueException("bad"), "id");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.headers.get("x-amzn-query-error"), "InvalidParameterValue;Sender");
  EXPECT_THAT(body_of(response), HasSubstr("InvalidParameterValueException"));
  EXPECT_THAT(body_of(response), HasSubstr("bad"));
}

}  // namespace
}  // namespace standpipe::aws
