#include "services/iam/policy/evaluate.h"

#include <gtest/gtest.h>

namespace standpipe::policy {
namespace {

constexpr std::string_view kBucket = "arn:aws:s3:::b/k";

std::string document(std::string_view effect, std::string_view more = {}) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":")" + std::string(effect) +
         R"(","Action":"s3:*","Resource":"*")" + std::string(more) + "}]}";
}

PolicyPointer identity(std::string_view effect) {
  return std::make_shared<const Policy>(parse_policy(document(effect), PolicyKind::identity));
}

PolicyPointer resource(std::string_view effect, std::string_view principal, std::string_view member = "Principal") {
  return std::make_shared<const Policy>(parse_policy(
      document(effect, ",\"" + std::string(member) + "\":" + std::string(principal)), PolicyKind::resource));
}

PolicyPointer trust(std::string_view principal, std::string_view effect = "Allow") {
  return std::make_shared<const Policy>(parse_policy(
      R"({"Version":"2012-10-17","Statement":[{"Effect":")" + std::string(effect) +
          R"(","Action":"sts:AssumeRole","Principal":)" + std::string(principal) + "}]}",
      PolicyKind::trust));
}

aws::Principal user() {
  return {.kind = aws::Principal::Kind::user, .account = "000000000000",
          .arn = "arn:aws:iam::000000000000:user/team/ann", .id = "AIDAAAAAAAAAAAAAAAAAA", .name = "ann"};
}

aws::Principal session() {
  return {.kind = aws::Principal::Kind::role_session, .account = "000000000000",
          .arn = "arn:aws:sts::000000000000:assumed-role/R/s", .id = "AROAAAAAAAAAAAAAAAAAA:s", .name = "R",
          .role_arn = "arn:aws:iam::000000000000:role/path/R", .session_name = "s"};
}

aws::Principal of_kind(aws::Principal::Kind kind) {
  aws::Principal principal{.kind = kind};
  if (kind == aws::Principal::Kind::root) {
    principal.account = principal.id = "000000000000";
    principal.arn = "arn:aws:iam::000000000000:root";
  }
  if (kind == aws::Principal::Kind::service) principal.service = "lambda.amazonaws.com";
  return principal;
}

struct Setup {
  aws::Principal principal = user();
  std::vector<PolicyPointer> identity{};
  std::optional<PolicyPointer> boundary{};
  std::optional<std::vector<PolicyPointer>> session{};
  std::optional<PolicyPointer> resource{};
  std::string owner = "000000000000";
  bool trust = false;
};

std::string decide(const Setup& setup) {
  const Context context{aws::Conditions{}};
  const Question question{.principal = setup.principal,
                          .action = setup.trust ? "sts:AssumeRole" : "s3:GetObject",
                          .resource = kBucket,
                          .resource_account = setup.owner,
                          .context = context,
                          .identity = setup.identity,
                          .boundary = setup.boundary,
                          .session = setup.session,
                          .resource_policy = setup.resource,
                          .trust = setup.trust};
  const aws::Decision decision = evaluate(question);
  return decision.allowed ? "allowed" : decision.reason;
}

const std::string kNoIdentity = "because no identity-based policy allows the s3:GetObject action";
const std::string kNoBoundary = "because no permissions boundary allows the s3:GetObject action";
const std::string kNoSession = "because no session policy allows the s3:GetObject action";
const std::string kNoResource = "because no resource-based policy allows the s3:GetObject action";
const std::string kNoTrust = "because no role trust policy allows the sts:AssumeRole action";

TEST(Evaluate, IdentityBoundaryAndSession) {
  const PolicyPointer allow = identity("Allow"), deny = identity("Deny");
  const PolicyPointer other = std::make_shared<const Policy>(parse_policy(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kinesis:*","Resource":"*"}})",
      PolicyKind::identity));
  EXPECT_EQ(decide({}), kNoIdentity);
  EXPECT_EQ(decide({.identity = {other}}), kNoIdentity);
  EXPECT_EQ(decide({.identity = {other, allow}}), "allowed");
  EXPECT_EQ(decide({.identity = {allow, deny}}), "with an explicit deny in an identity-based policy");
  EXPECT_EQ(decide({.identity = {allow}, .boundary = other}), kNoBoundary);
  EXPECT_EQ(decide({.identity = {allow}, .boundary = allow}), "allowed");
  EXPECT_EQ(decide({.boundary = allow}), kNoIdentity);
  EXPECT_EQ(decide({.identity = {allow}, .boundary = deny}), "with an explicit deny in a permissions boundary");
  EXPECT_EQ(decide({.principal = session(), .identity = {allow}, .session = {{other}}}), kNoSession);
  EXPECT_EQ(decide({.principal = session(), .identity = {allow}, .session = {{other, allow}}}), "allowed");
  EXPECT_EQ(decide({.principal = session(), .identity = {allow}, .boundary = other, .session = {{other}}}),
            kNoBoundary);
  EXPECT_EQ(decide({.principal = session(), .identity = {allow}, .session = {{allow, deny}}}),
            "with an explicit deny in a session policy");
}

TEST(Evaluate, UnreadablePoliciesGrantNothing) {
  const PolicyPointer allow = identity("Allow");
  EXPECT_NE(decide({.identity = {allow, nullptr}}), "allowed");
  EXPECT_NE(decide({.identity = {allow}, .boundary = PolicyPointer()}), "allowed");
  EXPECT_NE(decide({.identity = {allow}, .session = {{nullptr}}}), "allowed");
  EXPECT_NE(decide({.identity = {allow}, .resource = PolicyPointer()}), "allowed");
}

TEST(Evaluate, ResourcePolicyOfTheSameAccount) {
  const PolicyPointer allow = identity("Allow");
  const auto other = identity("Allow");
  const PolicyPointer to_user = resource("Allow", R"({"AWS":"arn:aws:iam::000000000000:user/team/ann"})");
  const PolicyPointer to_account = resource("Allow", R"({"AWS":"000000000000"})");
  const PolicyPointer to_root = resource("Allow", R"({"AWS":"arn:aws:iam::000000000000:root"})");
  const PolicyPointer to_all = resource("Allow", R"("*")");
  const PolicyPointer to_role = resource("Allow", R"({"AWS":"arn:aws:iam::000000000000:role/path/R"})");
  const PolicyPointer to_session = resource("Allow", R"({"AWS":["arn:aws:sts::000000000000:assumed-role/R/s"]})");
  const PolicyPointer nothing = std::make_shared<const Policy>();

  EXPECT_EQ(decide({.resource = to_user}), "allowed");
  EXPECT_EQ(decide({.boundary = nothing, .resource = to_user}), "allowed");
  EXPECT_EQ(decide({.resource = to_account}), kNoIdentity);
  EXPECT_EQ(decide({.resource = to_root}), kNoIdentity);
  EXPECT_EQ(decide({.identity = {allow}, .resource = to_account}), "allowed");
  EXPECT_EQ(decide({.resource = to_all}), "allowed");
  EXPECT_EQ(decide({.boundary = nothing, .resource = to_all}), kNoBoundary);
  EXPECT_EQ(decide({.resource = to_role}), kNoIdentity);
  EXPECT_EQ(decide({.principal = session(), .resource = to_role}), "allowed");
  EXPECT_EQ(decide({.principal = session(), .session = {{nothing}}, .resource = to_role}), kNoSession);
  EXPECT_EQ(decide({.principal = session(), .session = {{nothing}}, .resource = to_session}), "allowed");
  EXPECT_EQ(decide({.identity = {allow}, .resource = resource("Deny", R"("*")")}),
            "with an explicit deny in a resource-based policy");
  EXPECT_EQ(decide({.identity = {allow}, .resource = nothing}), "allowed");
}

TEST(Evaluate, NotPrincipalExemptsWhoIsListedCompletely) {
  const std::string all = R"({"AWS":["000000000000","arn:aws:iam::000000000000:role/path/R",)"
                          R"("arn:aws:sts::000000000000:assumed-role/R/s"]})";
  const std::string some = R"({"AWS":["000000000000","arn:aws:iam::000000000000:role/path/R"]})";
  const PolicyPointer allow = identity("Allow");
  EXPECT_EQ(decide({.principal = session(), .identity = {allow}, .resource = resource("Deny", all, "NotPrincipal")}),
            "allowed");
  EXPECT_EQ(decide({.principal = session(), .identity = {allow}, .resource = resource("Deny", some, "NotPrincipal")}),
            "with an explicit deny in a resource-based policy");
  EXPECT_EQ(decide({.identity = {allow}, .resource = resource("Deny", all, "NotPrincipal")}),
            "with an explicit deny in a resource-based policy");
}

TEST(Evaluate, AcrossAccountsBothSidesMustAgree) {
  const PolicyPointer allow = identity("Allow");
  const PolicyPointer to_account = resource("Allow", R"({"AWS":"000000000000"})");
  const std::string other = "111111111111";
  EXPECT_EQ(decide({.identity = {allow}, .owner = other}), kNoResource);
  EXPECT_EQ(decide({.resource = to_account, .owner = other}), kNoIdentity);
  EXPECT_EQ(decide({.identity = {allow}, .resource = to_account, .owner = other}), "allowed");
}

TEST(Evaluate, RootServicesAndStrangers) {
  using Kind = aws::Principal::Kind;
  EXPECT_EQ(decide({.principal = of_kind(Kind::root)}), "allowed");
  EXPECT_EQ(decide({.principal = of_kind(Kind::root), .owner = "111111111111"}), kNoResource);
  EXPECT_EQ(decide({.principal = of_kind(Kind::root), .resource = resource("Deny", R"("*")")}),
            "with an explicit deny in a resource-based policy");
  EXPECT_EQ(decide({.principal = of_kind(Kind::anonymous)}), kNoResource);
  EXPECT_EQ(decide({.principal = of_kind(Kind::anonymous), .resource = resource("Allow", R"({"AWS":"*"})")}),
            "allowed");
  EXPECT_EQ(decide({.principal = of_kind(Kind::service)}), kNoResource);
  EXPECT_EQ(decide({.principal = of_kind(Kind::service),
                    .resource = resource("Allow", R"({"Service":"lambda.amazonaws.com"})")}),
            "allowed");
  EXPECT_EQ(decide({.principal = of_kind(Kind::service),
                    .resource = resource("Allow", R"({"Service":"firehose.amazonaws.com"})")}),
            kNoResource);
}

TEST(Evaluate, TrustPoliciesMustConsent) {
  const PolicyPointer may_assume = std::make_shared<const Policy>(parse_policy(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}})",
      PolicyKind::identity));
  const PolicyPointer to_account = trust(R"({"AWS":"000000000000"})");
  const PolicyPointer to_user = trust(R"({"AWS":"arn:aws:iam::000000000000:user/team/ann"})");
  const PolicyPointer to_service = trust(R"({"Service":"lambda.amazonaws.com"})");
  EXPECT_EQ(decide({.identity = {may_assume}, .resource = to_service, .trust = true}), kNoTrust);
  EXPECT_EQ(decide({.identity = {may_assume}, .resource = to_account, .trust = true}), "allowed");
  EXPECT_EQ(decide({.resource = to_account, .trust = true}),
            "because no identity-based policy allows the sts:AssumeRole action");
  EXPECT_EQ(decide({.resource = to_user, .trust = true}), "allowed");
  EXPECT_EQ(decide({.resource = to_user, .owner = "111111111111", .trust = true}),
            "because no identity-based policy allows the sts:AssumeRole action");
  EXPECT_EQ(decide({.principal = of_kind(aws::Principal::Kind::service), .resource = to_service, .trust = true}),
            "allowed");
  EXPECT_EQ(decide({.identity = {may_assume}, .resource = trust(R"({"AWS":"000000000000"})", "Deny"), .trust = true}),
            "with an explicit deny in the role trust policy");
}

TEST(Evaluate, UniqueIdsNamePrincipals) {
  EXPECT_EQ(decide({.resource = resource("Allow", R"({"AWS":"AIDAAAAAAAAAAAAAAAAAA"})")}), "allowed");
  EXPECT_EQ(decide({.resource = resource("Allow", R"({"AWS":"AIDAAAAAAAAAAAAAAAAAB"})")}), kNoIdentity);
}

}  // namespace
}  // namespace standpipe::policy
