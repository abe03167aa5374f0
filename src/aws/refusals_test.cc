#include "aws/refusals.h"

#include <gtest/gtest.h>

namespace standpipe::aws {
namespace {

Refusal refusal(const std::string& principal, const std::string& reason, const std::string& account = "1") {
  Refusal one;
  one.account = account;
  one.principal = principal;
  one.reason = reason;
  return one;
}

TEST(Refusals, AreToldNewestFirstToThoseWhomTheyConcern) {
  FakeClock clock;
  Refusals refusals(clock);
  refusals.record(refusal("ann", "first"));
  clock.advance(Duration{5});
  refusals.record(refusal("bob", "second"));
  refusals.record(refusal("ann", "elsewhere", "2"));
  const auto all = refusals.list("1", std::nullopt, 10);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].reason, "second");
  EXPECT_EQ(all[0].time - all[1].time, Duration{5});
  const auto own = refusals.list("1", "ann", 10);
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own[0].reason, "first");
  EXPECT_EQ(refusals.list("1", std::nullopt, 1).size(), 1u);
  EXPECT_TRUE(refusals.list("3", std::nullopt, 10).empty());
}

TEST(Refusals, AreBounded) {
  FakeClock clock;
  Refusals refusals(clock);
  for (int i = 0; i < 2000; ++i) refusals.record(refusal("ann", std::to_string(i)));
  const auto kept = refusals.list("1", std::nullopt, 5000);
  ASSERT_EQ(kept.size(), 500u);
  EXPECT_EQ(kept.front().reason, "1999");
  refusals.record(refusal(std::string(100'000, 'p'), std::string(100'000, 'r')));
  EXPECT_LT(refusals.list("1", std::nullopt, 1)[0].reason.size(), 1100u);
  EXPECT_LT(refusals.list("1", std::nullopt, 1)[0].principal.size(), 1100u);
}

TEST(Refusals, AreCutBetweenCharacters) {
  FakeClock clock;
  Refusals refusals(clock);
  std::string text = "x";
  while (text.size() < 3000) text += "ä";
  refusals.record(refusal("ann", text));
  EXPECT_TRUE(refusals.list("1", std::nullopt, 1)[0].reason.ends_with("ä…"));
}

TEST(Refusals, DoNotShowTheRequestThatShouldHaveBeenSigned) {
  FakeClock clock;
  Refusals refusals(clock);
  refusals.record(refusal("ann", "It does not match.\n\nThe Canonical String was\nx-amz-security-token:…"));
  EXPECT_EQ(refusals.list("1", std::nullopt, 1)[0].reason, "It does not match.");
}

}  // namespace
}  // namespace standpipe::aws
