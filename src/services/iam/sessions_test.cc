// Keys, sessions of roles, and services that act as roles.
#include <gtest/gtest.h>

#include "services/iam/arns.h"
#include "services/iam/test_account.h"

namespace standpipe::iam {
namespace {

using State = aws::Credential::State;
using std::chrono::hours;

class IamSessionTest : public testing::Test, public TestAccount {
 protected:
  aws::SessionCredentials session(const std::string& role_name, std::vector<std::string> policies = {}) {
    return sessions->start({.role_arn = "arn:aws:iam::000000000000:role/" + role_name, .session_name = "s",
                            .life = hours(1), .policies = std::move(policies)}).credentials;
  }
  aws::Request request_of(const aws::SessionCredentials& keys) {
    const auto credential = credentials->find(keys.access_key_id, keys.session_token);
    EXPECT_EQ(credential->state, State::valid);
    return request(*credential);
  }
};

TEST_F(IamSessionTest, RootKeysFollowTheSettings) {
  EXPECT_EQ(credentials->find("test", "")->principal.account, "000000000000");
  EXPECT_EQ(credentials->find("123456789012", "")->principal.arn, "arn:aws:iam::123456789012:root");
  EXPECT_EQ(credentials->find("123456789012", "")->secret, "test");
  EXPECT_EQ(credentials->find("test", "token")->state, State::bad_token);
  EXPECT_FALSE(credentials->find("12345678901", ""));
  EXPECT_FALSE(credentials->find("nobody", ""));
  Settings closed = accounts->settings();
  closed.root_enabled = false;
  Accounts without(*metadata, closed);
  EXPECT_FALSE(IamCredentials(without, clock).find("test", ""));
  EXPECT_FALSE(IamCredentials(without, clock).find("123456789012", ""));
}

TEST_F(IamSessionTest, TokensCarryTheSession) {
  role("R", R"("*")", allow("s3:*"));
  const aws::SessionCredentials keys = session("R");
  EXPECT_TRUE(keys.access_key_id.starts_with("ASIA"));
  EXPECT_EQ(keys.access_key_id.size(), 20u);
  EXPECT_EQ(keys.secret_access_key.size(), 40u);
  const auto found = credentials->find(keys.access_key_id, keys.session_token);
  EXPECT_EQ(found->secret, keys.secret_access_key);
  EXPECT_EQ(found->principal.arn, "arn:aws:sts::000000000000:assumed-role/R/s");
  EXPECT_EQ(found->principal.role_arn, "arn:aws:iam::000000000000:role/R");
  EXPECT_EQ(decide(request(*found), {"s3:GetObject", "arn:aws:s3:::b/k"}), "allowed");
}

TEST_F(IamSessionTest, BadTokensAreTold) {
  role("R", R"("*")");
  const aws::SessionCredentials keys = session("R"), other = session("R");
  EXPECT_EQ(credentials->find(keys.access_key_id, "")->state, State::bad_token);
  EXPECT_EQ(credentials->find(keys.access_key_id, other.session_token)->state, State::bad_token);
  std::string tampered = keys.session_token;
  tampered[40] = tampered[40] == 'A' ? 'B' : 'A';
  EXPECT_EQ(credentials->find(keys.access_key_id, tampered)->state, State::bad_token);
  clock.advance(hours(1));
  EXPECT_EQ(credentials->find(keys.access_key_id, keys.session_token)->state, State::expired);
}

TEST_F(IamSessionTest, EndWithTheirRole) {
  role("R", R"("*")", allow("*"));
  const aws::SessionCredentials keys = session("R");
  const aws::Request before = request_of(keys);
  iam->delete_role_policy(root, {.role_name = "R", .policy_name = "p"});
  iam->delete_role(root, {.role_name = "R"});
  role("R", R"("*")", allow("*"));
  EXPECT_EQ(credentials->find(keys.access_key_id, keys.session_token)->state, State::bad_token);
  EXPECT_NE(decide(before, {"s3:GetObject", "arn:aws:s3:::b/k"}), "allowed");
}

TEST_F(IamSessionTest, SessionPoliciesLimit) {
  role("R", R"("*")", allow("*"));
  const aws::Request limited = request_of(session("R", {allow("s3:GetObject")}));
  EXPECT_EQ(decide(limited, {"s3:GetObject", "arn:aws:s3:::b/k"}), "allowed");
  EXPECT_EQ(decide(limited, {"s3:PutObject", "arn:aws:s3:::b/k"}),
            "because no session policy allows the s3:PutObject action");
  const std::string arn =
      *iam->create_policy(root, {.policy_name = "P", .policy_document = allow("kinesis:*")}).policy->arn;
  const auto managed = sessions->start({.role_arn = "arn:aws:iam::000000000000:role/R", .session_name = "s",
                                        .life = hours(1), .policy_arns = {arn}});
  EXPECT_GT(managed.packed_percent, 0);
  const aws::Request by_arn = request_of(managed.credentials);
  EXPECT_EQ(decide(by_arn, {"kinesis:ListStreams", "*"}), "allowed");
  EXPECT_NE(decide(by_arn, {"s3:GetObject", "arn:aws:s3:::b/k"}), "allowed");
  iam->delete_policy(root, {.policy_arn = arn});
  EXPECT_NE(decide(request_of(managed.credentials), {"kinesis:ListStreams", "*"}), "allowed");
}

TEST_F(IamSessionTest, RefuseWhatCannotBeASession) {
  role("R", R"("*")");
  const std::string arn = "arn:aws:iam::000000000000:role/R";
  const auto refusal = [&](aws::SessionRequest wanted) {
    wanted.role_arn = arn;
    return error_of([&] { sessions->start(wanted); });
  };
  EXPECT_EQ(refusal({.policies = {"{"}}), "MalformedPolicyDocument: This policy contains invalid Json");
  EXPECT_EQ(refusal({.policy_arns = {"arn:aws:iam::000000000000:policy/absent"}}),
            "MalformedPolicyDocument: Policy arn:aws:iam::000000000000:policy/absent does not exist.");
  std::map<std::string, std::string> tags;
  for (int i = 0; i < 40; ++i) tags["key" + std::to_string(i)] = std::string(256, 'v');
  EXPECT_TRUE(refusal({.tags = tags}).starts_with("PackedPolicyTooLarge: Packed policy consumes 1"));
  EXPECT_EQ(sessions->life_max(arn), hours(1));
  EXPECT_FALSE(sessions->life_max(arn + "x"));
}

TEST_F(IamSessionTest, SessionTagsAreThePrincipals) {
  role("R", R"("*")",
       R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",)"
       R"("Condition":{"StringEquals":{"aws:PrincipalTag/team":"red","aws:SourceIdentity":"ann"},)"
       R"("Null":{"aws:TokenIssueTime":"false"}}}]})");
  iam->tag_role(root, {.role_name = "R", .tags = {{"team", "blue"}}});
  const auto tagged = sessions->start({.role_arn = "arn:aws:iam::000000000000:role/R", .session_name = "s",
                                       .life = hours(1), .tags = {{"team", "red"}}, .source_identity = "ann"});
  EXPECT_EQ(decide(request_of(tagged.credentials), {"s3:GetObject", "arn:aws:s3:::b/k"}), "allowed");
  EXPECT_NE(decide(request_of(session("R")), {"s3:GetObject", "arn:aws:s3:::b/k"}), "allowed");
}

TEST_F(IamSessionTest, ServicesAssumeRolesThatTrustThem) {
  role("R", R"({"Service":"firehose.amazonaws.com"})", allow("kinesis:*"));
  const std::string arn = "arn:aws:iam::000000000000:role/R", service = "firehose.amazonaws.com";
  const auto principal = roles->assume(arn, service, "delivery", "");
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->arn, "arn:aws:sts::000000000000:assumed-role/R/delivery");
  EXPECT_EQ(decide(request(*principal), {"kinesis:GetRecords", "arn:aws:kinesis:us-east-1:000000000000:stream/s"}),
            "allowed");
  EXPECT_FALSE(roles->assume(arn, "lambda.amazonaws.com", "x", ""));
  EXPECT_FALSE(roles->assume(arn + "2", service, "x", ""));
  const aws::SessionCredentials keys = roles->credentials(*principal, hours(12));
  EXPECT_EQ(keys.expires, clock.now() + hours(12));
  EXPECT_EQ(request_of(keys).principal.arn, principal->arn);
}

TEST_F(IamSessionTest, TrustPoliciesMayDemandASource) {
  iam->create_role(
      root, {.role_name = "R",
             .assume_role_policy_document = trust(
                 R"({"Service":"firehose.amazonaws.com"})",
                 R"(,"Condition":{"StringEquals":{"sts:ExternalId":"000000000000","aws:SourceAccount":"000000000000"},)"
                 R"("ArnLike":{"aws:SourceArn":"arn:aws:firehose:*:000000000000:deliverystream/d"}})")});
  const std::string arn = "arn:aws:iam::000000000000:role/R", service = "firehose.amazonaws.com";
  EXPECT_TRUE(roles->assume(arn, service, "s", "arn:aws:firehose:us-east-1:000000000000:deliverystream/d"));
  EXPECT_FALSE(roles->assume(arn, service, "s", "arn:aws:firehose:us-east-1:000000000000:deliverystream/e"));
  EXPECT_FALSE(roles->assume(arn, service, "s", ""));
}

TEST_F(IamSessionTest, AssumingNeedsTrustAndRight) {
  const aws::Request ann = user("ann"), bob = user("bob", allow("sts:AssumeRole"));
  role("R", R"({"AWS":"000000000000"})");
  role("S", R"({"Service":"lambda.amazonaws.com"})");
  const aws::Access to_r{"sts:AssumeRole", "arn:aws:iam::000000000000:role/R"};
  const aws::Access to_s{"sts:AssumeRole", "arn:aws:iam::000000000000:role/S"};
  const aws::Access to_none{"sts:AssumeRole", "arn:aws:iam::000000000000:role/none"};
  EXPECT_EQ(decide(ann, to_r), "");
  EXPECT_EQ(decide(bob, to_r), "allowed");
  EXPECT_EQ(decide(bob, to_s), "");
  EXPECT_EQ(decide(bob, to_none), "");
}

}  // namespace
}  // namespace standpipe::iam
