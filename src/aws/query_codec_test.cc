#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/wire_testing.h"
#include "generated/cloudformation.h"
#include "generated/iam.h"
#include "generated/sts.h"

namespace standpipe::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(QueryCodec, DecodesListsByTheirNumbers) {
  const auto decoded = decode_as<cloudformation::CreateStackInput>(
      cloudformation::model(),
      form_request("Action=CreateStack&Version=2010-05-15&StackName=a%20b+c&Capabilities.member.2=CAPABILITY_IAM&"
                   "Capabilities.member.10=CAPABILITY_NAMED_IAM&Parameters.member.1.ParameterKey=k&"
                   "Parameters.member.1.ParameterValue=v&DisableRollback=true&TimeoutInMinutes=5&Tags="));
  EXPECT_EQ(decoded.input.stack_name, "a b c");
  EXPECT_THAT(decoded.input.capabilities.value(), ElementsAre("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"));
  EXPECT_EQ(decoded.input.parameters.value().at(0).parameter_value, "v");
  EXPECT_EQ(decoded.input.disable_rollback, true);
  EXPECT_EQ(decoded.input.timeout_in_minutes, 5);
  EXPECT_TRUE(decoded.input.tags.value().empty());
}

TEST(QueryCodec, TakesParametersFromTheUrlToo) {
  const auto decoded = decode_as<sts::GetCallerIdentityInput>(
      sts::model(), plain_request("GET", "/?Action=GetCallerIdentity&Version=2011-06-15"));
  EXPECT_TRUE(decoded.missing.empty());
}

TEST(QueryCodec, NamesWhatIsMissing) {
  const auto decoded = decode_as<iam::TagRoleInput>(
      iam::model(), form_request("Action=TagRole&Version=2010-05-08&RoleName=r&Tags.member.1.Key=k"));
  EXPECT_THAT(decoded.missing, ElementsAre("tags.1.member.value"));
}

TEST(QueryCodec, RefusesWhatDoesNotFit) {
  for (const char* parameters : {"TimeoutInMinutes=x", "DisableRollback=maybe", "Capabilities=x",
                                 "Capabilities.member.x=y", "Capabilities.other.1=y", "StackName.x=1",
                                 "Parameters.member.1=x", "StackName=%ff", "TimeoutInMinutes=99999999999"}) {
    EXPECT_THAT(error_of([&] {
                  decode_as<cloudformation::CreateStackInput>(
                      cloudformation::model(),
                      form_request(std::string("Action=CreateStack&Version=2010-05-15&") + parameters));
                }),
                HasSubstr("MalformedInput"))
        << parameters;
  }
  EXPECT_THAT(error_of([] { detect(form_request("Action=%zz")); }), HasSubstr("MalformedQueryString"));
  std::string deep = "Action=CreateStack&Version=2010-05-15&a";
  for (int i = 0; i < 100; ++i) deep += ".a";
  EXPECT_THAT(
      error_of([&] { decode_as<cloudformation::CreateStackInput>(cloudformation::model(), form_request(deep)); }),
      HasSubstr("MalformedInput"));
}

TEST(QueryCodec, AnswersInTheEnvelopeOfTheOperation) {
  const net::Request http = form_request("Action=GetCallerIdentity&Version=2011-06-15");
  sts::GetCallerIdentityOutput output{.user_id = "U", .account = "1", .arn = "arn:<&>"};
  const net::Response response =
      encode(sts::model(), detect(http), *find_operation(sts::model(), "GetCallerIdentity"), &output, "id-1");
  EXPECT_EQ(body_of(response),
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
            "<UserId>U</UserId><Account>1</Account><Arn>arn:&lt;&amp;&gt;</Arn></GetCallerIdentityResult>"
            "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>");
  EXPECT_EQ(response.headers.get("x-amzn-requestid"), "id-1");
}

TEST(QueryCodec, ErrorsAreXmlWithTheCodeOfTheWire) {
  const net::Request http = form_request("Action=GetUser&Version=2010-05-08");
  const net::Response response =
      encode_error(&iam::model(), detect(http), http, iam::NoSuchEntityException("No <user>"), "id-1");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(
      body_of(response),
      "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>"
      "<Code>NoSuchEntity</Code><Message>No &lt;user&gt;</Message></Error><RequestId>id-1</RequestId></ErrorResponse>");
}

}  // namespace
}  // namespace standpipe::aws
