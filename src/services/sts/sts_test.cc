#include "services/sts/sts.h"

#include <gtest/gtest.h>

namespace standpipe::sts {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const std::string kRole = "arn:aws:iam::000000000000:role/R";

// Knows one role and remembers what was asked for.
class OneRole final : public aws::Sessions {
 public:
  std::optional<Duration> life_max(const std::string& role_arn) const override {
    return role_arn == kRole ? std::optional<Duration>(hours(2)) : std::nullopt;
  }
  aws::Session start(const aws::SessionRequest& request) const override {
    asked = request;
    aws::Session session;
    session.principal.id = "AROAR:" + request.session_name;
    session.principal.arn = "arn:aws:sts::000000000000:assumed-role/R/" + request.session_name;
    session.credentials.access_key_id = "ASIAR";
    session.packed_percent = request.policies.empty() ? 0 : 3;
    return session;
  }
  mutable aws::SessionRequest asked;
};

class StsTest : public testing::Test {
 protected:
  StsTest() {
    request.account = request.principal.account = "000000000000";
    request.principal.kind = aws::Principal::Kind::user;
    request.principal.arn = "arn:aws:iam::000000000000:user/ann";
    request.principal.id = "AIDAANN";
  }
  std::string error(const AssumeRoleInput& input) {
    try {
      sts.access(request, input);
      sts.assume_role(request, input);
      return "";
    } catch (const aws::Error& failure) {
      return failure.code + ": " + failure.what();
    }
  }
  OneRole sessions;
  Sts sts{sessions};
  aws::Request request;
};

TEST_F(StsTest, TellsWhoCalls) {
  const auto identity = sts.get_caller_identity(request, {});
  EXPECT_EQ(identity.user_id, "AIDAANN");
  EXPECT_EQ(identity.account, "000000000000");
  EXPECT_EQ(identity.arn, "arn:aws:iam::000000000000:user/ann");
}

TEST_F(StsTest, AssumesRoles) {
  const auto output = sts.assume_role(request, {.role_arn = kRole, .role_session_name = "s", .policy = "{}",
                                                .duration_seconds = 900, .source_identity = "ann"});
  EXPECT_EQ(output.credentials->access_key_id, "ASIAR");
  EXPECT_EQ(output.assumed_role_user->assumed_role_id, "AROAR:s");
  EXPECT_EQ(output.packed_policy_size, 3);
  EXPECT_EQ(output.source_identity, "ann");
  EXPECT_EQ(sessions.asked.life, seconds(900));
  EXPECT_EQ(sessions.asked.policies, std::vector<std::string>{"{}"});
  sts.assume_role(request, {.role_arn = kRole, .role_session_name = "s"});
  EXPECT_EQ(sessions.asked.life, hours(1));
}

TEST_F(StsTest, RefusesWhatAwsRefuses) {
  EXPECT_EQ(error({.role_arn = "arn:aws:iam::000000000000:user/ann", .role_session_name = "s"}),
            "ValidationError: arn:aws:iam::000000000000:user/ann is invalid");
  EXPECT_EQ(error({.role_arn = kRole, .role_session_name = "s", .duration_seconds = 7201}),
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  EXPECT_EQ(error({.role_arn = kRole, .role_session_name = "s", .duration_seconds = 7200}), "");
  EXPECT_EQ(error({.role_arn = kRole, .role_session_name = "s", .serial_number = "123456789"}),
            "InvalidParameterValue: The parameter SerialNumber is not supported.");
  EXPECT_TRUE(error({.role_arn = kRole, .role_session_name = "s", .policy = std::string(2049, 'x')})
                  .starts_with("ValidationError: 1 validation error detected: Value at 'policy'"));
  EXPECT_EQ(error({.role_arn = kRole + "x", .role_session_name = "s"}),
            "AccessDenied: User: arn:aws:iam::000000000000:user/ann is not authorized to perform: sts:AssumeRole on "
            "resource: arn:aws:iam::000000000000:role/Rx");
  request.principal.kind = aws::Principal::Kind::root;
  EXPECT_EQ(error({.role_arn = kRole, .role_session_name = "s"}),
            "AccessDenied: Roles may not be assumed by root accounts.");
}

TEST_F(StsTest, ChainedSessionsAreShortAndInherit) {
  request.principal.kind = aws::Principal::Kind::role_session;
  request.principal.tags = {{"team", "red"}, {"cost", "1"}};
  request.principal.transitive_tags = {"team"};
  request.principal.source_identity = "ann";
  EXPECT_EQ(error({.role_arn = kRole, .role_session_name = "s", .duration_seconds = 3601}),
            "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
            "chaining");
  EXPECT_EQ(error({.role_arn = kRole, .role_session_name = "s", .tags = {{{"Team", "blue"}}}}),
            "InvalidParameterValue: One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session.");
  EXPECT_EQ(error({.role_arn = kRole, .role_session_name = "s", .transitive_tag_keys = {{"x"}}}),
            "InvalidParameterValue: The specified transitive tag key must be included in the requested tags.");
  EXPECT_EQ(error({.role_arn = kRole, .role_session_name = "s", .tags = {{{"x", "1"}, {"X", "2"}}}}),
            "InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  EXPECT_NE(error({.role_arn = kRole, .role_session_name = "s", .source_identity = "bob"}), "");
  EXPECT_EQ(error({.role_arn = kRole, .role_session_name = "s", .tags = {{{"x", "1"}}},
                   .transitive_tag_keys = {{"x"}}}),
            "");
  EXPECT_EQ(sessions.asked.tags, (std::map<std::string, std::string>{{"team", "red"}, {"x", "1"}}));
  EXPECT_EQ(sessions.asked.transitive_tags, (std::vector<std::string>{"team", "x"}));
  EXPECT_EQ(sessions.asked.source_identity, "ann");
}

TEST_F(StsTest, AsksForEveryRightThatASessionNeeds) {
  const AssumeRoleInput plain{.role_arn = kRole, .role_session_name = "s", .external_id = "xx"};
  const aws::Accesses accesses = sts.access(request, plain);
  ASSERT_EQ(accesses.size(), 1u);
  EXPECT_EQ(accesses[0].action, "sts:AssumeRole");
  EXPECT_EQ(accesses[0].resource, kRole);
  EXPECT_EQ(accesses[0].conditions.at("sts:externalid").front(), "xx");
  const aws::Accesses more = sts.access(request, AssumeRoleInput{.role_arn = kRole, .role_session_name = "s",
                                                                 .tags = {{{"k", "v"}}}, .source_identity = "ann"});
  ASSERT_EQ(more.size(), 3u);
  EXPECT_EQ(more[1].action, "sts:TagSession");
  EXPECT_EQ(more[1].conditions.at("aws:requesttag/k").front(), "v");
  EXPECT_EQ(more[2].action, "sts:SetSourceIdentity");
  EXPECT_EQ(sts.access(request, GetCallerIdentityInput{}).front().action, "sts:GetCallerIdentity");
}

}  // namespace
}  // namespace standpipe::sts
