#include "generated/opensearchserverless.h"

#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/resources/tables.h"

namespace standpipe::cloudformation {
namespace {

namespace aoss = opensearchserverless;

constexpr Property kCollection[] = {
    {.name = "Name", .required = true},
    {.name = "Type"},
    {.name = "Description"},
    {.name = "StandbyReplicas"},
    {.name = "Tags", .kind = PropertyKind::objects, .members = kTagMembers},
    refused("VectorOptions"),
    refused("CollectionGroupName"),
    refused("EncryptionConfig"),
    refused("DeletionProtection"),
};
constexpr std::string_view kCollectionAttributes[] = {"Arn", "Id", "CollectionEndpoint", "DashboardEndpoint",
                                                      "KmsKeyArn"};
constexpr Property kPolicy[] = {
    {.name = "Name", .required = true},
    {.name = "Type", .required = true},
    {.name = "Policy", .kind = PropertyKind::document, .required = true},
    {.name = "Description"},
};

std::optional<aoss::CollectionDetail> first(const aoss::BatchGetCollectionOutput& output) {
  if (!output.collection_details || output.collection_details->empty()) return std::nullopt;
  return output.collection_details->front();
}

std::optional<aoss::CollectionDetail> describe(const Context& context) {
  return first(context.call(aoss::BatchGetCollectionInput{.ids = {{context.physical_id()}}}));
}

std::string call_create(const Context& context) {
  const Properties& properties = context.properties();
  const auto output =
      context.call(aoss::CreateCollectionInput{.name = context.name(),
                                               .type = properties.maybe_text("Type"),
                                               .description = properties.maybe_text("Description"),
                                               .tags = tags_of<aoss::Tag>(properties),
                                               .standby_replicas = properties.maybe_text("StandbyReplicas")});
  return output.create_collection_detail.value().id.value();
}

void create_collection(Context& context) {
  context.make([&] { return call_create(context); },
               [&](Timestamp since) -> std::optional<std::string> {
                 const auto found = first(context.call(aoss::BatchGetCollectionInput{.names = {{context.name()}}}));
                 if (!found || from_epoch_ms(found->created_date.value_or(0)) < since) return std::nullopt;
                 return found->id;
               });
  std::optional<aoss::CollectionDetail> collection;
  context.wait_until([&] {
    collection = describe(context);
    if (collection && collection->status == "FAILED") {
      throw ResourceError(handler_message(collection->failure_message.value_or("Creation failed"), "NotStabilized"));
    }
    return collection && collection->status == "ACTIVE";
  });
  context.set_attribute("Arn", collection->arn.value_or(""));
  context.set_attribute("Id", context.physical_id());
  context.set_attribute("CollectionEndpoint", collection->collection_endpoint.value_or(""));
  context.set_attribute("DashboardEndpoint", collection->dashboard_endpoint.value_or(""));
  context.set_attribute("KmsKeyArn", collection->kms_key_arn.value_or("auto"));
}

void remove_collection(Context& context) {
  if (!context.call_unless_gone(aoss::DeleteCollectionInput{.id = context.physical_id()})) return;
  context.wait_until([&] { return !describe(context); });
}

// Physical ids of policies are "<type>|<name>".
void create_access_policy(Context& context) {
  const std::string type = context.properties().text("Type");
  context.make(
      context.name(),
      [&] {
        context.call(aoss::CreateAccessPolicyInput{.type = type,
                                                   .name = context.name(),
                                                   .description = context.properties().maybe_text("Description"),
                                                   .policy = context.properties().document("Policy")});
      },
      [&]() -> std::optional<Timestamp> {
        const auto output = context.call(aoss::GetAccessPolicyInput{.type = type, .name = context.name()});
        return from_epoch_ms(output.access_policy_detail.value().created_date.value_or(0));
      });
}

void remove_access_policy(Context& context) {
  context.call_unless_gone(
      aoss::DeleteAccessPolicyInput{.type = context.properties().text("Type"), .name = context.name()});
}

void create_security_policy(Context& context) {
  const std::string type = context.properties().text("Type");
  context.make(
      context.name(),
      [&] {
        context.call(aoss::CreateSecurityPolicyInput{.type = type,
                                                     .name = context.name(),
                                                     .description = context.properties().maybe_text("Description"),
                                                     .policy = context.properties().document("Policy")});
      },
      [&]() -> std::optional<Timestamp> {
        const auto output = context.call(aoss::GetSecurityPolicyInput{.type = type, .name = context.name()});
        return from_epoch_ms(output.security_policy_detail.value().created_date.value_or(0));
      });
}

void remove_security_policy(Context& context) {
  context.call_unless_gone(
      aoss::DeleteSecurityPolicyInput{.type = context.properties().text("Type"), .name = context.name()});
}

constexpr NameRule kNaming = {.property = "Name", .length_max = 32, .lower_case = true};
constexpr ResourceType kTypes[] = {{.name = "AWS::OpenSearchServerless::Collection",
                                    .properties = kCollection,
                                    .naming = kNaming,
                                    .attributes = kCollectionAttributes,
                                    .create = create_collection,
                                    .remove = remove_collection},
                                   {.name = "AWS::OpenSearchServerless::AccessPolicy",
                                    .properties = kPolicy,
                                    .naming = kNaming,
                                    .create = create_access_policy,
                                    .remove = remove_access_policy},
                                   {.name = "AWS::OpenSearchServerless::SecurityPolicy",
                                    .properties = kPolicy,
                                    .naming = kNaming,
                                    .create = create_security_policy,
                                    .remove = remove_security_policy}};

}  // namespace

std::span<const ResourceType> opensearchserverless_types() { return kTypes; }

}  // namespace standpipe::cloudformation
