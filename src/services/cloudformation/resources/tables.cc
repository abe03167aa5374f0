#include "services/cloudformation/resources/tables.h"

namespace standpipe::cloudformation {
namespace {

constexpr Property kStack[] = {{.name = "TemplateURL", .required = true},
                               {.name = "Parameters", .kind = PropertyKind::text_map},
                               {.name = "Tags", .kind = PropertyKind::objects, .members = kTagMembers},
                               {.name = "TimeoutInMinutes", .kind = PropertyKind::integer},
                               refused("NotificationARNs")};
// Whatever else stands there goes to the function as it is.
constexpr Property kCustomResource[] = {{.name = "ServiceToken", .required = true},
                                        {.name = "ServiceTimeout", .kind = PropertyKind::integer}};

constexpr ResourceType kTypes[] = {
    {.name = "AWS::CloudFormation::Stack",
     .properties = kStack,
     .maker = Maker::nested_stack,
     .gives_permissions = true},
    {.name = "AWS::CloudFormation::CustomResource", .properties = kCustomResource, .maker = Maker::custom},
};

}  // namespace

std::span<const ResourceType> stack_types() { return kTypes; }

const ResourceType* find_resource_type(std::string_view name) {
  if (name.starts_with("Custom::") && name.size() > 8 && name.size() <= 60) {
    name = "AWS::CloudFormation::CustomResource";
  }
  for (const auto types : {stack_types(), firehose_types(), iam_types(), iam_policy_types(), kinesis_types(),
                           lambda_types(), logs_types(), opensearchserverless_types(), s3_types(), ssm_types()}) {
    for (const ResourceType& type : types) {
      if (type.name == name) return &type;
    }
  }
  return nullptr;
}

}  // namespace standpipe::cloudformation
