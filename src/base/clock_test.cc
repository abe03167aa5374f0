#include "base/clock.h"

#include <gtest/gtest.h>

namespace standpipe {
namespace {

TEST(Clock, FormatsAndParsesBack) {
  const Timestamp time = from_epoch_ms(1'795'426'200'123);
  EXPECT_EQ(format_iso8601(time), "2026-11-23T09:30:00.123Z");
  EXPECT_EQ(parse_iso8601(format_iso8601(time)), time);
  EXPECT_EQ(format_basic(time), "20261123T093000Z");
  EXPECT_EQ(format_http_date(time), "Mon, 23 Nov 2026 09:30:00 GMT");
  EXPECT_EQ(parse_http_date(format_http_date(time)), from_epoch_ms(1'795'426'200'000));
}

TEST(Clock, ParsesOffsetsAndDates) {
  EXPECT_EQ(parse_iso8601("2026-11-23"), parse_iso8601("2026-11-23T00:00:00Z"));
  EXPECT_EQ(parse_iso8601("2026-11-23T18:30:00+09:00"), parse_iso8601("2026-11-23T09:30:00Z"));
  EXPECT_EQ(parse_iso8601("20261123T093000Z"), parse_basic("20261123T093000Z"));
}

TEST(Clock, RefusesNonsense) {
  for (const char* bad : {"", "2026", "2026-13-01", "2026-02-30", "2026-11-23T25:00:00Z", "2026-11-23T09:30:00X"}) {
    EXPECT_EQ(parse_iso8601(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parse_basic("2026-11-23T09:30Z"), std::nullopt);
}

}  // namespace
}  // namespace standpipe
