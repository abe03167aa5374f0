#include "services/iam/accounts.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "base/workers.h"
#include "services/iam/arns.h"
#include "services/iam/scan.h"
#include "services/iam/test_account.h"

namespace standpipe::iam {
namespace {

TEST(Accounts, ADecisionFollowsTheLastWriteWhileOthersRead) {
  TestAccount account;
  const aws::Request ann = account.user("ann");
  const aws::Access get{"s3:GetObject", "arn:aws:s3:::b/k"};
  constexpr int kReaders = 3;
  std::atomic<bool> stop = false;
  std::latch done(kReaders);
  {
    Workers workers;
    for (int i = 0; i < kReaders; ++i) {
      ASSERT_TRUE(workers.run([&] {
        while (!stop) account.decide(ann, get);
        done.count_down();
      }));
    }
    for (int round = 0; round < 100; ++round) {
      const bool allowed = round % 2 == 0;
      account.put_policy("ann", TestAccount::statement(allowed ? "Allow" : "Deny", "s3:*"));
      // Not "soon": the write has returned.
      EXPECT_EQ(account.decide(ann, get) == "allowed", allowed) << round;
    }
    stop = true;
    done.wait();
  }
}

TEST(Accounts, AFailedChangeLeavesNothing) {
  TestAccount account;
  account.user("ann");
  EXPECT_ANY_THROW(account.accounts->change([&](Changes& changes) {
    auto user = *changes.user("000000000000", "ann");
    user.path = "/changed/";
    changes.put(user);
    throw std::runtime_error("later");
  }));
  EXPECT_EQ(account.accounts->user("000000000000", "ann")->path, "/");
}

TEST(Accounts, AreSeparate) {
  TestAccount account;
  const aws::Request other = TestAccount::request(*account.credentials->find("111111111111", ""));
  account.user("ann");
  account.iam->create_user(other, {.user_name = "ann"});
  EXPECT_EQ(account.iam->get_user(other, {.user_name = "ann"}).user.arn, "arn:aws:iam::111111111111:user/ann");
  EXPECT_EQ(account.iam->list_users(other, {}).users.size(), 1u);
  const std::string arn =
      *account.iam->create_policy(account.root, {.policy_name = "P", .policy_document = TestAccount::allow("*")})
           .policy->arn;
  // Policies of another account can be neither attached nor changed.
  EXPECT_EQ(error_of([&] { account.iam->attach_user_policy(other, {.user_name = "ann", .policy_arn = arn}); }),
            "NoSuchEntity: Policy " + arn + " does not exist or is not attachable.");
  EXPECT_NE(error_of([&] { account.iam->delete_policy(other, {.policy_arn = arn}); }), "");
  EXPECT_NE(account.decide(other, {"iam:GetPolicy", arn}), "allowed");
}

TEST(Accounts, RecordsReadBackAsTheyWereWritten) {
  UserRecord user;
  user.account = "000000000000";
  user.name = "ann";
  user.tags = {{"k", "v\n\"\\"}};
  user.inline_policies = {{"p", "{}"}};
  user.attached = {"arn:b", "arn:a"};
  user.login = LoginRecord{"hash", true, from_epoch_ms(7)};
  user.keys = {{"AKIA", "sealed", false, from_epoch_ms(8)}};
  const std::string text = json::print(to_json(user));
  EXPECT_EQ(json::print(to_json(read_user(text))), text);
  RoleRecord role;
  role.trust_document = "{}";
  role.trusted_ids = {{"arn:x", "AIDA"}};
  role.session_seconds_max = 7200;
  const std::string role_text = json::print(to_json(role));
  EXPECT_EQ(json::print(to_json(read_role(role_text))), role_text);
}

TEST(Arns, AreTakenApart) {
  const auto role = parse_iam_arn("arn:aws:iam::000000000000:role/a/b/R");
  ASSERT_TRUE(role);
  EXPECT_EQ(role->type, "role");
  EXPECT_EQ(role->path, "/a/b/");
  EXPECT_EQ(role->name, "R");
  EXPECT_EQ(parse_iam_arn("arn:aws:iam::000000000000:root")->type, "root");
  EXPECT_FALSE(parse_iam_arn("arn:aws:s3:::b"));
  EXPECT_FALSE(parse_iam_arn("nonsense"));
  EXPECT_TRUE(is_account_id("012345678901"));
  EXPECT_FALSE(is_account_id("01234567890a"));
}

TEST(Pages, SkipWhatIsFilteredAndEndProperly) {
  TestAccount account;
  for (int i = 0; i < 450; ++i) {
    account.metadata->put("000000000000/-/x/" + std::to_string(1000 + i), i % 2 == 0 ? "even" : "odd");
  }
  struct Output {
    std::optional<bool> is_truncated;
    std::optional<std::string> marker;
  };
  int taken = 0, pages = 0;
  std::optional<std::string> marker;
  do {
    Output output;
    scan_page(
        *account.metadata, "000000000000/-/x/", page_request(marker, 100),
        [&](const Document& document) {
          taken += document.value == "odd";
          return document.value == "odd";
        },
        output);
    marker = output.marker;
    ++pages;
  } while (marker);
  EXPECT_EQ(taken, 225);
  EXPECT_EQ(pages, 3);
}

}  // namespace
}  // namespace standpipe::iam
