#include "services/console/attempts.h"

#include <gtest/gtest.h>

namespace standpipe::console {
namespace {

using std::chrono::seconds;

TEST(Attempts, OfANameAreFewAndComeBackSlowly) {
  FakeClock clock;
  Attempts attempts(clock);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(attempts.take("ann", "10.0.0.1")) << i;
  const auto wait = attempts.take("ann", "10.0.0.2");
  ASSERT_TRUE(wait);
  EXPECT_EQ(*wait, seconds(30));
  EXPECT_FALSE(attempts.take("bob", "10.0.0.1"));
  clock.advance(seconds(29));
  EXPECT_TRUE(attempts.take("ann", "10.0.0.1"));
  clock.advance(seconds(1));
  EXPECT_FALSE(attempts.take("ann", "10.0.0.1"));
  EXPECT_TRUE(attempts.take("ann", "10.0.0.1"));
  clock.advance(std::chrono::hours(1));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(attempts.take("ann", "10.0.0.1")) << "never more than at first";
  EXPECT_TRUE(attempts.take("ann", "10.0.0.1"));
}

TEST(Attempts, GoodOnesCostNothing) {
  FakeClock clock;
  Attempts attempts(clock);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(attempts.take("ann", "10.0.0.1"));
    attempts.give_back("ann", "10.0.0.1");
  }
}

TEST(Attempts, OfAnAddressAreBoundedWhateverTheName) {
  FakeClock clock;
  Attempts attempts(clock);
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(attempts.take("user-" + std::to_string(i), "10.0.0.1"));
  EXPECT_TRUE(attempts.take("user-50", "10.0.0.1"));
  EXPECT_FALSE(attempts.take("user-50", "10.0.0.2"));
  clock.advance(seconds(6));
  EXPECT_FALSE(attempts.take("user-51", "10.0.0.1"));
}

TEST(Attempts, AreCountedPerNetworkOfACustomer) {
  EXPECT_EQ(address_group("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(address_group("2001:db8::1"), address_group("2001:db8::ffff:2"));
  EXPECT_NE(address_group("2001:db8::1"), address_group("2001:db8:0:1::1"));
  EXPECT_NE(address_group("::ffff:10.0.0.1"), address_group("::ffff:10.0.0.2"));
}

}  // namespace
}  // namespace standpipe::console
