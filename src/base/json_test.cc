#include "base/json.h"

#include <gtest/gtest.h>

namespace standpipe::json {
namespace {

TEST(Json, PrintsWhatItParsed) {
  for (const char* text : {R"({"a":[1,-2,1.5,true,false,null,"x\n\"\u0001é"],"b":{}})", "[]", "\"\"", "1e+300"}) {
    EXPECT_EQ(print(parse(text)), text);
  }
}

TEST(Json, LastOfDuplicateNamesWins) { EXPECT_EQ(parse(R"({"a":1,"a":2})").find("a")->integer(), 2); }

TEST(Json, RefusesMalformedAndDeepText) {
  for (const char* bad : {"", "{", "[1,]", "{\"a\"}", "nul", "1 2", "\"\xFF\""})
    EXPECT_THROW(parse(bad), ParseError) << bad;
  EXPECT_THROW(parse(std::string(600, '[') + std::string(600, ']')), ParseError);
  EXPECT_THROW(parse(std::string(100'000, '[')), ParseError);
  EXPECT_NO_THROW(parse("[[[]]]", 3));
  EXPECT_THROW(parse("[[[]]]", 2), ParseError);
}

TEST(Json, WrongKindIsAnError) { EXPECT_THROW(parse("1").string(), WrongKind); }

TEST(Json, NumbersCompareByValue) { EXPECT_EQ(parse("[1,2]"), parse("[1.0,2e0]")); }

}  // namespace
}  // namespace standpipe::json
