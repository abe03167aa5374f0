#include "services/iam/sign_in.h"

#include <gtest/gtest.h>

#include "services/iam/test_account.h"

namespace standpipe::iam {
namespace {

constexpr const char* kPassword = "Correct-Horse-7";

class SignInTest : public testing::Test {
 protected:
  SignInTest() {
    account_.iam->create_user(account_.root, {.user_name = "Ann"});
    account_.iam->create_login_profile(account_.root, {.user_name = "Ann", .password = kPassword});
  }
  std::optional<aws::SignedIn> by_password(const std::string& name, const std::string& password) {
    return sign_in_.by_password("000000000000", name, password);
  }
  TestAccount account_;
  IamSignIn sign_in_{*account_.accounts, *account_.credentials};
};

TEST_F(SignInTest, TakesThePasswordOfTheLoginProfile) {
  const auto ann = by_password("Ann", kPassword);
  ASSERT_TRUE(ann);
  EXPECT_EQ(ann->principal.arn, "arn:aws:iam::000000000000:user/Ann");
  EXPECT_EQ(ann->principal.kind, aws::Principal::Kind::user);
  EXPECT_FALSE(ann->password_change_required);
  EXPECT_TRUE(sign_in_.holds(*ann));
  EXPECT_EQ(ann->proof.find("argon2"), std::string::npos);
  EXPECT_FALSE(by_password("Ann", "Correct-Horse-8"));
  EXPECT_FALSE(by_password("Ann", ""));
  EXPECT_FALSE(by_password("bob", kPassword));
  EXPECT_FALSE(sign_in_.by_password("111111111111", "Ann", kPassword));
}

TEST_F(SignInTest, EndsWhenThePasswordChanges) {
  const auto ann = by_password("Ann", kPassword);
  account_.iam->update_login_profile(account_.root, {.user_name = "Ann", .password = "Better-Horse-8"});
  EXPECT_FALSE(sign_in_.holds(*ann));
  EXPECT_TRUE(sign_in_.holds(*by_password("Ann", "Better-Horse-8")));
}

TEST_F(SignInTest, IsNotThatOfANamesake) {
  const auto ann = by_password("Ann", kPassword);
  account_.iam->delete_login_profile(account_.root, {.user_name = "Ann"});
  EXPECT_FALSE(sign_in_.holds(*ann));
  account_.iam->delete_user(account_.root, {.user_name = "Ann"});
  account_.iam->create_user(account_.root, {.user_name = "Ann"});
  account_.iam->create_login_profile(account_.root, {.user_name = "Ann", .password = kPassword});
  EXPECT_FALSE(sign_in_.holds(*ann));
}

TEST_F(SignInTest, AsksForANewPasswordWhereItMust) {
  account_.iam->update_login_profile(account_.root, {.user_name = "Ann", .password_reset_required = true});
  const auto ann = by_password("Ann", kPassword);
  ASSERT_TRUE(ann);
  EXPECT_TRUE(ann->password_change_required);
  EXPECT_FALSE(sign_in_.holds(*ann));
}

TEST_F(SignInTest, TakesKeysUntilTheyGo) {
  const auto root = sign_in_.by_key("test", "test", "");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->principal.kind, aws::Principal::Kind::root);
  EXPECT_FALSE(sign_in_.by_key("test", "wrong", ""));
  EXPECT_FALSE(sign_in_.by_key("test", "test", "token"));
  EXPECT_FALSE(sign_in_.by_key("AKIAUNKNOWN", "test", ""));
  const auto key = account_.iam->create_access_key(account_.root, {.user_name = "Ann"}).access_key;
  const auto ann = sign_in_.by_key(key.access_key_id, key.secret_access_key, "");
  ASSERT_TRUE(ann);
  EXPECT_TRUE(sign_in_.holds(*ann));
  account_.iam->update_access_key(account_.root,
                                  {.user_name = "Ann", .access_key_id = key.access_key_id, .status = "Inactive"});
  EXPECT_FALSE(sign_in_.holds(*ann));
}

TEST_F(SignInTest, TakesTemporaryKeysUntilTheyExpire) {
  const Role role = account_.role("r", R"({"Service":"lambda.amazonaws.com"})");
  const auto principal = account_.roles->assume(role.arn, "lambda.amazonaws.com", "s", "");
  ASSERT_TRUE(principal);
  const aws::SessionCredentials keys = account_.roles->credentials(*principal, std::chrono::minutes(15));
  const auto session = sign_in_.by_key(keys.access_key_id, keys.secret_access_key, keys.session_token);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->principal.name, "r");
  EXPECT_FALSE(sign_in_.by_key(keys.access_key_id, keys.secret_access_key, ""));
  account_.clock.advance(std::chrono::minutes(14));
  EXPECT_TRUE(sign_in_.holds(*session));
  account_.clock.advance(std::chrono::minutes(1));
  EXPECT_FALSE(sign_in_.holds(*session));
}

TEST_F(SignInTest, KnowsWhoseNamesAndKeysWereTried) {
  EXPECT_EQ(sign_in_.owner_of_name("000000000000", "Ann")->name, "Ann");
  EXPECT_FALSE(sign_in_.owner_of_name("000000000000", "bob"));
  EXPECT_EQ(sign_in_.owner_of_key("test")->account, "000000000000");
  EXPECT_FALSE(sign_in_.owner_of_key("AKIAUNKNOWN"));
}

}  // namespace
}  // namespace standpipe::iam
