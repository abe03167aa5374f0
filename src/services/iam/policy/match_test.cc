#include <gtest/gtest.h>

#include "services/iam/policy/policy.h"

namespace standpipe::policy {
namespace {

const Context kNothing{aws::Conditions{}};

bool applies(std::string_view statement, std::string_view action, std::string_view resource,
             const Context& context = kNothing) {
  const Policy policy = parse_policy(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)" + std::string(statement) + "}]}",
      PolicyKind::identity);
  return policy.statements[0].applies(action, resource, context);
}

TEST(Match, Actions) {
  struct Case {
    std::string pattern, action;
    bool matches;
  };
  const Case cases[] = {
      {"s3:GetObject", "s3:getobject", true},      {"S3:getobject", "s3:getobject", true},
      {"s3:Get*", "s3:getobject", true},           {"s3:*Object", "s3:getobject", true},
      {"s3:?etObject", "s3:getobject", true},      {"*", "kinesis:putrecord", true},
      {"s3:Get", "s3:getobject", false},           {"s3:*", "s3express:createsession", false},
      {"kinesis:Put*", "s3:putobject", false},     {"s3:Get*,s3:Put*", "s3:getobject", false},
      {"s3:Get Object", "s3:getobject", false},
  };
  for (const Case& each : cases) {
    if (each.pattern.find(',') != std::string::npos) continue;  // two colons are refused when parsed
    EXPECT_EQ(applies(R"("Resource":"*","Action":")" + each.pattern + "\"", each.action, "*"), each.matches)
        << each.pattern << " " << each.action;
    EXPECT_EQ(applies(R"("Resource":"*","NotAction":")" + each.pattern + "\"", each.action, "*"), !each.matches)
        << each.pattern << " " << each.action;
  }
}

TEST(Match, Resources) {
  struct Case {
    std::string pattern, resource;
    bool matches;
  };
  const Case cases[] = {
      {"*", "*", true},
      {"*", "arn:aws:s3:::b/k", true},
      {"arn:aws:s3:::b", "*", false},
      {"arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b/c", true},
      {"arn:aws:s3:::b/*", "arn:aws:s3:::b", false},
      {"arn:aws:s3:::b*", "arn:aws:s3:::b", true},
      {"arn:aws:s3:::B", "arn:aws:s3:::b", false},
      {"arn:aws:s3:::b/?", "arn:aws:s3:::b/k", true},
      {"arn:aws:s3:::b/?", "arn:aws:s3:::b/kk", false},
      {"arn:aws:logs:*:*:*", "arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:s", true},
      {"arn:aws:logs:*:*:log-group:g:*", "arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:s", true},
      {"arn:aws:kinesis:*:000000000000:stream/a", "arn:aws:kinesis:eu-west-1:000000000000:stream/a", true},
      {"arn:aws:kinesis:eu-*:000000000000:stream/a", "arn:aws:kinesis:us-east-1:000000000000:stream/a", false},
      // A '*' stays in its segment.
      {"arn:aws:kinesis:*:stream/a", "arn:aws:kinesis:eu-west-1:000000000000:stream/a", false},
      {"arn:aws:kinesis:e*:0*:stream/a", "arn:aws:kinesis:eu-west-1:000000000000:stream/a", true},
      {"arn:aws:s3:::a${*}b", "arn:aws:s3:::a*b", true},
      {"arn:aws:s3:::a${*}b", "arn:aws:s3:::axb", false},
      {"arn:aws:s3:::a${?}${$}b", "arn:aws:s3:::a?$b", true},
  };
  for (const Case& each : cases) {
    const std::string value = "\":\"" + each.pattern + "\"";
    if (each.pattern == "arn:aws:kinesis:*:stream/a") {
      EXPECT_THROW(applies(R"("Action":"*","Resource)" + value, "a:b", each.resource), PolicyError);
      continue;
    }
    EXPECT_EQ(applies(R"("Action":"*","Resource)" + value, "a:b", each.resource), each.matches)
        << each.pattern << " " << each.resource;
    EXPECT_EQ(applies(R"("Action":"*","NotResource)" + value, "a:b", each.resource), !each.matches)
        << each.pattern << " " << each.resource;
  }
}

TEST(Match, PolicyVariables) {
  const Context alice{aws::Conditions{{"aws:username", {"alice"}}, {"aws:tagkeys", {"a", "b"}}}};
  const Context star{aws::Conditions{{"aws:username", {"*"}}}};
  const std::string home = R"("Action":"*","Resource":"arn:aws:s3:::home/${aws:UserName}/*")";
  EXPECT_TRUE(applies(home, "a:b", "arn:aws:s3:::home/alice/x", alice));
  EXPECT_FALSE(applies(home, "a:b", "arn:aws:s3:::home/bob/x", alice));
  EXPECT_FALSE(applies(home, "a:b", "arn:aws:s3:::home/alice/x", kNothing));
  // What a variable brings in is no wildcard.
  EXPECT_FALSE(applies(home, "a:b", "arn:aws:s3:::home/alice/x", star));
  EXPECT_TRUE(applies(home, "a:b", "arn:aws:s3:::home/*/x", star));
  const std::string fallback = R"("Action":"*","Resource":"arn:aws:s3:::home/${aws:username, 'guest'}/*")";
  EXPECT_TRUE(applies(fallback, "a:b", "arn:aws:s3:::home/guest/x", kNothing));
  EXPECT_TRUE(applies(fallback, "a:b", "arn:aws:s3:::home/alice/x", alice));
  // A key of several values is no variable.
  EXPECT_FALSE(applies(R"("Action":"*","Resource":"arn:aws:s3:::${aws:TagKeys}")", "a:b", "arn:aws:s3:::a", alice));
  // An unresolved variable makes the statement inapplicable, also in its complement.
  EXPECT_FALSE(applies(R"("Action":"*","NotResource":"arn:aws:s3:::${aws:username}")", "a:b", "arn:aws:s3:::x"));
  // Not in the first five segments.
  EXPECT_FALSE(applies(R"("Action":"*","Resource":"arn:aws:kinesis:${aws:username}:1:s")", "a:b",
                       "arn:aws:kinesis:alice:1:s", alice));
}

TEST(Match, VariablesNeedTheNewVersion) {
  const Policy policy = parse_policy(
      R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}"}})",
      PolicyKind::resource);
  const Context alice{aws::Conditions{{"aws:username", {"alice"}}}};
  EXPECT_FALSE(policy.statements[0].applies("s3:x", "arn:aws:s3:::alice", alice));
  EXPECT_TRUE(policy.statements[0].applies("s3:x", "arn:aws:s3:::${aws:username}", alice));
}

TEST(Match, LongPatternsEndSoon) {
  std::string pattern = "arn:aws:s3:::";
  for (int i = 0; i < 500; ++i) pattern += "*a";
  const std::string text = "arn:aws:s3:::" + std::string(2000, 'a') + "b";
  EXPECT_FALSE(applies(R"("Action":"*","Resource":")" + pattern + "\"", "a:b", text));
}

struct ConditionCase {
  std::string condition;  // the inside of the block
  aws::Conditions values;
  bool holds;
};

class Conditions : public testing::TestWithParam<ConditionCase> {};

TEST_P(Conditions, Hold) {
  const ConditionCase& each = GetParam();
  EXPECT_EQ(applies(R"("Action":"*","Resource":"*","Condition":{)" + each.condition + "}", "a:b", "*",
                    Context(each.values)),
            each.holds)
      << each.condition;
}

INSTANTIATE_TEST_SUITE_P(
    Strings, Conditions,
    testing::Values(
        ConditionCase{R"("StringEquals":{"K":"v"})", {{"k", {"v"}}}, true},
        ConditionCase{R"("StringEquals":{"k":"V"})", {{"k", {"v"}}}, false},
        ConditionCase{R"("StringEquals":{"k":["a","v"]})", {{"k", {"v"}}}, true},
        ConditionCase{R"("StringEquals":{"k":"v*"})", {{"k", {"vw"}}}, false},
        ConditionCase{R"("StringEquals":{"k":"v*"})", {{"k", {"v*"}}}, true},
        ConditionCase{R"("StringEquals":{"k":"v"})", {}, false},
        ConditionCase{R"("StringEqualsIfExists":{"k":"v"})", {}, true},
        ConditionCase{R"("StringEqualsIfExists":{"k":"v"})", {{"k", {"w"}}}, false},
        ConditionCase{R"("StringNotEquals":{"k":"v"})", {}, true},
        ConditionCase{R"("StringNotEquals":{"k":"v"})", {{"k", {"v"}}}, false},
        ConditionCase{R"("StringNotEquals":{"k":["v","w"]})", {{"k", {"w"}}}, false},
        ConditionCase{R"("StringNotEquals":{"k":["v","w"]})", {{"k", {"x"}}}, true},
        ConditionCase{R"("StringEqualsIgnoreCase":{"k":"V"})", {{"k", {"v"}}}, true},
        ConditionCase{R"("StringNotEqualsIgnoreCase":{"k":"V"})", {{"k", {"v"}}}, false},
        ConditionCase{R"("StringLike":{"k":"v*"})", {{"k", {"vw"}}}, true},
        ConditionCase{R"("StringLike":{"k":"v?"})", {{"k", {"v"}}}, false},
        ConditionCase{R"("StringNotLike":{"k":"v*"})", {{"k", {"vw"}}}, false},
        ConditionCase{R"("stringlike":{"k":"v"})", {{"k", {"v"}}}, true},
        ConditionCase{R"("StringEquals":{"k":"${aws:username}"})", {{"k", {"x"}}, {"aws:username", {"x"}}}, true},
        ConditionCase{R"("StringEquals":{"k":"${aws:username}"})", {{"k", {"x"}}}, false},
        ConditionCase{R"("StringNotEquals":{"k":"${aws:username}"})", {{"k", {"x"}}}, false},
        // Both operators, and both keys of one.
        ConditionCase{R"("StringEquals":{"a":"1"},"StringLike":{"b":"2"})", {{"a", {"1"}}}, false},
        ConditionCase{R"("StringEquals":{"a":"1","b":"2"})", {{"a", {"1"}}, {"b", {"2"}}}, true},
        ConditionCase{R"("StringEquals":{"a":"1","b":"2"})", {{"a", {"1"}}, {"b", {"3"}}}, false}));

INSTANTIATE_TEST_SUITE_P(
    Sets, Conditions,
    testing::Values(
        ConditionCase{R"("ForAllValues:StringEquals":{"k":["a","b"]})", {{"k", {"a", "b"}}}, true},
        ConditionCase{R"("ForAllValues:StringEquals":{"k":["a","b"]})", {{"k", {"a", "c"}}}, false},
        ConditionCase{R"("ForAllValues:StringEquals":{"k":["a","b"]})", {}, true},
        ConditionCase{R"("ForAnyValue:StringEquals":{"k":["a","b"]})", {{"k", {"c", "a"}}}, true},
        ConditionCase{R"("ForAnyValue:StringEquals":{"k":["a","b"]})", {{"k", {"c"}}}, false},
        ConditionCase{R"("ForAnyValue:StringEquals":{"k":["a","b"]})", {}, false},
        ConditionCase{R"("ForAnyValue:StringNotEquals":{"k":["a"]})", {{"k", {"a", "b"}}}, true},
        ConditionCase{R"("ForAllValues:StringNotEquals":{"k":["a"]})", {{"k", {"a", "b"}}}, false},
        ConditionCase{R"("ForAnyValue:StringLikeIfExists":{"k":["a*"]})", {}, true},
        ConditionCase{R"("StringEquals":{"k":"a"})", {{"k", {"b", "a"}}}, true},
        ConditionCase{R"("StringNotEquals":{"k":"a"})", {{"k", {"b", "a"}}}, false},
        ConditionCase{R"("Null":{"k":"true"})", {}, true},
        ConditionCase{R"("Null":{"k":"false"})", {}, false},
        ConditionCase{R"("Null":{"k":"false"})", {{"k", {"x"}}}, true},
        ConditionCase{R"("Null":{"k":true})", {{"k", {"x"}}}, false},
        ConditionCase{R"("StringEquals":{"k":[]})", {{"k", {"x"}}}, false}));

INSTANTIATE_TEST_SUITE_P(
    Typed, Conditions,
    testing::Values(
        ConditionCase{R"("NumericEquals":{"k":"10"})", {{"k", {"10.0"}}}, true},
        ConditionCase{R"("NumericNotEquals":{"k":10})", {{"k", {"10"}}}, false},
        ConditionCase{R"("NumericLessThan":{"k":10})", {{"k", {"9"}}}, true},
        ConditionCase{R"("NumericLessThan":{"k":10})", {{"k", {"10"}}}, false},
        ConditionCase{R"("NumericLessThanEquals":{"k":10})", {{"k", {"10"}}}, true},
        ConditionCase{R"("NumericGreaterThan":{"k":10})", {{"k", {"11"}}}, true},
        ConditionCase{R"("NumericGreaterThanEquals":{"k":10})", {{"k", {"9"}}}, false},
        ConditionCase{R"("NumericEquals":{"k":"10"})", {{"k", {"ten"}}}, false},
        ConditionCase{R"("DateGreaterThan":{"k":"2026-01-01T00:00:00Z"})", {{"k", {"2026-02-01T00:00:00Z"}}}, true},
        ConditionCase{R"("DateLessThan":{"k":"2026-01-01"})", {{"k", {"2026-02-01T00:00:00Z"}}}, false},
        ConditionCase{R"("DateEquals":{"k":"0"})", {{"k", {"1970-01-01T00:00:00Z"}}}, true},
        ConditionCase{R"("Bool":{"k":"true"})", {{"k", {"true"}}}, true},
        ConditionCase{R"("Bool":{"k":false})", {{"k", {"true"}}}, false},
        ConditionCase{R"("BoolIfExists":{"k":"true"})", {}, true},
        ConditionCase{R"("BinaryEquals":{"k":"YWJj"})", {{"k", {"YWJj"}}}, true},
        ConditionCase{R"("IpAddress":{"k":"10.0.0.0/8"})", {{"k", {"10.1.2.3"}}}, true},
        ConditionCase{R"("IpAddress":{"k":"10.0.0.0/9"})", {{"k", {"10.128.0.1"}}}, false},
        ConditionCase{R"("IpAddress":{"k":"10.1.2.3"})", {{"k", {"10.1.2.3"}}}, true},
        ConditionCase{R"("IpAddress":{"k":"0.0.0.0/0"})", {{"k", {"2001:db8::1"}}}, false},
        ConditionCase{R"("IpAddress":{"k":"2001:db8::/32"})", {{"k", {"2001:db8::1"}}}, true},
        ConditionCase{R"("NotIpAddress":{"k":"10.0.0.0/8"})", {{"k", {"11.1.2.3"}}}, true},
        ConditionCase{R"("NotIpAddress":{"k":"10.0.0.0/8"})", {}, true},
        ConditionCase{R"("ArnLike":{"k":"arn:aws:s3:::b*"})", {{"k", {"arn:aws:s3:::bc"}}}, true},
        ConditionCase{R"("ArnEquals":{"k":"arn:aws:s3:::b*"})", {{"k", {"arn:aws:s3:::bc"}}}, true},
        ConditionCase{R"("ArnLike":{"k":"arn:aws:*:b"})", {{"k", {"arn:aws:s3:::b"}}}, false},
        ConditionCase{R"("ArnNotLike":{"k":"arn:aws:s3:::b"})", {{"k", {"arn:aws:s3:::c"}}}, true},
        ConditionCase{R"("ArnNotEquals":{"k":"arn:aws:s3:::b"})", {{"k", {"arn:aws:s3:::b"}}}, false}));

}  // namespace
}  // namespace standpipe::policy
