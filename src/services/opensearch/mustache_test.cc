#include "services/opensearch/mustache.h"

#include <gtest/gtest.h>

#include "search/error.h"

namespace standpipe::opensearch {
namespace {

std::string fill(std::string_view text, std::string_view parameters = "{}") {
  try {
    return fill_in(text, json::parse(parameters));
  } catch (const search::Error& error) {
    return error.type + ": " + error.what();
  }
}

TEST(Mustache, PutsValuesIntoPlaces) {
  EXPECT_EQ(fill(R"({"a":"{{x}}","b":{{n}}})", R"({"x":"say \"hi\"\n","n":1.5})"), R"({"a":"say \"hi\"\n","b":1.5})");
  EXPECT_EQ(fill("{{{x}}} {{&x}} {{x}}", R"({"x":"\""})"), R"(" " \")");
  EXPECT_EQ(fill("[{{ a.b.1 }}] [{{a.c}}] [{{nosuch}}]", R"({"a":{"b":[1,2]}})"), "[2] [] []");
  EXPECT_EQ(fill("{{!nothing}}x"), "x");
}

TEST(Mustache, RepeatsSections) {
  EXPECT_EQ(fill("{{#a}}<{{.}}>{{/a}}", R"({"a":[1,2]})"), "<1><2>");
  EXPECT_EQ(fill("{{#a}}{{n}}{{#b}}{{x}}{{n}}{{/b}};{{/a}}", R"({"n":0,"a":[{"n":1},{"b":{"x":"y"}}]})"), "1;0y0;");
  EXPECT_EQ(fill("{{#a}}yes{{/a}}{{^a}}no{{/a}}", R"({"a":false})"), "no");
  EXPECT_EQ(fill("{{size}}{{^size}}10{{/size}}", R"({"size":3})"), "3");
  EXPECT_EQ(fill("{{size}}{{^size}}10{{/size}}"), "10");
}

TEST(Mustache, PrintsAndJoins) {
  EXPECT_EQ(fill("{{#toJson}}a{{/toJson}}", R"({"a":[{"b":1}]})"), R"([{"b":1}])");
  EXPECT_EQ(fill("{{#join}}a{{/join}}", R"({"a":["x","y"]})"), "x,y");
  EXPECT_EQ(fill("{{#join delimiter='||'}}a{{/join delimiter='||'}}", R"({"a":["x","y"]})"), "x||y");
}

TEST(Mustache, RefusesWhatIsNoTemplate) {
  for (const char* text : {"{{#a}}", "{{/a}}", "{{#a}}{{/b}}", "{{a", "{{>a}}", "{{=<% %>=}}", "{{#url}}a{{/url}}"}) {
    EXPECT_TRUE(fill(text).starts_with("general_script_exception: ")) << text;
  }
}

// Nested sections multiply.
TEST(Mustache, BoundsWhatATemplateBecomes) {
  std::string many = "[0";
  for (int i = 0; i < 999; ++i) many += ",0";
  std::string text = "x";
  for (int i = 0; i < 5; ++i) text = "{{#a}}" + text + "{{/a}}";
  EXPECT_TRUE(fill(text, "{\"a\":" + many + "]}").starts_with("general_script_exception: "));
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "{{#a}}";
  EXPECT_TRUE(fill(deep, R"({"a":true})").starts_with("general_script_exception: "));
}

}  // namespace
}  // namespace standpipe::opensearch
