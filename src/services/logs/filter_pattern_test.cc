#include "services/logs/filter_pattern.h"

#include <gtest/gtest.h>

namespace standpipe::logs {
namespace {

bool matches(std::string_view pattern, std::string_view message) {
  return FilterPattern::parse(pattern).matches(message);
}

TEST(FilterPattern, TermsMustAllOccurAsWritten) {
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("ERROR ARGUMENTS", "[ERROR 401] INVALID ARGUMENTS"));
  EXPECT_FALSE(matches("ERROR ARGUMENTS", "[ERROR 401] UNAUTHORIZED"));
  EXPECT_FALSE(matches("error", "ERROR"));
  EXPECT_TRUE(matches("\"INTERNAL SERVER\"", "500 INTERNAL SERVER ERROR"));
  EXPECT_TRUE(matches("%4[0-9]{2}%", "status 404"));
  EXPECT_FALSE(matches("%4[0-9]{2}%", "status 504"));
}

TEST(FilterPattern, ExcludedAndOptionalTerms) {
  EXPECT_FALSE(matches("ERROR -ARGUMENTS", "ERROR INVALID ARGUMENTS"));
  EXPECT_TRUE(matches("ERROR -\"exit 0\"", "ERROR exit 1"));
  EXPECT_TRUE(matches("?ERROR ?WARN", "WARN low"));
  EXPECT_FALSE(matches("?ERROR ?WARN", "INFO low"));
  EXPECT_TRUE(matches("?ERROR low", "INFO low")) << "optional terms are ignored beside required ones";
}

TEST(FilterPattern, JsonSelectorsAndOperators) {
  const char* message = R"({"a":{"b":[{"c":"Update*"},{"c":"DeleteTrail"}]},"n":404,"s":"10.0.0.7","t":true,"z":null})";
  EXPECT_TRUE(matches("{ $.a.b[1].c = \"DeleteTrail\" }", message));
  EXPECT_TRUE(matches("{ $.a.b[1].c = Delete* }", message));
  EXPECT_FALSE(matches("{ $.a.b[2].c = \"DeleteTrail\" }", message));
  EXPECT_TRUE(matches("{ $.n = 404 }", message));
  EXPECT_TRUE(matches("{ $.n >= 4e2 && $.n < 500 }", message));
  EXPECT_FALSE(matches("{ $.n > 404 || $.s = \"11.*\" }", message));
  EXPECT_TRUE(matches("{ ($.n > 404 || $.s = \"10.*\") && $.t IS TRUE }", message));
  EXPECT_TRUE(matches("{ $.z IS NULL }", message));
  EXPECT_TRUE(matches("{ $.y NOT EXISTS }", message));
  EXPECT_FALSE(matches("{ $.y != 1 }", message));
  EXPECT_TRUE(matches("{ $.['s'] = %^10[.]% }", message));
  EXPECT_FALSE(matches("{ $.n = 404 }", "no json 404"));
}

TEST(FilterPattern, SpaceDelimitedFields) {
  const char* message = "127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";
  EXPECT_TRUE(matches("[ip, id, user, time, request, status = 4*, bytes > 1000]", message));
  EXPECT_FALSE(matches("[ip, id, user, time, request, status = 5*, bytes]", message));
  EXPECT_TRUE(matches("[ip, ..., status = 404, bytes]", message));
  EXPECT_TRUE(matches("[..., request = *html*, status_code = 4* || status_code = 500, bytes]", message));
  EXPECT_FALSE(matches("[ip, user]", message));
  EXPECT_TRUE(matches("[ip = %127[.]%, ...]", message));
  EXPECT_TRUE(matches("[ip != 10*, ...]", message));
}

TEST(FilterPattern, RefusesWhatIsNone) {
  for (const char* bad : {"{ $.a }", "{ $.a = }", "{ a = 1 }", "{ $.a = 1", "[a", "[a, ..., b, ...]", "\"open", "%(%",
                          "a.b", "{ $.a = 1 } x", "-", "?", "{}", "[a=]"}) {
    EXPECT_THROW(FilterPattern::parse(bad), InvalidPattern) << bad;
  }
  EXPECT_THROW(FilterPattern::parse("{" + std::string(500, '(')), InvalidPattern);
}

}  // namespace
}  // namespace standpipe::logs
