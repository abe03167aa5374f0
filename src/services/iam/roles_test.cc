#include <gtest/gtest.h>

#include "base/bytes.h"
#include "services/iam/test_account.h"

namespace standpipe::iam {
namespace {

class IamRoleTest : public testing::Test, public TestAccount {};

TEST_F(IamRoleTest, AreCreatedShownAndDeleted) {
  const std::string document = trust(R"({"Service":["firehose.amazonaws.com"]})");
  const Role made = iam->create_role(root, {.path = "/p/", .role_name = "R", .assume_role_policy_document = document,
                                            .description = "d", .max_session_duration = 7200}).role;
  EXPECT_EQ(made.arn, "arn:aws:iam::000000000000:role/p/R");
  EXPECT_TRUE(made.role_id.starts_with("AROA"));
  const Role shown = iam->get_role(root, {.role_name = "R"}).role;
  EXPECT_EQ(uri_decode(*shown.assume_role_policy_document), document);
  EXPECT_EQ(shown.max_session_duration, 7200);
  EXPECT_EQ(shown.description, "d");
  EXPECT_EQ(error_of([&] { role("r", R"("*")"); }), "EntityAlreadyExists: Role with name r already exists.");
  iam->update_role(root, {.role_name = "R", .max_session_duration = 3600});
  EXPECT_EQ(*iam->update_role_description(root, {.role_name = "R", .description = "e"}).role->description, "e");
  EXPECT_EQ(iam->list_roles(root, {.path_prefix = "/p/"}).roles.size(), 1u);
  EXPECT_TRUE(iam->list_instance_profiles_for_role(root, {.role_name = "R"}).instance_profiles.empty());
  iam->put_role_policy(root, {.role_name = "R", .policy_name = "p", .policy_document = allow("s3:*")});
  EXPECT_EQ(error_of([&] { iam->delete_role(root, {.role_name = "R"}); }),
            "DeleteConflict: Cannot delete entity, must delete policies first.");
  iam->delete_role_policy(root, {.role_name = "R", .policy_name = "p"});
  iam->delete_role(root, {.role_name = "R"});
  EXPECT_EQ(error_of([&] { iam->get_role(root, {.role_name = "R"}); }),
            "NoSuchEntity: The role with name R cannot be found.");
}

TEST_F(IamRoleTest, RefuseTrustPoliciesThatMakeNoSense) {
  const auto refusal = [&](const std::string& document) {
    return error_of([&] {
      iam->create_role(root, {.role_name = "X", .assume_role_policy_document = document});
    });
  };
  EXPECT_EQ(refusal("{"), "MalformedPolicyDocument: This policy contains invalid Json");
  EXPECT_EQ(refusal(trust(R"("*")", R"(,"Resource":"*")")), "MalformedPolicyDocument: Has prohibited field Resource");
  EXPECT_EQ(refusal(trust(R"({"AWS":"arn:aws:iam::000000000000:user/nobody"})")),
            R"(MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::000000000000:user/nobody")");
  EXPECT_EQ(refusal(trust(R"({"Federated":"arn:aws:iam::000000000000:saml-provider/x"})")),
            R"(MalformedPolicyDocument: Invalid principal in policy: )"
            R"("FEDERATED":"arn:aws:iam::000000000000:saml-provider/x")");
  std::string names = "\"" + std::string("s.amazonaws.com") + "\"";
  for (int i = 0; i < 150; ++i) names += ",\"s" + std::to_string(i) + ".amazonaws.com\"";
  EXPECT_EQ(refusal(trust("{\"Service\":[" + names + "]}")),
            "LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048");
}

TEST_F(IamRoleTest, ForgetWhomTheyTrustedWhenHeIsDeleted) {
  const aws::Request ann = user("ann");
  role("R", R"({"AWS":"arn:aws:iam::000000000000:user/ann"})");
  const aws::Access assume{"sts:AssumeRole", "arn:aws:iam::000000000000:role/R"};
  EXPECT_EQ(decide(ann, assume), "allowed");
  iam->delete_access_key(root, {.user_name = "ann", .access_key_id = ann.principal.access_key_id});
  iam->delete_user(root, {.user_name = "ann"});
  const aws::Request namesake = user("ann");
  EXPECT_EQ(decide(namesake, assume), "");
  const std::string shown = *uri_decode(*iam->get_role(root, {.role_name = "R"}).role.assume_role_policy_document);
  EXPECT_NE(shown.find(ann.principal.id), std::string::npos) << shown;
  iam->update_assume_role_policy(
      root, {.role_name = "R", .policy_document = trust(R"({"AWS":"arn:aws:iam::000000000000:user/ann"})")});
  EXPECT_EQ(decide(namesake, assume), "allowed");
}

TEST_F(IamRoleTest, StillTrustWhoWasRenamed) {
  user("ann");
  role("R", R"({"AWS":"arn:aws:iam::000000000000:user/ann"})");
  iam->update_user(root, {.user_name = "ann", .new_user_name = "eve"});
  const auto key = iam->create_access_key(root, {.user_name = "eve"}).access_key.access_key_id;
  EXPECT_EQ(decide(request(*credentials->find(key, "")), {"sts:AssumeRole", "arn:aws:iam::000000000000:role/R"}),
            "allowed");
}

TEST_F(IamRoleTest, HaveTagsAndPages) {
  for (const char* name : {"A", "b", "C"}) role(name, R"("*")");
  const auto first = iam->list_roles(root, {.max_items = 1});
  EXPECT_EQ(first.roles.front().role_name, "A");
  const auto second = iam->list_roles(root, {.marker = first.marker, .max_items = 1});
  EXPECT_EQ(second.roles.front().role_name, "b");
  iam->tag_role(root, {.role_name = "A", .tags = {{"k", "v"}}});
  EXPECT_EQ(iam->list_role_tags(root, {.role_name = "A"}).tags.front().value, "v");
  EXPECT_EQ(iam->get_role(root, {.role_name = "A"}).role.tags->size(), 1u);
  iam->untag_role(root, {.role_name = "A", .tag_keys = {"k"}});
  EXPECT_TRUE(iam->list_role_tags(root, {.role_name = "A"}).tags.empty());
}

}  // namespace
}  // namespace standpipe::iam
