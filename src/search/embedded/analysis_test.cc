#include "search/embedded/analysis.h"

#include <gtest/gtest.h>

namespace standpipe::search {
namespace {

std::string tokens(const char* analyzer, std::string_view text) {
  std::string out;
  find_analyzer(analyzer)->analyze(text, [&](const Token& token) {
    if (!out.empty()) out += '|';
    out += token.text;
  });
  return out;
}

TEST(Analysis, StandardBreaksAsUnicodeSays) {
  EXPECT_EQ(tokens("standard", "The QUICK-brown fox_jumps, over 2 dogs!"), "the|quick|brown|fox_jumps|over|2|dogs");
  EXPECT_EQ(tokens("standard", "example.com 3.14 1,000 can't a.b. x:y"), "example.com|3.14|1,000|can't|a.b|x:y");
  EXPECT_EQ(tokens("standard", "GET /a/b?c=d HTTP/1.1"), "get|a|b|c|d|http|1.1");
  EXPECT_EQ(tokens("standard", "Grüße ΑΒΓ ДОМ"), "grüße|αβγ|дом");
  EXPECT_EQ(tokens("standard", "東京タワーとひら"), "東|京|タワー|と|ひ|ら");
  EXPECT_EQ(tokens("standard", "__ .. ' - "), "");
  EXPECT_EQ(tokens("standard", ""), "");
  EXPECT_EQ(tokens("standard", std::string(300, 'a')), std::string(255, 'a') + "|" + std::string(45, 'a'));
  EXPECT_EQ(tokens("standard",
                   "a\xFF\xFE"
                   "b"),
            "a|b");  // broken text breaks words, nothing else
}

TEST(Analysis, OthersBreakAsTheyAreNamed) {
  EXPECT_EQ(tokens("whitespace", " Foo  bar-Baz "), "Foo|bar-Baz");
  EXPECT_EQ(tokens("simple", "Foo's 2 Bars"), "foo|s|bars");
  EXPECT_EQ(tokens("keyword", "Foo Bar"), "Foo Bar");
  EXPECT_EQ(find_analyzer("klingon"), nullptr);
}

}  // namespace
}  // namespace standpipe::search
