#include "aws/json_call.h"

#include <gtest/gtest.h>

#include "aws/codec.h"
#include "aws/wire_testing.h"
#include "generated/iam.h"
#include "generated/lambda.h"
#include "generated/s3.h"

namespace standpipe::aws {
namespace {

// What is decoded as a whole document, encoded again.
template <class Message>
Message decoded(const Shape& shape, const std::string& text, Missing* missing = nullptr) {
  Decoding decoding("SerializationException");
  Message message{};
  decode_json(decoding, shape, text, &message, JsonForm::whole);
  if (missing != nullptr) *missing = decoding.take_missing();
  return message;
}

const OperationModel& operation(const ServiceModel& model, std::string_view name) {
  return *find_operation(model, name);
}

TEST(JsonCall, MembersAreFoundWhereverTheyTravelOnTheWire) {
  const OperationModel& invoke = operation(lambda::model(), "Invoke");
  Missing missing;
  const auto input = decoded<lambda::InvokeInput>(
      *invoke.input, R"({"FunctionName":"f","InvocationType":"Event","Payload":"e30=","Unknown":1})", &missing);
  EXPECT_TRUE(missing.empty());
  EXPECT_EQ(input.function_name, "f");
  EXPECT_EQ(input.invocation_type, "Event");
  EXPECT_EQ(input.payload->bytes, "{}");
  decoded<lambda::InvokeInput>(*invoke.input, "{}", &missing);
  EXPECT_EQ(missing, Missing{"functionName"}) << "a label of the URI too";

  lambda::InvokeOutput output;
  output.status_code = 200;
  output.executed_version = "$LATEST";
  output.payload = Blob{"{}"};
  EXPECT_EQ(encode_json(*invoke.output, &output, JsonForm::whole),
            R"({"StatusCode":200,"Payload":"e30=","ExecutedVersion":"$LATEST"})");
}

TEST(JsonCall, StreamsAreBase64) {
  const OperationModel& put = operation(s3::model(), "PutObject");
  const auto input = decoded<s3::PutObjectInput>(
      *put.input, R"({"Bucket":"b","Key":"k","Body":"aGk=","Metadata":{"a":"b"},"ObjectLockRetainUntilDate":1.7e9})");
  EXPECT_EQ(input.body->body.view(), "hi");
  EXPECT_EQ(input.metadata->at("a"), "b");
  EXPECT_EQ(epoch_ms(*input.object_lock_retain_until_date), 1'700'000'000'000);

  const OperationModel& get = operation(s3::model(), "GetObject");
  s3::GetObjectOutput output;
  output.body.emplace().body = net::Body("hi");
  output.last_modified = from_epoch_ms(1'700'000'000'500);
  const std::string text = encode_json(*get.output, &output, JsonForm::whole);
  EXPECT_NE(text.find(R"("Body":"aGk=")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("LastModified":1700000000.500)"), std::string::npos) << text;

  output.body->body = net::Body(std::string(kInlineStreamBytesMax + 1, 'x'));
  EXPECT_EQ(error_of([&] { encode_json(*get.output, &output, JsonForm::whole); }).substr(0, 15), "ContentTooLarge");
}

TEST(JsonCall, QueryServicesHaveTypesToo) {
  const OperationModel& list = operation(iam::model(), "ListUsers");
  EXPECT_EQ(decoded<iam::ListUsersInput>(*list.input, R"({"MaxItems":7})").max_items, 7);
  EXPECT_EQ(error_of([&] { decoded<iam::ListUsersInput>(*list.input, R"({"MaxItems":"7"})"); }),
            "SerializationException: STRING_VALUE can not be converted to an Integer");
  iam::ListUsersOutput output;
  output.users.push_back({.path = "/", .user_name = "u", .create_date = from_epoch_ms(1000)});
  output.is_truncated = false;
  const std::string text = encode_json(*list.output, &output, JsonForm::whole);
  EXPECT_NE(text.find(R"("CreateDate":1.000)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("IsTruncated":false)"), std::string::npos) << text;
}

}  // namespace
}  // namespace standpipe::aws
