#include "search/embedded/dates.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

std::string read(const std::string& format, const std::string& text, const std::string& zone = "UTC", bool up = false) {
  const auto time = DateFormat::parse(format)->read(text, TimeZone::parse(zone), up);
  return time ? format_iso8601(from_epoch_ms(*time)) : "none";
}

TEST(Dates, ReadsIsoDatesStrictly) {
  const auto iso = [](const std::string& text) { return read("strict_date_optional_time", text); };
  EXPECT_EQ(iso("2026"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(iso("2026-11"), "2026-11-01T00:00:00.000Z");
  EXPECT_EQ(iso("2026-11-23"), "2026-11-23T00:00:00.000Z");
  EXPECT_EQ(iso("2026-11-23T09"), "2026-11-23T09:00:00.000Z");
  EXPECT_EQ(iso("2026-11-23T09:30:15.123456789"), "2026-11-23T09:30:15.123Z");
  EXPECT_EQ(iso("2026-11-23T09:30:15,5+09:00"), "2026-11-23T00:30:15.500Z");
  EXPECT_EQ(iso("2026-11-23T09:30:15-0130"), "2026-11-23T11:00:15.000Z");
  for (const char* bad : {"", "26-11-23", "2026-13-01", "2026-02-30", "2026-1-1", "2026-11-23 09:30",
                          "2026-11-23T25:00", "x2026", "2026-11-23T09:30:15Zx"}) {
    EXPECT_EQ(iso(bad), "none") << bad;
  }
}

TEST(Dates, ReadsAlternativesAndPatterns) {
  EXPECT_EQ(read("strict_date_optional_time||epoch_millis", "1700000000123"), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(read("epoch_second", "1700000000"), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(read("yyyy/MM/dd HH:mm:ss Z", "2026/11/23 09:30:15 +0900"), "2026-11-23T00:30:15.000Z");
  EXPECT_EQ(read("dd MMM yyyy", "05 Mar 2026"), "2026-03-05T00:00:00.000Z");
  EXPECT_EQ(read("yyyy-MM-dd'T'HH:mm", "2026-11-23T09:30", "Asia/Tokyo"), "2026-11-23T00:30:00.000Z");
  EXPECT_EQ(read("hh:mm a", "01:30 PM"), "1970-01-01T13:30:00.000Z");
  EXPECT_THROW(DateFormat::parse("yyyy-QQ"), Error);
  EXPECT_THROW(DateFormat::parse("yyyy-'x"), Error);
}

TEST(Dates, RoundsMissingUnitsUp) {
  EXPECT_EQ(read("strict_date_optional_time", "2026-02", "UTC", true), "2026-02-28T23:59:59.999Z");
  EXPECT_EQ(read("strict_date_optional_time", "2026-02-03", "+09:00", true), "2026-02-03T14:59:59.999Z");
}

TEST(Dates, PrintsInItsFirstAlternative) {
  EXPECT_EQ(DateFormat::standard()->print(1'700'000'000'123), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(DateFormat::parse("yyyy-MM-dd")->print(-1), "1969-12-31");
  EXPECT_EQ(DateFormat::standard()->print(0, TimeZone::parse("Asia/Tokyo")), "1970-01-01T09:00:00.000+09:00");
  EXPECT_EQ(DateFormat::parse("epoch_second||yyyy")->print(5000), "5");
}

TEST(Dates, CalculatesDateMath) {
  const int64_t now = 1'795'426'215'123;  // 2026-11-23T09:30:15.123Z
  const auto math = [&](const std::string& text, bool up = false, const std::string& zone = "UTC") {
    return format_iso8601(from_epoch_ms(read_date_math(text, now, *DateFormat::standard(), TimeZone::parse(zone), up)));
  };
  EXPECT_EQ(math("now"), "2026-11-23T09:30:15.123Z");
  EXPECT_EQ(math("now-1d/d"), "2026-11-22T00:00:00.000Z");
  EXPECT_EQ(math("now/d", true), "2026-11-23T23:59:59.999Z");
  EXPECT_EQ(math("now/w"), "2026-11-23T00:00:00.000Z");
  EXPECT_EQ(math("now/d", false, "Asia/Tokyo"), "2026-11-22T15:00:00.000Z");
  EXPECT_EQ(math("2026-01-31||+1M"), "2026-02-28T00:00:00.000Z");
  EXPECT_EQ(math("2026-01-01||-1y/M"), "2025-01-01T00:00:00.000Z");
  for (const char* bad :
       {"now+", "now+1x", "now*2", "now+1d/", "||", "now/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d"}) {
    EXPECT_THROW(math(bad), Error) << bad;
  }
}

TEST(Dates, RoundsInTimeZonesWithDaylightSaving) {
  const TimeZone berlin = TimeZone::parse("Europe/Berlin");
  const int64_t noon = *DateFormat::standard()->read("2026-03-29T12:00:00Z");  // clocks went forward that night
  const int64_t day = floor_to(noon, CalendarUnit::day, berlin);
  EXPECT_EQ(format_iso8601(from_epoch_ms(day)), "2026-03-28T23:00:00.000Z");
  EXPECT_EQ(format_iso8601(from_epoch_ms(next_unit(day, CalendarUnit::day, berlin))), "2026-03-29T22:00:00.000Z");
  EXPECT_THROW(TimeZone::parse("Mars/Olympus"), Error);
  EXPECT_THROW(TimeZone::parse("+99:00"), Error);
}

}  // namespace
}  // namespace standpipe::search
