#include "services/cloudwatch/second_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace standpipe::cloudwatch {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr int64_t kNow = 1'700'000'000;

// second (from kNow) → average
std::map<int64_t, double> read(const SecondHistory& history, int64_t begin, int64_t end, bool gauge = false,
                               int64_t now = kNow) {
  Points points;
  history.read(kNow + begin, kNow + end, now, gauge, "Count", points);
  std::map<int64_t, double> averages;
  for (const auto& [key, statistics] : points) averages[key.time - kNow] = *statistics.value("Average");
  return averages;
}

TEST(SecondHistory, KeepsWhatHappenedInEachSecond) {
  SecondHistory history;
  history.record(kNow - 3, 1);
  history.record(kNow - 3, 3);
  history.record(kNow - 1, 7);
  EXPECT_THAT(read(history, -10, 1), ElementsAre(Pair(-3, 2), Pair(-1, 7)));
  EXPECT_THAT(read(history, -3, -1), ElementsAre(Pair(-3, 2)));
  Points points;
  history.read(kNow - 3, kNow, kNow, false, "Count", points);
  const Statistics& first = points.begin()->second;
  EXPECT_EQ(first.value("Sum"), 4);
  EXPECT_EQ(first.value("SampleCount"), 2);
  EXPECT_EQ(first.value("Minimum"), 1);
  EXPECT_EQ(first.value("Maximum"), 3);
  EXPECT_EQ(first.value("p50"), std::nullopt) << "the values themselves are not kept";
}

TEST(SecondHistory, HoldsAGaugesValueUntilTheNext) {
  SecondHistory history;
  history.record(kNow - 5, 9);
  history.record(kNow - 5, 4);
  history.record(kNow - 2, 0);
  EXPECT_THAT(read(history, -7, 10, true),
              ElementsAre(Pair(-5, 6.5), Pair(-4, 4), Pair(-3, 4), Pair(-2, 0), Pair(-1, 0), Pair(0, 0)));
  EXPECT_THAT(read(history, -3, -2, true), ElementsAre(Pair(-3, 4)));
}

TEST(SecondHistory, ForgetsAfterThreeHours) {
  SecondHistory history;
  for (int64_t i = 0; i < 2000; ++i) history.record(kNow + i, 1);
  const int64_t later = kNow + kSecond.kept_seconds + 1500;
  history.record(later, 1);
  EXPECT_EQ(read(history, 0, later - kNow + 1, false, later).size(), 501u);
}

TEST(SecondHistory, IsKeptOfTheLiveMapsMetrics) {
  EXPECT_TRUE(kept_by_second("AWS/Kinesis"));
  EXPECT_TRUE(kept_by_second("AWS/Firehose"));
  EXPECT_TRUE(kept_by_second("Standpipe"));
  EXPECT_FALSE(kept_by_second("AWS/Lambda"));
  EXPECT_TRUE(is_gauge("Standpipe"));
  EXPECT_FALSE(is_gauge("AWS/Kinesis"));
}

}  // namespace
}  // namespace standpipe::cloudwatch
