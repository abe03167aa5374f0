#include "aws/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "aws/wire_testing.h"
#include "generated/cloudwatch.h"
#include "generated/kinesis.h"

namespace standpipe::aws {
namespace {

using testing::HasSubstr;

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(Protocol, BodiesMayBeCompressed) {
  net::Request json = json_request("Kinesis_20131202.DescribeStream", gzip(R"({"StreamName":"s"})"));
  json.headers.set("content-encoding", "gzip");
  EXPECT_EQ(decode_as<kinesis::DescribeStreamInput>(kinesis::model(), json).input.stream_name, "s");

  net::Request form = form_request(gzip("Action=ListMetrics&Version=2010-08-01&Namespace=n"));
  form.headers.set("content-encoding", "gzip");
  EXPECT_EQ(decode_as<cloudwatch::ListMetricsInput>(cloudwatch::model(), form).input.namespace_, "n");
}

TEST(Protocol, RefusesDamagedAndExplodingCompression) {
  net::Request http = json_request("Kinesis_20131202.DescribeStream", "no gzip");
  http.headers.set("content-encoding", "gzip");
  EXPECT_THAT(error_of([&] { inflated(http); }), HasSubstr("MalformedInput"));
  const std::string whole = gzip(std::string(1000, 'a'));
  http.body = net::Body(whole.substr(0, whole.size() / 2));
  EXPECT_THAT(error_of([&] { inflated(http); }), HasSubstr("MalformedInput"));
  http.body = net::Body(gzip(std::string(kInflatedBytesMax + 100'000, 'a')));
  EXPECT_THAT(error_of([&] { inflated(http); }), HasSubstr("too large"));
}

TEST(Protocol, JsonErrorsCarryTypeMessageAndFields) {
  const net::Request http = json_request("Kinesis_20131202.PutRecord", "{}");
  const Error error =
      Error(kinesis::ResourceNotFoundException("Stream \"s\" not found.")).with("More", "x").header("retry-after", "1");
  const net::Response response = encode_error(&kinesis::model(), detect(http), http, error, "id-1");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(body_of(response),
            R"({"__type":"ResourceNotFoundException","message":"Stream \"s\" not found.","More":"x"})");
  EXPECT_EQ(response.headers.get("content-type"), "application/x-amz-json-1.1");
  EXPECT_EQ(response.headers.get("x-amzn-requestid"), "id-1");
  EXPECT_EQ(response.headers.get("retry-after"), "1");
}

TEST(Protocol, QueryCompatibleServicesAddTheQueryCodeToJson) {
  const net::Request http = json_request("GraniteServiceVersion20100801.ListMetrics", "{}");
  const net::Response response =
      encode_error(&cloudwatch::model(), detect(http), http, cloudwatch::InvalidParameterValueException("no"), "id-1");
  EXPECT_EQ(body_of(response), R"({"__type":"InvalidParameterValueException","message":"no"})");
  EXPECT_EQ(response.headers.get("x-amzn-query-error"), "InvalidParameterValue;Sender");
}

TEST(Protocol, ErrorsOfAnUnknownServiceStillHaveAForm) {
  const net::Request http = json_request("Nothing.Here", "{}");
  EXPECT_EQ(body_of(encode_error(nullptr, detect(http), http, Error("X", 400, "m"), "id")),
            R"({"__type":"X","message":"m"})");
  const net::Request form = form_request("Action=X&Version=1");
  EXPECT_THAT(body_of(encode_error(nullptr, detect(form), form, Error("X", 400, "m"), "id")),
              HasSubstr("<Code>X</Code>"));
}

}  // namespace
}  // namespace standpipe::aws
