// Users, login profiles, access keys, inline and managed policies, tags, pages.
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "services/iam/managed_policies.h"
#include "services/iam/password.h"
#include "services/iam/test_account.h"

namespace standpipe::iam {
namespace {

const std::string kPolicy = TestAccount::allow("s3:GetObject");

class IamUsers : public testing::Test, public TestAccount {};

TEST_F(IamUsers, AreCreatedShownRenamedAndDeleted) {
  const User made = *iam->create_user(root, {.path = "/team/", .user_name = "Ann", .tags = {{{"k", "v"}}}}).user;
  EXPECT_EQ(made.arn, "arn:aws:iam::000000000000:user/team/Ann");
  EXPECT_TRUE(made.user_id.starts_with("AIDA"));
  EXPECT_EQ(made.user_id.size(), 21u);
  EXPECT_EQ(made.create_date, clock.now());
  EXPECT_EQ(made.tags->front().value, "v");
  EXPECT_EQ(error_of([&] { iam->create_user(root, {.user_name = "ann"}); }),
            "EntityAlreadyExists: User with name ann already exists.");
  EXPECT_EQ(error_of([&] { iam->get_user(root, {.user_name = "ann"}); }),
            "NoSuchEntity: The user with name ann cannot be found.");
  EXPECT_EQ(iam->get_user(root, {.user_name = "Ann"}).user.user_id, made.user_id);
  iam->update_user(root, {.user_name = "Ann", .new_path = "/", .new_user_name = "Eve"});
  const User renamed = iam->get_user(root, {.user_name = "Eve"}).user;
  EXPECT_EQ(renamed.arn, "arn:aws:iam::000000000000:user/Eve");
  EXPECT_EQ(renamed.user_id, made.user_id);
  EXPECT_NE(error_of([&] { iam->get_user(root, {.user_name = "Ann"}); }), "");
  iam->delete_user(root, {.user_name = "Eve"});
  EXPECT_EQ(error_of([&] { iam->delete_user(root, {.user_name = "Eve"}); }),
            "NoSuchEntity: The user with name Eve cannot be found.");
}

TEST_F(IamUsers, AnswerWhoTheyAre) {
  const aws::Request ann = user("ann");
  EXPECT_EQ(iam->get_user(ann, {}).user.user_name, "ann");
  EXPECT_EQ(iam->get_user(root, {}).user.arn, "arn:aws:iam::000000000000:root");
  aws::Request session = ann;
  session.principal.kind = aws::Principal::Kind::role_session;
  EXPECT_EQ(error_of([&] { iam->get_user(session, {}); }),
            "ValidationError: Must specify userName when calling with non-User credentials");
}

TEST_F(IamUsers, RenamingKeepsKeysAndAttachments) {
  const aws::Request ann = user("ann", allow("s3:*"));
  const std::string arn = "arn:aws:iam::aws:policy/AmazonKinesisFullAccess";
  iam->attach_user_policy(root, {.user_name = "ann", .policy_arn = arn});
  iam->update_user(root, {.user_name = "ann", .new_user_name = "eve"});
  const auto credential = credentials->find(ann.principal.access_key_id, "");
  ASSERT_TRUE(credential);
  EXPECT_EQ(credential->principal.name, "eve");
  EXPECT_EQ(decide(request(*credential), {"kinesis:ListStreams", "*"}), "allowed");
  const auto entities = iam->list_entities_for_policy(root, {.policy_arn = arn});
  ASSERT_EQ(entities.policy_users->size(), 1u);
  EXPECT_EQ(entities.policy_users->front().user_name, "eve");
}

TEST_F(IamUsers, AreNotDeletedWhileSomethingDependsOnThem) {
  const aws::Request ann = user("ann", kPolicy);
  const std::string arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  iam->create_login_profile(root, {.user_name = "ann", .password = "Secret-1"});
  iam->attach_user_policy(root, {.user_name = "ann", .policy_arn = arn});
  const auto failure = [&] { return error_of([&] { iam->delete_user(root, {.user_name = "ann"}); }); };
  EXPECT_EQ(failure(), "DeleteConflict: Cannot delete entity, must delete login profile first.");
  iam->delete_login_profile(root, {.user_name = "ann"});
  EXPECT_EQ(failure(), "DeleteConflict: Cannot delete entity, must detach all policies first.");
  iam->detach_user_policy(root, {.user_name = "ann", .policy_arn = arn});
  EXPECT_EQ(failure(), "DeleteConflict: Cannot delete entity, must delete policies first.");
  iam->delete_user_policy(root, {.user_name = "ann", .policy_name = "p"});
  EXPECT_EQ(failure(), "DeleteConflict: Cannot delete entity, must delete access keys first.");
  iam->delete_access_key(root, {.user_name = "ann", .access_key_id = ann.principal.access_key_id});
  EXPECT_EQ(failure(), "");
}

TEST_F(IamUsers, ListInPagesByPath) {
  for (const char* name : {"d", "a", "c", "b", "e"}) {
    iam->create_user(root, {.path = *name < 'd' ? "/x/" : "/y/", .user_name = name});
  }
  const auto first = iam->list_users(root, {.max_items = 2});
  ASSERT_EQ(first.users.size(), 2u);
  EXPECT_EQ(first.users[1].user_name, "b");
  EXPECT_TRUE(*first.is_truncated);
  const auto rest = iam->list_users(root, {.marker = first.marker});
  ASSERT_EQ(rest.users.size(), 3u);
  EXPECT_FALSE(*rest.is_truncated);
  EXPECT_FALSE(rest.marker);
  EXPECT_EQ(iam->list_users(root, {.path_prefix = "/y/"}).users.size(), 2u);
  EXPECT_EQ(error_of([&] { iam->list_users(root, {.marker = "%"}); }), "ValidationError: Invalid Marker.");
  EXPECT_TRUE(iam->list_groups_for_user(root, {.user_name = "a"}).groups.empty());
}

TEST_F(IamUsers, SurviveARestart) {
  const aws::Request ann = user("ann", kPolicy);
  Accounts reopened(*metadata, accounts->settings());
  IamCredentials after(reopened, clock);
  const auto before = credentials->find(ann.principal.access_key_id, "");
  const auto found = after.find(ann.principal.access_key_id, "");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->secret, before->secret);
  EXPECT_EQ(found->principal.arn, before->principal.arn);
}

TEST_F(IamUsers, AreForgottenWithTheMetadata) {
  const aws::Request ann = user("ann", kPolicy);
  metadata->clear();
  accounts->forget();
  EXPECT_FALSE(credentials->find(ann.principal.access_key_id, ""));
}

TEST_F(IamUsers, SecretsAreSealedAtRest) {
  iam->create_user(root, {.user_name = "ann"});
  const std::string secret = iam->create_access_key(root, {.user_name = "ann"}).access_key.secret_access_key;
  EXPECT_EQ(secret.size(), 40u);
  for (const Document& document : metadata->scan("")) EXPECT_EQ(document.value.find(secret), std::string::npos);
}

TEST_F(IamUsers, HaveUpToTwoAccessKeys) {
  const aws::Request ann = user("ann");
  const std::string second = iam->create_access_key(ann, {}).access_key.access_key_id;
  EXPECT_EQ(second.size(), 20u);
  EXPECT_EQ(error_of([&] { iam->create_access_key(ann, {}); }),
            "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2");
  EXPECT_EQ(iam->list_access_keys(ann, {}).access_key_metadata.size(), 2u);
  iam->update_access_key(root, {.user_name = "ann", .access_key_id = second, .status = "Inactive"});
  EXPECT_FALSE(credentials->find(second, ""));
  iam->update_access_key(root, {.user_name = "ann", .access_key_id = second, .status = "Active"});
  EXPECT_TRUE(credentials->find(second, ""));
  iam->delete_access_key(root, {.user_name = "ann", .access_key_id = second});
  EXPECT_FALSE(credentials->find(second, ""));
  EXPECT_EQ(error_of([&] { iam->delete_access_key(root, {.user_name = "ann", .access_key_id = second}); }),
            "NoSuchEntity: The Access Key with id " + second + " cannot be found.");
}

TEST_F(IamUsers, KnowWhenAKeyWasLastUsed) {
  const aws::Request ann = user("ann", allow("kinesis:*"));
  const GetAccessKeyLastUsedInput input{.access_key_id = ann.principal.access_key_id};
  EXPECT_EQ(iam->get_access_key_last_used(root, input).access_key_last_used->service_name, "N/A");
  decide(ann, {"kinesis:ListStreams", "*"});
  const auto used = iam->get_access_key_last_used(root, input);
  EXPECT_EQ(used.user_name, "ann");
  EXPECT_EQ(used.access_key_last_used->service_name, "kinesis");
  EXPECT_EQ(used.access_key_last_used->last_used_date, clock.now());
}

TEST_F(IamUsers, PasswordsAreHashedAndChanged) {
  const aws::Request ann = user("ann");
  EXPECT_EQ(error_of([&] { iam->create_login_profile(root, {.user_name = "ann", .password = "short"}); }),
            "PasswordPolicyViolation: Password should have a minimum length of 8");
  iam->create_login_profile(root, {.user_name = "ann", .password = "Secret-1", .password_reset_required = true});
  EXPECT_EQ(error_of([&] { iam->create_login_profile(root, {.user_name = "ann", .password = "Secret-1"}); }),
            "EntityAlreadyExists: Login Profile for user ann already exists.");
  const std::string hash = accounts->user("000000000000", "ann")->login->password_hash;
  EXPECT_TRUE(hash.starts_with("$argon2id$"));
  EXPECT_TRUE(verify_password(hash, "Secret-1"));
  EXPECT_FALSE(verify_password(hash, "Secret-2"));
  EXPECT_TRUE(*iam->get_login_profile(root, {.user_name = "ann"}).login_profile.password_reset_required);
  EXPECT_EQ(error_of([&] { iam->change_password(ann, {.old_password = "x", .new_password = "Secret-2"}); }),
            "AccessDenied: The old password was incorrect.");
  iam->change_password(ann, {.old_password = "Secret-1", .new_password = "Secret-2"});
  EXPECT_TRUE(verify_password(accounts->user("000000000000", "ann")->login->password_hash, "Secret-2"));
  EXPECT_FALSE(*iam->get_login_profile(root, {.user_name = "ann"}).login_profile.password_reset_required);
  iam->update_login_profile(root, {.user_name = "ann", .password = "Secret-3"});
  EXPECT_TRUE(verify_password(accounts->user("000000000000", "ann")->login->password_hash, "Secret-3"));
  iam->delete_login_profile(root, {.user_name = "ann"});
  EXPECT_EQ(error_of([&] { iam->get_login_profile(root, {.user_name = "ann"}); }),
            "NoSuchEntity: Login Profile for User ann cannot be found.");
  EXPECT_EQ(error_of([&] { iam->change_password(root, {.old_password = "x", .new_password = "Secret-2"}); }),
            "InvalidUserType: Only IAM Users can change their own password.");
}

class IamPolicies : public testing::Test, public TestAccount {};

TEST_F(IamPolicies, InlineOnesAreStoredAsGiven) {
  iam->create_user(root, {.user_name = "ann"});
  put_policy("ann", kPolicy);
  EXPECT_EQ(uri_decode(iam->get_user_policy(root, {.user_name = "ann", .policy_name = "p"}).policy_document), kPolicy);
  EXPECT_EQ(iam->list_user_policies(root, {.user_name = "ann"}).policy_names, std::vector<std::string>{"p"});
  EXPECT_EQ(error_of([&] { put_policy("ann", "{"); }), "MalformedPolicyDocument: This policy contains invalid Json");
  EXPECT_EQ(error_of([&] { put_policy("ann", allow(std::string("s3:") + std::string(2100, 'a'))); }),
            "LimitExceeded: Maximum policy size of 2048 bytes exceeded for user ann");
  iam->delete_user_policy(root, {.user_name = "ann", .policy_name = "p"});
  EXPECT_EQ(error_of([&] { iam->get_user_policy(root, {.user_name = "ann", .policy_name = "p"}); }),
            "NoSuchEntity: The user policy with name p cannot be found.");
}

TEST_F(IamPolicies, HaveUpToFiveVersions) {
  const Policy made = *iam->create_policy(root, {.policy_name = "P", .path = "/x/", .policy_document = kPolicy}).policy;
  EXPECT_EQ(*made.arn, "arn:aws:iam::000000000000:policy/x/P");
  EXPECT_EQ(error_of([&] { iam->create_policy(root, {.policy_name = "p", .policy_document = kPolicy}); }),
            "EntityAlreadyExists: A policy called p already exists. Duplicate names are not allowed.");
  for (int i = 0; i < 4; ++i) iam->create_policy_version(root, {.policy_arn = *made.arn, .policy_document = kPolicy});
  EXPECT_EQ(error_of([&] { iam->create_policy_version(root, {.policy_arn = *made.arn, .policy_document = kPolicy}); }),
            "LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must "
            "delete an existing version.");
  const auto page = iam->list_policy_versions(root, {.policy_arn = *made.arn, .max_items = 2});
  EXPECT_EQ(page.versions->front().version_id, "v5");
  const auto second = iam->list_policy_versions(root, {.policy_arn = *made.arn, .marker = page.marker});
  EXPECT_EQ(second.versions->front().version_id, "v3");
  EXPECT_EQ(error_of([&] { iam->delete_policy_version(root, {.policy_arn = *made.arn, .version_id = "v1"}); }),
            "DeleteConflict: Cannot delete the default version of a policy.");
  iam->set_default_policy_version(root, {.policy_arn = *made.arn, .version_id = "v5"});
  for (const char* version : {"v1", "v2", "v3", "v4"}) {
    iam->delete_policy_version(root, {.policy_arn = *made.arn, .version_id = version});
  }
  const auto next = iam->create_policy_version(root, {.policy_arn = *made.arn, .policy_document = kPolicy});
  EXPECT_EQ(next.policy_version->version_id, "v6");
  EXPECT_NE(error_of([&] { iam->delete_policy(root, {.policy_arn = *made.arn}); }), "");
  iam->delete_policy_version(root, {.policy_arn = *made.arn, .version_id = "v6"});
  EXPECT_EQ(uri_decode(*iam->get_policy_version(root, {.policy_arn = *made.arn, .version_id = "v5"})
                            .policy_version->document), kPolicy);
  EXPECT_NE(error_of([&] { iam->get_policy_version(root, {.policy_arn = *made.arn, .version_id = "v9"}); }), "");
  iam->delete_policy(root, {.policy_arn = *made.arn});
  EXPECT_EQ(error_of([&] { iam->get_policy(root, {.policy_arn = *made.arn}); }),
            "NoSuchEntity: Policy arn:aws:iam::000000000000:policy/x/P was not found.");
}

TEST_F(IamPolicies, AreAttachedListedAndDetached) {
  const std::string arn = *iam->create_policy(root, {.policy_name = "P", .policy_document = kPolicy}).policy->arn;
  iam->create_user(root, {.user_name = "ann"});
  role("R", R"({"Service":"lambda.amazonaws.com"})");
  iam->attach_user_policy(root, {.user_name = "ann", .policy_arn = arn});
  iam->attach_user_policy(root, {.user_name = "ann", .policy_arn = arn});
  iam->attach_role_policy(root, {.role_name = "R", .policy_arn = arn});
  iam->put_role_permissions_boundary(root, {.role_name = "R", .permissions_boundary = arn});
  const Policy shown = *iam->get_policy(root, {.policy_arn = arn}).policy;
  EXPECT_EQ(shown.attachment_count, 2);
  EXPECT_EQ(shown.permissions_boundary_usage_count, 1);
  EXPECT_EQ(iam->list_policies(root, {.scope = "Local"}).policies->front().attachment_count, 2);
  EXPECT_EQ(iam->list_attached_user_policies(root, {.user_name = "ann"}).attached_policies->front().policy_name, "P");
  EXPECT_EQ(iam->list_entities_for_policy(root, {.policy_arn = arn}).policy_roles->size(), 1u);
  EXPECT_TRUE(iam->list_entities_for_policy(root, {.policy_arn = arn, .entity_filter = "Role"}).policy_users->empty());
  EXPECT_EQ(error_of([&] { iam->delete_policy(root, {.policy_arn = arn}); }),
            "DeleteConflict: Cannot delete a policy attached to entities.");
  iam->detach_user_policy(root, {.user_name = "ann", .policy_arn = arn});
  EXPECT_EQ(error_of([&] { iam->detach_user_policy(root, {.user_name = "ann", .policy_arn = arn}); }),
            "NoSuchEntity: Policy " + arn + " was not found.");
  iam->detach_role_policy(root, {.role_name = "R", .policy_arn = arn});
  EXPECT_NE(error_of([&] { iam->delete_policy(root, {.policy_arn = arn}); }), "");
  iam->delete_role_permissions_boundary(root, {.role_name = "R"});
  iam->delete_policy(root, {.policy_arn = arn});
  EXPECT_EQ(error_of([&] { iam->attach_user_policy(root, {.user_name = "ann", .policy_arn = arn}); }),
            "NoSuchEntity: Policy " + arn + " does not exist or is not attachable.");
  EXPECT_EQ(error_of([&] { iam->get_policy(root, {.policy_arn = "something longer than twenty"}); }),
            "ValidationError: Invalid ARN:  Could not be parsed!");
}

TEST_F(IamPolicies, OfAwsAreThereAndCannotBeChanged) {
  const std::string arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
  const Policy shown = *iam->get_policy(root, {.policy_arn = arn}).policy;
  EXPECT_EQ(*shown.path, "/service-role/");
  EXPECT_TRUE(shown.policy_id->starts_with("ANPA"));
  for (const auto& policy : aws_managed_policies()) {
    EXPECT_NE(policy->parsed, nullptr);
    EXPECT_LE(policy::policy_size(policy->default_document()), 6144u) << policy->name;
  }
  EXPECT_NE(error_of([&] { iam->create_policy_version(root, {.policy_arn = arn, .policy_document = kPolicy}); }), "");
  EXPECT_NE(error_of([&] { iam->delete_policy(root, {.policy_arn = arn}); }), "");
  EXPECT_EQ(iam->list_policies(root, {.scope = "AWS", .max_items = 1000}).policies->size(),
            aws_managed_policies().size());
  EXPECT_EQ(iam->list_policies(root, {.scope = "AWS", .path_prefix = "/service-role/"}).policies->size(), 5u);
}

TEST_F(IamPolicies, NoMoreThanTenAreAttached) {
  iam->create_user(root, {.user_name = "ann"});
  for (int i = 0; i < 11; ++i) {
    const std::string arn =
        *iam->create_policy(root, {.policy_name = "P" + std::to_string(i), .policy_document = kPolicy}).policy->arn;
    EXPECT_EQ(error_of([&] { iam->attach_user_policy(root, {.user_name = "ann", .policy_arn = arn}); }),
              i < 10 ? "" : "LimitExceeded: Cannot exceed quota for PoliciesPerUser: 10");
  }
}

TEST_F(IamPolicies, AndUsersHaveTags) {
  iam->create_user(root, {.user_name = "ann"});
  iam->tag_user(root, {.user_name = "ann", .tags = {{"b", "1"}, {"a", "2"}}});
  iam->tag_user(root, {.user_name = "ann", .tags = {{"B", "3"}}});
  const auto tags = iam->list_user_tags(root, {.user_name = "ann"}).tags;
  ASSERT_EQ(tags.size(), 2u);
  EXPECT_EQ(tags[0].value, "3");
  EXPECT_EQ(error_of([&] { iam->tag_user(root, {.user_name = "ann", .tags = {{"x", "1"}, {"X", "2"}}}); }),
            "InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  iam->untag_user(root, {.user_name = "ann", .tag_keys = {"a", "b", "absent"}});
  EXPECT_TRUE(iam->list_user_tags(root, {.user_name = "ann"}).tags.empty());
  const std::string arn = *iam->create_policy(root, {.policy_name = "P", .policy_document = kPolicy}).policy->arn;
  iam->tag_policy(root, {.policy_arn = arn, .tags = {{"k", "v"}}});
  EXPECT_EQ(iam->list_policy_tags(root, {.policy_arn = arn}).tags.size(), 1u);
  iam->untag_policy(root, {.policy_arn = arn, .tag_keys = {"k"}});
  EXPECT_TRUE(iam->list_policy_tags(root, {.policy_arn = arn}).tags.empty());
}

}  // namespace
}  // namespace standpipe::iam
