#include "generated/iam.h"

#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/resources/tables.h"

namespace standpipe::cloudformation {
namespace {

constexpr Property kInlinePolicy[] = {{.name = "PolicyName", .required = true},
                                      {.name = "PolicyDocument", .kind = PropertyKind::document, .required = true}};
constexpr Property kLoginProfile[] = {{.name = "Password", .required = true},
                                      {.name = "PasswordResetRequired", .kind = PropertyKind::boolean}};
constexpr Property kUser[] = {
    {.name = "UserName"},
    {.name = "Path"},
    {.name = "LoginProfile", .kind = PropertyKind::object, .members = kLoginProfile},
    {.name = "ManagedPolicyArns", .kind = PropertyKind::texts},
    {.name = "Policies", .kind = PropertyKind::objects, .members = kInlinePolicy},
    {.name = "PermissionsBoundary"},
    {.name = "Tags", .kind = PropertyKind::objects, .members = kTagMembers},
    refused("Groups"),
};
constexpr Property kRole[] = {
    {.name = "RoleName"},
    {.name = "Path"},
    {.name = "AssumeRolePolicyDocument", .kind = PropertyKind::document, .required = true},
    {.name = "Description"},
    {.name = "MaxSessionDuration", .kind = PropertyKind::integer},
    {.name = "ManagedPolicyArns", .kind = PropertyKind::texts},
    {.name = "Policies", .kind = PropertyKind::objects, .members = kInlinePolicy},
    {.name = "PermissionsBoundary"},
    {.name = "Tags", .kind = PropertyKind::objects, .members = kTagMembers},
};
constexpr std::string_view kUserAttributes[] = {"Arn"};
constexpr std::string_view kRoleAttributes[] = {"Arn", "RoleId"};

void ignore_existing(const std::function<void()>& call) {
  try {
    call();
  } catch (const aws::Error& error) {
    if (!already_exists(error)) throw;
  }
}

void give_user(const Context& context) {
  const Properties& properties = context.properties();
  const std::string& user = context.name();
  if (const auto profile = properties.maybe_object("LoginProfile")) {
    // The user is ours: a profile that is there was made before a restart.
    ignore_existing([&] {
      context.call(
          iam::CreateLoginProfileInput{.user_name = user,
                                       .password = profile->text("Password"),
                                       .password_reset_required = profile->maybe_boolean("PasswordResetRequired")});
    });
  }
  for (const Properties& policy : properties.objects("Policies")) {
    context.call(iam::PutUserPolicyInput{.user_name = user,
                                         .policy_name = policy.text("PolicyName"),
                                         .policy_document = policy.document("PolicyDocument")});
  }
  for (const std::string& arn : properties.texts("ManagedPolicyArns")) {
    context.call(iam::AttachUserPolicyInput{.user_name = user, .policy_arn = arn});
  }
}

void create_user(Context& context) {
  const Properties& properties = context.properties();
  const auto describe = [&] { return context.call(iam::GetUserInput{.user_name = context.name()}).user; };
  iam::CreateUserOutput created;
  context.make(
      context.name(),
      [&] {
        created =
            context.call(iam::CreateUserInput{.path = properties.maybe_text("Path"),
                                              .user_name = context.name(),
                                              .permissions_boundary = properties.maybe_text("PermissionsBoundary"),
                                              .tags = tags_of<iam::Tag>(properties)});
      },
      [&] { return describe().create_date; });
  give_user(context);
  context.set_attribute("Arn", created.user ? created.user->arn : describe().arn);
}

void remove_user(Context& context) {
  const std::string& user = context.physical_id();
  const Properties& properties = context.properties();
  for (const std::string& arn : properties.texts("ManagedPolicyArns")) {
    context.call_unless_gone(iam::DetachUserPolicyInput{.user_name = user, .policy_arn = arn});
  }
  for (const Properties& policy : properties.objects("Policies")) {
    context.call_unless_gone(iam::DeleteUserPolicyInput{.user_name = user, .policy_name = policy.text("PolicyName")});
  }
  if (properties.contains("LoginProfile")) context.call_unless_gone(iam::DeleteLoginProfileInput{.user_name = user});
  context.call_unless_gone(iam::DeleteUserInput{.user_name = user});
}

void create_role(Context& context) {
  const Properties& properties = context.properties();
  const auto describe = [&] { return context.call(iam::GetRoleInput{.role_name = context.name()}).role; };
  std::optional<iam::Role> role;
  context.make(
      context.name(),
      [&] {
        role = context
                   .call(iam::CreateRoleInput{
                       .path = properties.maybe_text("Path"),
                       .role_name = context.name(),
                       .assume_role_policy_document = properties.document("AssumeRolePolicyDocument"),
                       .description = properties.maybe_text("Description"),
                       .max_session_duration = properties.maybe_integer("MaxSessionDuration"),
                       .permissions_boundary = properties.maybe_text("PermissionsBoundary"),
                       .tags = tags_of<iam::Tag>(properties)})
                   .role;
      },
      [&] { return describe().create_date; });
  for (const Properties& policy : properties.objects("Policies")) {
    context.call(iam::PutRolePolicyInput{.role_name = context.name(),
                                         .policy_name = policy.text("PolicyName"),
                                         .policy_document = policy.document("PolicyDocument")});
  }
  for (const std::string& arn : properties.texts("ManagedPolicyArns")) {
    context.call(iam::AttachRolePolicyInput{.role_name = context.name(), .policy_arn = arn});
  }
  if (!role) role = describe();
  context.set_attribute("Arn", role->arn);
  context.set_attribute("RoleId", role->role_id);
}

void remove_role(Context& context) {
  const std::string& role = context.physical_id();
  for (const std::string& arn : context.properties().texts("ManagedPolicyArns")) {
    context.call_unless_gone(iam::DetachRolePolicyInput{.role_name = role, .policy_arn = arn});
  }
  for (const Properties& policy : context.properties().objects("Policies")) {
    context.call_unless_gone(iam::DeleteRolePolicyInput{.role_name = role, .policy_name = policy.text("PolicyName")});
  }
  context.call_unless_gone(iam::DeleteRoleInput{.role_name = role});
}

constexpr ResourceType kTypes[] = {{.name = "AWS::IAM::User",
                                    .properties = kUser,
                                    .naming = {.property = "UserName", .length_max = 64},
                                    .attributes = kUserAttributes,
                                    .create = create_user,
                                    .remove = remove_user,
                                    .gives_permissions = true},
                                   {.name = "AWS::IAM::Role",
                                    .properties = kRole,
                                    .naming = {.property = "RoleName", .length_max = 64},
                                    .attributes = kRoleAttributes,
                                    .create = create_role,
                                    .remove = remove_role,
                                    .gives_permissions = true}};

}  // namespace

std::span<const ResourceType> iam_types() { return kTypes; }

}  // namespace standpipe::cloudformation
