#include "services/console/sessions.h"

#include <gtest/gtest.h>

namespace standpipe::console {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Proofs final : public aws::SignIn {
 public:
  std::optional<aws::SignedIn> by_password(const std::string&, const std::string&, const std::string&) const override {
    return std::nullopt;
  }
  std::optional<aws::SignedIn> by_key(const std::string&, const std::string&, const std::string&) const override {
    return std::nullopt;
  }
  std::optional<aws::Principal> owner_of_name(const std::string&, const std::string&) const override { return {}; }
  std::optional<aws::Principal> owner_of_key(const std::string&) const override { return {}; }
  bool holds(const aws::SignedIn& who) const override { return who.proof == good; }
  std::string good = "proof";
};

class SessionsTest : public testing::Test {
 protected:
  static aws::SignedIn user(const std::string& name) {
    aws::SignedIn who;
    who.principal.arn = "arn:aws:iam::000000000000:user/" + name;
    who.proof = "proof";
    return who;
  }
  FakeClock clock_;
  Proofs proofs_;
  Sessions sessions_{proofs_, clock_};
};

TEST_F(SessionsTest, AreFoundByTheirIdOnly) {
  const std::string ann = sessions_.begin(user("ann")), bob = sessions_.begin(user("bob"));
  EXPECT_EQ(ann.size(), 64u);
  EXPECT_NE(ann, bob);
  EXPECT_EQ(sessions_.find(ann)->principal.arn, "arn:aws:iam::000000000000:user/ann");
  EXPECT_FALSE(sessions_.find(""));
  EXPECT_FALSE(sessions_.find(ann.substr(1)));
  sessions_.end(ann);
  EXPECT_FALSE(sessions_.find(ann));
  EXPECT_TRUE(sessions_.find(bob));
}

TEST_F(SessionsTest, EndWhenIdleForAnHour) {
  const std::string id = sessions_.begin(user("ann"));
  clock_.advance(minutes(59));
  EXPECT_TRUE(sessions_.find(id));
  clock_.advance(minutes(59));
  EXPECT_TRUE(sessions_.find(id));
  clock_.advance(minutes(60));
  EXPECT_FALSE(sessions_.find(id));
  EXPECT_EQ(sessions_.count(), 0u);
}

TEST_F(SessionsTest, EndAfterTwelveHoursHoweverBusy) {
  const std::string id = sessions_.begin(user("ann"));
  for (int i = 0; i < 12 * 2 - 1; ++i) {
    clock_.advance(minutes(30));
    EXPECT_TRUE(sessions_.find(id)) << i;
  }
  clock_.advance(minutes(30));
  EXPECT_FALSE(sessions_.find(id));
}

TEST_F(SessionsTest, EndForGoodWithTheirProof) {
  const std::string id = sessions_.begin(user("ann"));
  proofs_.good = "another";
  EXPECT_FALSE(sessions_.find(id));
  proofs_.good = "proof";
  EXPECT_FALSE(sessions_.find(id));
}

TEST_F(SessionsTest, OfOnePrincipalAreFewAndPushOutOnlyEachOther) {
  const std::string other = sessions_.begin(user("bob"));
  clock_.advance(minutes(1));
  const std::string first = sessions_.begin(user("ann"));
  clock_.advance(minutes(1));
  for (size_t i = 1; i < Sessions::kPerPrincipalMax; ++i) sessions_.begin(user("ann"));
  EXPECT_EQ(sessions_.count(), Sessions::kPerPrincipalMax + 1);
  sessions_.begin(user("ann"));
  EXPECT_EQ(sessions_.count(), Sessions::kPerPrincipalMax + 1);
  EXPECT_FALSE(sessions_.find(first));
  EXPECT_TRUE(sessions_.find(other));
}

}  // namespace
}  // namespace standpipe::console
