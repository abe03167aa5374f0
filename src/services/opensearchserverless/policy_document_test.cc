#include "services/opensearchserverless/policy_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "generated/opensearchserverless.h"

namespace standpipe::opensearchserverless {
namespace {

using testing::HasSubstr;

std::string refusal(const char* type, const char* text) {
  try {
    parse_policy(type, text);
  } catch (const aws::Error& error) {
    return error.code + ": " + error.what();
  }
  return "";
}

TEST(PolicyDocument, ReadsTheThreeKinds) {
  EXPECT_EQ(refusal("data", R"([{"Description":"d","Rules":[{"ResourceType":"index","Resource":["index/*/*"],
      "Permission":["aoss:*"]},{"ResourceType":"collection","Resource":["collection/c"],"Permission":["aoss:*"]}],
      "Principal":["arn:aws:iam::1:user/u","saml/1/x/user/y"]}])"),
            "");
  EXPECT_EQ(refusal("network", R"([{"Rules":[{"ResourceType":"collection","Resource":["collection/c"]},
      {"ResourceType":"dashboard","Resource":["collection/c*"]}],"AllowFromPublic":true}])"),
            "");
  EXPECT_EQ(refusal("encryption",
                    R"({"Rules":[{"ResourceType":"collection","Resource":["collection/c"]}],"AWSOwnedKey":true})"),
            "");
}

TEST(PolicyDocument, SaysWhatIsWrong) {
  EXPECT_THAT(refusal("data", "{}"), HasSubstr("$: array expected"));
  EXPECT_THAT(refusal("data", "["), HasSubstr("not well-formed"));
  EXPECT_THAT(refusal("data", R"([{"Rules":[],"Principal":["arn:aws:iam::1:user/u"]}])"), HasSubstr("minimum of 1"));
  EXPECT_THAT(refusal("data", R"([{"Foo":1}])"), HasSubstr("$[0].Foo: is not defined in the schema"));
  EXPECT_THAT(
      refusal("data", R"([{"Rules":[{"ResourceType":"index","Resource":["index/a/b"],"Permission":["aoss:Fly"]}],
      "Principal":["arn:aws:iam::1:user/u"]}])"),
      HasSubstr("'aoss:Fly' is not a permission"));
  EXPECT_THAT(
      refusal("data", R"([{"Rules":[{"ResourceType":"index","Resource":["index/a*b/c"],"Permission":["aoss:*"]}],
      "Principal":["arn:aws:iam::1:user/u"]}])"),
      HasSubstr("not a resource"));
  EXPECT_THAT(refusal("data", R"([{"Rules":[{"ResourceType":"index","Resource":["index/a/c"],"Permission":["aoss:*"]}],
      "Principal":["arn:aws:iam::1:root"]}])"),
              HasSubstr("root"));
  EXPECT_THAT(refusal("network", R"([{"Rules":[{"ResourceType":"collection","Resource":["collection/c"]}],
      "SourceVPCEs":["vpce-1"]}])"),
              HasSubstr("SourceVPCEs"));
  EXPECT_THAT(
      refusal("encryption", R"({"Rules":[{"ResourceType":"collection","Resource":["collection/c"]}],"KmsARN":"a"})"),
      HasSubstr("KmsARN"));
}

TEST(PolicyDocument, PatternsMatchPartByPart) {
  EXPECT_TRUE(covers("index/*/*", "index/c/i"));
  EXPECT_TRUE(covers("index/c/log-*", "index/c/log-2026"));
  EXPECT_TRUE(covers("collection/c", "collection/c"));
  EXPECT_FALSE(covers("index/c*/i", "index/c/j"));
  EXPECT_FALSE(covers("index/c*", "index/c/j"));
  EXPECT_FALSE(covers("collection/c", "collection/cc"));
  EXPECT_FALSE(covers("index/a/b", "index/a"));
}

}  // namespace
}  // namespace standpipe::opensearchserverless
