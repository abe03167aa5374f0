#include "services/lambda/sandbox/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace standpipe::sandbox {
namespace {

Plan example() {
  Plan plan;
  plan.mounts = {{"/usr", "/usr"}, {"/data/code", "/var/task"}};
  plan.links = {{"usr/lib", "/lib"}};
  plan.environment = {{"A", "1\n2"}};
  plan.command = {"/var/task/bootstrap"};
  plan.limits.temporary_bytes_max = 1234;
  plan.host_uid = 64001;
  return plan;
}

TEST(Plan, SurvivesTheControlChannel) {
  const Plan read = parse_plan(print_plan(example()));
  EXPECT_EQ(print_plan(read), print_plan(example()));
  EXPECT_EQ(read.mounts[1].target, "/var/task");
  EXPECT_EQ(read.limits.temporary_bytes_max, 1234u);
}

TEST(Plan, RefusesOtherText) {
  EXPECT_THROW(parse_plan("{}"), json::WrongKind);
  EXPECT_THROW(parse_plan("["), json::ParseError);
}

TEST(Plan, BecomesOptionsThatGiveNothingAway) {
  const auto options = bubblewrap_options(example(), {"/tmp/0", "/tmp/1"});
  EXPECT_THAT(options,
              testing::IsSupersetOf({"--disable-userns", "--new-session", "--die-with-parent", "--unshare-pid"}));
  EXPECT_THAT(options, testing::Not(testing::Contains("--bind")));
  EXPECT_THAT(options, testing::Not(testing::Contains("--dev-bind")));
  EXPECT_THAT(options, testing::Not(testing::Contains("/data/code")));
  EXPECT_THAT(options, testing::Contains("1234"));
}

}  // namespace
}  // namespace standpipe::sandbox
