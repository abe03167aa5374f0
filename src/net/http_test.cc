#include "net/http.h"

#include <gtest/gtest.h>

namespace standpipe::net {
namespace {

TEST(Headers, NamesIgnoreCaseAndKeepTheirOrder) {
  Headers headers{{"Content-Type", "a"}, {"X-A", "1"}, {"x-a", "2"}};
  EXPECT_EQ(headers.get("content-type"), "a");
  EXPECT_EQ(headers.get("X-a"), "1");
  EXPECT_EQ(headers.get("missing", "none"), "none");
  headers.set("X-A", "3");
  EXPECT_EQ(headers.entries().size(), 2u);
  EXPECT_EQ(headers.get("x-a"), "3");
  headers.remove("CONTENT-TYPE");
  EXPECT_FALSE(headers.contains("Content-Type"));
}

TEST(Request, TakesItsTargetAndHostApart) {
  Request request{.target = "/a%20b?x=1&y", .headers = {{"Host", "Kinesis.US-East-1.amazonaws.com:443"}}};
  EXPECT_EQ(request.path(), "/a%20b");
  EXPECT_EQ(request.query(), "x=1&y");
  EXPECT_EQ(request.host(), "kinesis.us-east-1.amazonaws.com");
  request.headers.set("host", "[::1]:4566");
  EXPECT_EQ(request.host(), "::1");
  request.target = "/";
  EXPECT_EQ(request.query(), "");
}

TEST(Body, KeepsItsBytesWhenCopied) {
  Body copy;
  {
    Body body(std::string(100, 'x'));
    copy = body;
  }
  EXPECT_EQ(copy.view(), std::string(100, 'x'));
}

TEST(ParseQuery, DecodesPairs) {
  const auto pairs = parse_query("Action=Get+User&A=%2F&empty=&flag&&b=1=2");
  ASSERT_TRUE(pairs);
  ASSERT_EQ(pairs->size(), 5u);
  EXPECT_EQ((*pairs)[0].second, "Get User");
  EXPECT_EQ((*pairs)[1].second, "/");
  EXPECT_EQ((*pairs)[3].first, "flag");
  EXPECT_EQ((*pairs)[4].second, "1=2");
  EXPECT_EQ((*parse_query("a=b+c", false))[0].second, "b+c");
  EXPECT_FALSE(parse_query("a=%4"));
}

}  // namespace
}  // namespace standpipe::net
