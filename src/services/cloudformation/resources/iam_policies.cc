#include "generated/iam.h"
#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/resources/tables.h"

namespace standpipe::cloudformation {
namespace {

constexpr Property kInline[] = {
    {.name = "PolicyName", .required = true},
    {.name = "PolicyDocument", .kind = PropertyKind::document, .required = true},
    {.name = "Users", .kind = PropertyKind::texts},
    {.name = "Roles", .kind = PropertyKind::texts},
    refused("Groups"),
};
constexpr Property kManaged[] = {
    {.name = "ManagedPolicyName"},
    {.name = "Path"},
    {.name = "Description"},
    {.name = "PolicyDocument", .kind = PropertyKind::document, .required = true},
    {.name = "Users", .kind = PropertyKind::texts},
    {.name = "Roles", .kind = PropertyKind::texts},
    refused("Groups"),
};
constexpr std::string_view kInlineAttributes[] = {"Id"};
constexpr std::string_view kManagedAttributes[] = {"PolicyArn",       "PolicyId",     "DefaultVersionId",
                                                   "AttachmentCount", "IsAttachable", "PermissionsBoundaryUsageCount"};

void create_inline(Context& context) {
  const Properties& properties = context.properties();
  if (properties.texts("Users").empty() && properties.texts("Roles").empty()) {
    throw ResourceError(handler_message("At least one of [Groups,Roles,Users] must be non-empty.", "InvalidRequest"));
  }
  // Putting is the same the second time; the id is ours alone.
  context.make([&] { return context.name(); }, [](Timestamp) { return std::nullopt; });
  const std::string name = properties.text("PolicyName"), document = properties.document("PolicyDocument");
  for (const std::string& user : properties.texts("Users")) {
    context.call(iam::PutUserPolicyInput{.user_name = user, .policy_name = name, .policy_document = document});
  }
  for (const std::string& role : properties.texts("Roles")) {
    context.call(iam::PutRolePolicyInput{.role_name = role, .policy_name = name, .policy_document = document});
  }
  context.set_attribute("Id", context.physical_id());
}

void remove_inline(Context& context) {
  const std::string name = context.properties().text("PolicyName");
  for (const std::string& user : context.properties().texts("Users")) {
    context.call_unless_gone(iam::DeleteUserPolicyInput{.user_name = user, .policy_name = name});
  }
  for (const std::string& role : context.properties().texts("Roles")) {
    context.call_unless_gone(iam::DeleteRolePolicyInput{.role_name = role, .policy_name = name});
  }
}

std::string managed_arn(const Context& context) {
  return "arn:aws:iam::" + context.facts().account + ":policy" + context.properties().maybe_text("Path").value_or("/") +
         context.name();
}

void create_managed(Context& context) {
  const Properties& properties = context.properties();
  const std::string arn = managed_arn(context);
  context.make(
      arn,
      [&] {
        context.call(iam::CreatePolicyInput{.policy_name = context.name(),
                                            .path = properties.maybe_text("Path"),
                                            .policy_document = properties.document("PolicyDocument"),
                                            .description = properties.maybe_text("Description")});
      },
      [&] { return context.call(iam::GetPolicyInput{.policy_arn = arn}).policy.value().create_date; });
  for (const std::string& user : properties.texts("Users")) {
    context.call(iam::AttachUserPolicyInput{.user_name = user, .policy_arn = arn});
  }
  for (const std::string& role : properties.texts("Roles")) {
    context.call(iam::AttachRolePolicyInput{.role_name = role, .policy_arn = arn});
  }
  const iam::Policy policy = context.call(iam::GetPolicyInput{.policy_arn = arn}).policy.value();
  context.set_attribute("PolicyArn", arn);
  context.set_attribute("PolicyId", policy.policy_id.value_or(""));
  context.set_attribute("DefaultVersionId", policy.default_version_id.value_or("v1"));
  context.set_attribute("AttachmentCount", policy.attachment_count.value_or(0));
  context.set_attribute("IsAttachable", policy.is_attachable.value_or(true));
  context.set_attribute("PermissionsBoundaryUsageCount", policy.permissions_boundary_usage_count.value_or(0));
}

void remove_managed(Context& context) {
  const std::string& arn = context.physical_id();
  for (const std::string& user : context.properties().texts("Users")) {
    context.call_unless_gone(iam::DetachUserPolicyInput{.user_name = user, .policy_arn = arn});
  }
  for (const std::string& role : context.properties().texts("Roles")) {
    context.call_unless_gone(iam::DetachRolePolicyInput{.role_name = role, .policy_arn = arn});
  }
  context.call_unless_gone(iam::DeletePolicyInput{.policy_arn = arn});
}

constexpr ResourceType kTypes[] = {{.name = "AWS::IAM::Policy",
                                    .properties = kInline,
                                    .naming = {.length_max = 128},
                                    .attributes = kInlineAttributes,
                                    .create = create_inline,
                                    .remove = remove_inline,
                                    .gives_permissions = true},
                                   {.name = "AWS::IAM::ManagedPolicy",
                                    .properties = kManaged,
                                    .naming = {.property = "ManagedPolicyName", .length_max = 128},
                                    .attributes = kManagedAttributes,
                                    .create = create_managed,
                                    .remove = remove_managed,
                                    .gives_permissions = true}};

}  // namespace

std::span<const ResourceType> iam_policy_types() { return kTypes; }

}  // namespace standpipe::cloudformation
