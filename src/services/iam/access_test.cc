#include <gtest/gtest.h>

#include "services/iam/test_account.h"

namespace standpipe::iam {
namespace {

const aws::Access kGet{"s3:GetObject", "arn:aws:s3:::b/k"};
const std::string kNoIdentity = "because no identity-based policy allows the s3:GetObject action";

class Access : public testing::Test, public TestAccount {};

TEST_F(Access, RootMayEverythingInItsAccount) {
  EXPECT_EQ(decide(root, kGet), "allowed");
  EXPECT_EQ(decide(root, {"kinesis:PutRecord", "arn:aws:kinesis:eu-west-1:111111111111:stream/s"}),
            "because no resource-based policy allows the kinesis:PutRecord action");
}

TEST_F(Access, UsersMayWhatTheirPoliciesSay) {
  const aws::Request ann = user("ann");
  EXPECT_EQ(decide(ann, kGet), kNoIdentity);
  put_policy("ann", allow("s3:Get*", "arn:aws:s3:::b/*"));
  EXPECT_EQ(decide(ann, kGet), "allowed");
  EXPECT_NE(decide(ann, {"s3:GetObject", "arn:aws:s3:::c/k"}), "allowed");
  put_policy("ann", statement("Deny", "*"));
  EXPECT_EQ(decide(ann, kGet), "with an explicit deny in an identity-based policy");
}

TEST_F(Access, ManagedPoliciesFollowTheirDefaultVersion) {
  const aws::Request ann = user("ann");
  const std::string arn =
      *iam->create_policy(root, {.policy_name = "P", .policy_document = allow("s3:GetObject")}).policy->arn;
  iam->attach_user_policy(root, {.user_name = "ann", .policy_arn = arn});
  EXPECT_EQ(decide(ann, kGet), "allowed");
  iam->create_policy_version(
      root, {.policy_arn = arn, .policy_document = allow("s3:PutObject"), .set_as_default = true});
  EXPECT_EQ(decide(ann, kGet), kNoIdentity);
  iam->set_default_policy_version(root, {.policy_arn = arn, .version_id = "v1"});
  EXPECT_EQ(decide(ann, kGet), "allowed");
  iam->detach_user_policy(root, {.user_name = "ann", .policy_arn = arn});
  EXPECT_EQ(decide(ann, kGet), kNoIdentity);
  iam->attach_user_policy(root,
                          {.user_name = "ann", .policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"});
  EXPECT_EQ(decide(ann, kGet), "allowed");
}

TEST_F(Access, BoundariesLimit) {
  const aws::Request ann = user("ann", allow("*"));
  iam->put_user_permissions_boundary(
      root, {.user_name = "ann", .permissions_boundary = "arn:aws:iam::aws:policy/AmazonKinesisFullAccess"});
  EXPECT_EQ(decide(ann, kGet), "because no permissions boundary allows the s3:GetObject action");
  EXPECT_EQ(decide(ann, {"kinesis:ListStreams", "*"}), "allowed");
  iam->delete_user_permissions_boundary(root, {.user_name = "ann"});
  EXPECT_EQ(decide(ann, kGet), "allowed");
}

TEST_F(Access, DeletedUsersMayNothingEvenIfANamesakeMay) {
  const aws::Request ann = user("ann", allow("*"));
  EXPECT_EQ(decide(ann, kGet), "allowed");
  iam->delete_user_policy(root, {.user_name = "ann", .policy_name = "p"});
  iam->delete_access_key(root, {.user_name = "ann", .access_key_id = ann.principal.access_key_id});
  iam->delete_user(root, {.user_name = "ann"});
  EXPECT_EQ(decide(ann, kGet), kNoIdentity);
  user("ann", allow("*"));
  EXPECT_EQ(decide(ann, kGet), kNoIdentity);
}

TEST_F(Access, ResourcePoliciesAreHeard) {
  const aws::Request ann = user("ann");
  aws::Access access = kGet;
  access.resource_policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*",)"
                           R"("Principal":{"AWS":"arn:aws:iam::000000000000:user/ann"}}]})";
  EXPECT_EQ(decide(ann, access), "allowed");
  access.resource_policy = "{";
  EXPECT_NE(decide(root, access), "allowed");
}

TEST_F(Access, OtherAccountsNeedBothSides) {
  const aws::Request ann = user("ann", allow("s3:*"));
  aws::Access access = kGet;
  access.conditions["aws:resourceaccount"] = {"111111111111"};
  EXPECT_EQ(decide(ann, access), "because no resource-based policy allows the s3:GetObject action");
  access.resource_policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*",)"
                           R"("Principal":{"AWS":"000000000000"}}]})";
  EXPECT_EQ(decide(ann, access), "allowed");
}

TEST_F(Access, CallerIdentityIsForEverybodyWithKeys) {
  const aws::Request ann = user("ann", statement("Deny", "*"));
  const aws::Access access{"sts:GetCallerIdentity", "*"};
  EXPECT_EQ(decide(ann, access), "allowed");
  EXPECT_NE(decide(request(aws::Principal{}), access), "allowed");
}

TEST_F(Access, StrangersAndServicesNeedAResourcePolicy) {
  EXPECT_NE(decide(request(aws::Principal{}), kGet), "allowed");
  aws::Request service = request(aws::Principal{.kind = aws::Principal::Kind::service, .service = "s3.amazonaws.com"});
  aws::Access invoke{"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:000000000000:function:f"};
  EXPECT_NE(decide(service, invoke), "allowed");
  invoke.resource_policy =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"*",)"
      R"("Principal":{"Service":"s3.amazonaws.com"},"Condition":{"StringEquals":{"aws:SourceAccount":"000000000000"},)"
      R"("ArnLike":{"aws:SourceArn":"arn:aws:firehose:*:000000000000:deliverystream/*"}}}]})";
  EXPECT_NE(decide(service, invoke), "allowed");
  service.source_arn = "arn:aws:firehose:us-east-1:000000000000:deliverystream/d";
  EXPECT_EQ(decide(service, invoke), "allowed");
}

struct KeyCase {
  std::string condition;
  bool holds;
};

TEST_F(Access, FillsTheGlobalConditionKeys) {
  aws::Request ann = user("ann");
  iam->tag_user(root, {.user_name = "ann", .tags = {{"Team", "red"}}});
  ann.user_agent = "cli";
  const KeyCase cases[] = {
      {R"("StringEquals":{"aws:username":"ann"})", true},
      {R"("StringEquals":{"aws:userid":")" + ann.principal.id + "\"}", true},
      {R"("ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::000000000000:user/ann"})", true},
      {R"("StringEquals":{"aws:PrincipalAccount":"000000000000"})", true},
      {R"("StringEquals":{"aws:PrincipalType":"User"})", true},
      {R"("StringEquals":{"aws:PrincipalTag/team":"red"})", true},
      {R"("StringEquals":{"aws:PrincipalTag/team":"blue"})", false},
      {R"("StringEquals":{"aws:RequestedRegion":"ap-northeast-1"})", true},
      {R"("StringEquals":{"aws:ResourceAccount":"000000000000"})", true},
      {R"("IpAddress":{"aws:SourceIp":"192.0.2.0/24"})", true},
      {R"("Bool":{"aws:SecureTransport":"true"})", true},
      {R"("Bool":{"aws:ViaAWSService":"false"})", true},
      {R"("Bool":{"aws:PrincipalIsAWSService":"false"})", true},
      {R"("StringEquals":{"aws:UserAgent":"cli"})", true},
      {R"("DateGreaterThan":{"aws:CurrentTime":"2023-11-14T00:00:00Z"})", true},
      {R"("NumericLessThan":{"aws:EpochTime":"1700000001"})", true},
      {R"("Null":{"aws:TokenIssueTime":"true","aws:SourceArn":"true","aws:CalledVia":"true"})", true},
      {R"("StringEquals":{"s3:prefix":"home/"})", true},
  };
  aws::Access access = kGet;
  access.conditions["s3:Prefix"] = {"home/"};
  for (const KeyCase& each : cases) {
    put_policy("ann", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",)"
                      R"("Condition":{)" + each.condition + "}}]}");
    EXPECT_EQ(decide(ann, access) == "allowed", each.holds) << each.condition;
  }
}

TEST_F(Access, ServicesThatActForTheirCallerAreTold) {
  aws::Request ann =
      user("ann", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",)"
                  R"("Condition":{"ForAnyValue:StringEquals":{"aws:CalledVia":"cloudformation.amazonaws.com"},)"
                  R"("Null":{"aws:SourceIp":"true"}}}]})");
  EXPECT_NE(decide(ann, kGet), "allowed");
  ann.called_via = "cloudformation.amazonaws.com";
  EXPECT_EQ(decide(ann, kGet), "allowed");
}

TEST(PermissiveAccess, AllowsEverything) {
  TestAccount account(true);
  EXPECT_EQ(account.decide(account.user("ann", TestAccount::statement("Deny", "*")), kGet), "allowed");
}

TEST_F(Access, IamNamesWhatItsOperationsTouch) {
  iam->create_user(root, {.path = "/team/", .user_name = "ann"});
  iam->create_role(root, {.path = "/team/", .role_name = "R", .assume_role_policy_document = trust(R"("*")")});
  const auto resource = [](const aws::Accesses& accesses) {
    return accesses.front().action + " " + accesses.front().resource;
  };
  EXPECT_EQ(resource(iam->access(root, GetUserInput{.user_name = "ann"})),
            "iam:GetUser arn:aws:iam::000000000000:user/team/ann");
  EXPECT_EQ(resource(iam->access(root, GetUserInput{})), "iam:GetUser arn:aws:iam::000000000000:root");
  EXPECT_EQ(resource(iam->access(root, GetUserInput{.user_name = "nobody"})),
            "iam:GetUser arn:aws:iam::000000000000:user/nobody");
  EXPECT_EQ(resource(iam->access(root, DeleteRoleInput{.role_name = "R"})),
            "iam:DeleteRole arn:aws:iam::000000000000:role/team/R");
  EXPECT_EQ(resource(iam->access(root, ListUsersInput{})), "iam:ListUsers arn:aws:iam::000000000000:user/");
  EXPECT_EQ(resource(iam->access(root, ListPoliciesInput{})), "iam:ListPolicies policy path /");
  const aws::Accesses create =
      iam->access(root, CreateUserInput{.path = "/x/", .user_name = "bob", .tags = {{{"k", "v"}}}});
  ASSERT_EQ(create.size(), 2u);
  EXPECT_EQ(create[1].action, "iam:TagUser");
  EXPECT_EQ(create[1].conditions.at("aws:requesttag/k").front(), "v");
  const aws::Accesses attach = iam->access(root, AttachRolePolicyInput{.role_name = "R", .policy_arn = "arn:x"});
  EXPECT_EQ(attach.front().conditions.at("iam:policyarn").front(), "arn:x");
  EXPECT_EQ(iam->access(root, UpdateUserInput{.user_name = "ann", .new_user_name = "eve"}).back().resource,
            "arn:aws:iam::000000000000:user/team/eve");
}

TEST_F(Access, ReadingAwsPoliciesNeedsTheCallersRightOnly) {
  const aws::Request ann = user("ann", allow("iam:Get*"));
  EXPECT_EQ(decide(ann, {"iam:GetPolicy", "arn:aws:iam::aws:policy/AdministratorAccess"}), "allowed");
}

}  // namespace
}  // namespace standpipe::iam
