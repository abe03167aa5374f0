#include "base/bytes.h"

#include <gtest/gtest.h>

namespace standpipe {
namespace {

TEST(Bytes, UriEncodesAllButUnreserved) {
  EXPECT_EQ(uri_encode("a/b c~é"), "a%2Fb%20c~%C3%A9");
  EXPECT_EQ(uri_encode("a/b", true), "a/b");
  EXPECT_EQ(uri_decode("a%2Fb+c"), "a/b+c");
  EXPECT_EQ(uri_decode("a%2fb+c", true), "a/b c");
  EXPECT_EQ(uri_decode("%4"), std::nullopt);
  EXPECT_EQ(uri_decode("%zz"), std::nullopt);
}

TEST(Bytes, Utf8RefusesOverlongSurrogatesAndTruncation) {
  EXPECT_TRUE(valid_utf8("aé漢😀"));
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE6\xBC", "\x80", "\xFF"}) {
    EXPECT_FALSE(valid_utf8(bad));
  }
  EXPECT_EQ(utf8_length("aé漢😀"), 4u);
}

TEST(Bytes, GlobMatches) {
  EXPECT_TRUE(glob_match("a*c?e", "abbbcde"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_FALSE(glob_match("a*b", "abc"));
  EXPECT_FALSE(glob_match(std::string(50, '*') + "x", std::string(5000, 'a')));
}

TEST(Bytes, SplitKeepsEmptyParts) { EXPECT_EQ(split("a,,b,", ',').size(), 4u); }

}  // namespace
}  // namespace standpipe
