#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/wire_testing.h"
#include "generated/lambda.h"
#include "generated/s3.h"

namespace standpipe::aws {
namespace {

using testing::HasSubstr;

net::Response answer(const ServiceModel& model, const char* operation, const void* output) {
  return encode(model, Wire{}, *find_operation(model, operation), output, "id-1");
}

TEST(RestCodec, ReadsLabelsQueryHeadersAndBody) {
  net::Request http = plain_request("PUT", "/bucket/a%2Fb/c+d%20e", "content");
  http.headers = {{"Content-Type", "text/plain"},
                  {"X-Amz-Meta-Owner", "me"},
                  {"x-amz-meta-b", "2"},
                  {"If-None-Match", "*"},
                  {"Expires", "whenever"}};
  const auto put = decode_as<s3::PutObjectInput>(s3::model(), http);
  EXPECT_EQ(put.input.bucket, "bucket");
  EXPECT_EQ(put.input.key, "a/b/c+d e");
  EXPECT_EQ(put.input.content_type, "text/plain");
  EXPECT_EQ(put.input.metadata, (std::map<std::string, std::string>{{"owner", "me"}, {"b", "2"}}));
  EXPECT_EQ(put.input.body.value().body.view(), "content");

  const auto list = decode_as<s3::ListObjectsV2Input>(
      s3::model(), plain_request("GET", "/bucket?list-type=2&max-keys=7&prefix=a%2F&fetch-owner=true"));
  EXPECT_EQ(list.input.max_keys, 7);
  EXPECT_EQ(list.input.prefix, "a/");
  EXPECT_EQ(list.input.fetch_owner, true);
}

TEST(RestCodec, RefusesMalformedScalarsAsS3Does) {
  EXPECT_EQ(error_of([] {
              decode_as<s3::ListObjectsV2Input>(s3::model(), plain_request("GET", "/b?list-type=2&max-keys=x"));
            }),
            "InvalidArgument: Provided max-keys not an integer or within integer range");
}

TEST(RestCodec, AConditionWithAnUnreadableDateIsNone) {
  net::Request http = plain_request("GET", "/b/k");
  http.headers = {{"If-Modified-Since", "yesterday"}, {"If-Unmodified-Since", "Mon, 23 Nov 2026 09:30:00 GMT"}};
  const auto decoded = decode_as<s3::GetObjectInput>(s3::model(), http);
  EXPECT_FALSE(decoded.input.if_modified_since);
  EXPECT_TRUE(decoded.input.if_unmodified_since);
}

TEST(RestCodec, ReadsXmlPayloads) {
  const auto decoded = decode_as<s3::DeleteObjectsInput>(
      s3::model(), plain_request("POST", "/b?delete",
                                 "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                                 "<Object><Key>a</Key></Object><Object><Key>b</Key></Object>"
                                 "<Quiet>true</Quiet></Delete>"));
  EXPECT_EQ(decoded.input.delete_.objects.size(), 2u);
  EXPECT_EQ(decoded.input.delete_.objects[1].key, "b");
  EXPECT_EQ(decoded.input.delete_.quiet, true);
}

TEST(RestCodec, RefusesMissingAndMalformedXml) {
  const auto refusal = [](const std::string& body) {
    return error_of([&] {
      const net::Request http = plain_request("POST", "/b?delete", body);
      const auto decoded = decode_as<s3::DeleteObjectsInput>(s3::model(), http);
      validate(s3::model(), *find_operation(s3::model(), "DeleteObjects"), &decoded.input, decoded.missing);
    });
  };
  EXPECT_THAT(refusal(""), HasSubstr("MissingRequestBodyError"));
  for (const char* body : {"<Delete>", "not xml", "<Delete><Quiet>perhaps</Quiet></Delete>", "<Delete/>",
                           "<Delete><Object><VersionId>1</VersionId></Object></Delete>"}) {
    EXPECT_THAT(refusal(body), HasSubstr("MalformedXML: The XML you provided was not well-formed")) << body;
  }
}

TEST(RestCodec, WritesXmlWithTheRootThatClientsExpect) {
  s3::ListObjectsV2Output list;
  list.name = "b";
  list.contents = {{.key = "a&b", .last_modified = from_epoch_ms(1'700'000'000'000)}, {.key = "c"}};
  const net::Response response = answer(s3::model(), "ListObjectsV2", &list);
  EXPECT_EQ(
      body_of(response),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Contents><Key>a&amp;b</Key><LastModified>2023-11-14T22:13:20.000Z</LastModified></Contents>"
      "<Contents><Key>c</Key></Contents><Name>b</Name></ListBucketResult>");
  EXPECT_EQ(response.headers.get("x-amz-request-id"), "id-1");
  EXPECT_FALSE(response.headers.get("x-amz-id-2").empty());

  s3::GetBucketLocationOutput location{.location_constraint = "eu-west-1"};
  EXPECT_THAT(
      body_of(answer(s3::model(), "GetBucketLocation", &location)),
      HasSubstr(
          "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-1</LocationConstraint>"));
}

TEST(RestCodec, AHeadAnnouncesTheLengthOfWhatItDoesNotSend) {
  s3::HeadObjectOutput head{.content_length = 5'000'000'000};
  const net::Response response = answer(s3::model(), "HeadObject", &head);
  EXPECT_EQ(std::get<std::shared_ptr<ByteSource>>(response.body)->size(), 5'000'000'000u);
}

TEST(RestCodec, APartOfAnObjectHasItsStatus) {
  s3::GetObjectOutput object{.content_range = "bytes 0-1/2"};
  EXPECT_EQ(answer(s3::model(), "GetObject", &object).status, 206);
}

TEST(RestCodec, S3ErrorsAreBareXmlAndHaveNoBodyForHead) {
  net::Request http = plain_request("GET", "/b/k");
  const Error error = s3::NoSuchKey("The specified key does not exist.").with("Key", "k<");
  const net::Response response = encode_error(&s3::model(), Wire{}, http, error, "id-1");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(body_of(response), HasSubstr("<Error><Code>NoSuchKey</Code><Message>The specified key does not exist."
                                           "</Message><Key>k&lt;</Key><RequestId>id-1</RequestId><HostId>"));
  http.method = "HEAD";
  EXPECT_EQ(body_of(encode_error(&s3::model(), Wire{}, http, error, "id-1")), "");
}

TEST(RestCodec, LambdaTakesJsonBodiesAndPlainPayloads) {
  net::Request http = plain_request(
      "POST", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Ar%3A1%3Afunction%3Af/invocations?Qualifier=1", "{\"a\":1}");
  http.headers = {{"X-Amz-Invocation-Type", "Event"}, {"content-type", "application/x-www-form-urlencoded"}};
  const auto invoke = decode_as<lambda::InvokeInput>(lambda::model(), http);
  EXPECT_EQ(invoke.input.function_name, "arn:aws:lambda:r:1:function:f");
  EXPECT_EQ(invoke.input.qualifier, "1");
  EXPECT_EQ(invoke.input.invocation_type, "Event");
  EXPECT_EQ(invoke.input.payload.value().bytes, "{\"a\":1}");

  const auto untag = decode_as<lambda::UntagResourceInput>(
      lambda::model(), plain_request("DELETE", "/2017-03-31/tags/arn%3Ax?tagKeys=a&tagKeys=b"));
  EXPECT_THAT(untag.input.tag_keys, testing::ElementsAre("a", "b"));

  lambda::InvokeOutput output{.status_code = 202, .payload = Blob{"x"}};
  const net::Response response = answer(lambda::model(), "Invoke", &output);
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(body_of(response), "x");
}

TEST(RestCodec, LambdaErrorsNameTheirTypeInAHeader) {
  const net::Request http = plain_request("GET", "/2015-03-31/functions/f");
  const net::Response response =
      encode_error(&lambda::model(), Wire{}, http, lambda::ResourceNotFoundException("Function not found: f"), "id-1");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.get("x-amzn-ErrorType"), "ResourceNotFoundException");
  EXPECT_EQ(body_of(response), R"({"Type":"User","Message":"Function not found: f"})");
}

}  // namespace
}  // namespace standpipe::aws
