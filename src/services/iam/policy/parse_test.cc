#include <gtest/gtest.h>

#include "services/iam/policy/cache.h"
#include "services/iam/policy/policy.h"

namespace standpipe::policy {
namespace {

std::string refusal(std::string_view text, PolicyKind kind) {
  try {
    parse_policy(text, kind);
    return "";
  } catch (const PolicyError& error) {
    return error.what();
  }
}

// A document of one statement with the given members.
std::string document(std::string_view statement) {
  return R"({"Version":"2012-10-17","Statement":[{)" + std::string(statement) + "}]}";
}

struct Case {
  std::string text;
  std::string refusal;  // empty: accepted
};

TEST(ParsePolicy, TellsWhatIsWrongWithIdentityPolicies) {
  const std::string ok = R"("Effect":"Allow","Action":"s3:GetObject","Resource":"*")";
  const Case cases[] = {
      {document(ok), ""},
      {R"({"Version":"2012-10-17","Statement":{)" + ok + "}}", ""},
      {R"({"Version":"2012-10-17","Id":"x","Statement":{)" + ok + "}}", ""},
      {"", "This policy contains invalid Json"},
      {"{", "This policy contains invalid Json"},
      {"nonsense", "This policy contains invalid Json"},
      {std::string(1000, '['), "This policy contains invalid Json"},
      {"[]", "Syntax errors in policy."},
      {"{}", "Syntax errors in policy."},
      {R"({"Version":"2012-10-17"})", "Syntax errors in policy."},
      {R"({"Version":"2012-10-17","Statement":[]})", "Syntax errors in policy."},
      {R"({"Version":"2012-10-17","Statement":["x"]})", "Syntax errors in policy."},
      {R"({"Version":"2013-10-17","Statement":{)" + ok + "}}", "Syntax errors in policy."},
      {R"({"Version":"2012-10-17","Extra":1,"Statement":{)" + ok + "}}", "Syntax errors in policy."},
      {R"({"Statement":{)" + ok + "}}", "Policy document must be version 2012-10-17 or greater."},
      {R"({"Version":"2008-10-17","Statement":{)" + ok + "}}",
       "Policy document must be version 2012-10-17 or greater."},
      {R"({"Version":"2012-10-17","Statement":[{"Sid":"a",)" + ok + R"(},{"Sid":"a",)" + ok + "}]}",
       "Statement IDs (SID) in a single policy must be unique."},
      {document(R"("Action":"s3:*","Resource":"*")"), "Syntax errors in policy."},
      {document(R"("Effect":"Perhaps","Action":"s3:*","Resource":"*")"), "Syntax errors in policy."},
      {document(R"("Effect":"Allow","Resource":"*")"), "Policy statement must contain actions."},
      {document(R"("Effect":"Allow","Action":[],"Resource":"*")"), "Policy statement must contain actions."},
      {document(R"("Effect":"Allow","Action":"s3:*")"), "Policy statement must contain resources."},
      {document(R"("Effect":"Allow","Action":"s3:*","Resource":[])"), "Policy statement must contain resources."},
      {document(R"("Effect":"Allow","Action":"s3:*","NotAction":"s3:*","Resource":"*")"), "Syntax errors in policy."},
      {document(R"("Effect":"Allow","Action":"s3:*","Resource":"*","NotResource":"*")"), "Syntax errors in policy."},
      {document(R"("Effect":"Allow","Action":7,"Resource":"*")"), "Syntax errors in policy."},
      {document(R"("Effect":"Allow","Action":["s3:*",7],"Resource":"*")"), "Syntax errors in policy."},
      {document(R"("Effect":"Allow","Action":"s3:*","Resource":"*","Colour":"red")"), "Syntax errors in policy."},
      {document(R"("Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*")"),
       "Policy document should not specify a principal."},
      {document(R"("Effect":"Allow","Action":"GetObject","Resource":"*")"),
       "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
      {document(R"("Effect":"Allow","Action":"s3:Get:Object","Resource":"*")"),
       "Actions/Condition can contain only one colon."},
      {document(R"("Effect":"Allow","Action":"s_3:Get","Resource":"*")"), "Vendor s_3 is not valid"},
      {document(R"("Effect":"Allow","Action":"*","Resource":"bucket")"),
       "Resource bucket must be in ARN format or \"*\"."},
      {document(R"("Effect":"Allow","Action":"*","Resource":"arn:other:s3:::b")"),
       "Partition \"other\" is not valid for resource \"arn:other:s3:::b\"."},
      {document(R"("Effect":"Allow","Action":"*","Resource":"arn:aws:s3")"), "The policy failed legacy parsing"},
      {document(R"("Effect":"Allow","Action":"*","Resource":"arn:aws:s*:::b")"),
       "Resource vendor must be fully qualified and cannot contain regexes."},
      {document(R"("Effect":"Allow","Action":"*","Resource":"arn:aws:s3:us-east-1::b")"),
       "Resource arn:aws:s3:us-east-1::b can not contain region information."},
      {document(R"("Effect":"Allow","Action":"*","Resource":"arn:aws:iam:us-east-1:000000000000:user/x")"),
       "IAM resource arn:aws:iam:us-east-1:000000000000:user/x cannot contain region information."},
      {document(ok + R"(,"Condition":{"StringEquals":{"aws:username":"x"}})"), ""},
      {document(ok + R"(,"Condition":{"Bool":{"aws:SecureTransport":true}})"), ""},
      {document(ok + R"(,"Condition":{"NumericLessThan":{"s3:max-keys":10}})"), ""},
      {document(ok + R"(,"Condition":{"StringResembles":{"aws:username":"x"}})"), "Syntax errors in policy."},
      {document(ok + R"(,"Condition":{"StringEquals":"x"})"), "Syntax errors in policy."},
      {document(ok + R"(,"Condition":{"StringEquals":{"k":{"a":1}}})"), "Syntax errors in policy."},
      {document(ok + R"(,"Condition":{"DateLessThan":{"aws:CurrentTime":"soon"}})"),
       "The policy failed legacy parsing"},
      {document(ok + R"(,"Condition":{"IpAddress":{"aws:SourceIp":"1.2.3.4/33"}})"),
       "The policy failed legacy parsing"},
      {document(ok + R"(,"Condition":{"StringEquals":{"k":"${aws:x, nothing}"}})"), "Syntax errors in policy."},
  };
  for (const Case& each : cases) EXPECT_EQ(refusal(each.text, PolicyKind::identity), each.refusal) << each.text;
}

TEST(ParsePolicy, TellsWhatIsWrongWithTrustPolicies) {
  const std::string service = R"("Principal":{"Service":"lambda.amazonaws.com"})";
  const Case cases[] = {
      {document(R"("Effect":"Allow","Action":"sts:AssumeRole",)" + service), ""},
      {document(R"("Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],)" + service), ""},
      {R"({"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",)" + service + "}}", ""},
      {R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole",)" + service + "}}", ""},
      {document(R"("Effect":"Allow","Action":"sts:AssumeRole","Resource":"*",)" + service),
       "Has prohibited field Resource"},
      {document(R"("Effect":"Allow","Action":"s3:GetObject",)" + service),
       "AssumeRole policy may only specify STS AssumeRole actions."},
      {document(R"("Effect":"Allow","Action":"sts:AssumeRole")"), "AssumeRole policy must contain a principal."},
      {document(R"("Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"somebody"})"),
       R"(Invalid principal in policy: "AWS":"somebody")"},
      {document(R"("Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::000000000000:user/*"})"),
       R"(Invalid principal in policy: "AWS":"arn:aws:iam::000000000000:user/*")"},
      {document(R"("Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda"})"),
       R"(Invalid principal in policy: "SERVICE":"lambda")"},
      {document(R"("Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"000000000000"})"), ""},
      {document(R"("Effect":"Allow","Action":"sts:AssumeRole","Principal":"*")"), ""},
      {document(R"("Effect":"Allow","Action":"sts:AssumeRole","Principal":{})"), "Syntax errors in policy."},
      {document(R"("Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"*"})"),
       "Allow with NotPrincipal is not allowed."},
  };
  for (const Case& each : cases) EXPECT_EQ(refusal(each.text, PolicyKind::trust), each.refusal) << each.text;
}

TEST(ParsePolicy, CountsCharactersWithoutWhiteSpace) {
  EXPECT_EQ(policy_size(" { \n\t} "), 2u);
  EXPECT_EQ(policy_size("\"\xC3\xA4\""), 3u);
}

TEST(PolicyCache, KeepsParsedPoliciesWithinItsBound) {
  PolicyCache cache(10'000);
  const std::string text = document(R"("Effect":"Allow","Action":"s3:*","Resource":"*")");
  const PolicyPointer first = cache.get(text, PolicyKind::identity);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(cache.get(text, PolicyKind::identity), first);
  EXPECT_EQ(cache.get("{", PolicyKind::identity), nullptr);
  for (int i = 0; i < 100; ++i) {
    cache.get(document(R"("Sid":")" + std::to_string(i) + R"(","Effect":"Allow","Action":"s3:*","Resource":"*")"),
              PolicyKind::identity);
    EXPECT_LT(cache.size(), 20u);
  }
}

}  // namespace
}  // namespace standpipe::policy
