#include "generated/ssm.h"

#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/resources/tables.h"

namespace standpipe::cloudformation {
namespace {

constexpr Property kParameter[] = {
    {.name = "Name"},
    {.name = "Type", .required = true},
    {.name = "Value", .required = true},
    {.name = "Description"},
    {.name = "AllowedPattern"},
    {.name = "Tier"},
    {.name = "DataType"},
    {.name = "Tags", .kind = PropertyKind::text_map},
    refused("Policies"),
};
constexpr std::string_view kParameterAttributes[] = {"Type", "Value"};

void create_parameter(Context& context) {
  const Properties& properties = context.properties();
  const std::string type = properties.text("Type");
  if (type != "String" && type != "StringList") {
    throw ResourceError(handler_message(type + " is not a supported parameter type", "InvalidRequest"));
  }
  ssm::PutParameterInput input{.name = context.name(),
                               .description = properties.maybe_text("Description"),
                               .value = properties.text("Value"),
                               .type = type,
                               .allowed_pattern = properties.maybe_text("AllowedPattern"),
                               .tier = properties.maybe_text("Tier"),
                               .data_type = properties.maybe_text("DataType")};
  if (properties.contains("Tags")) {
    input.tags.emplace();
    for (const auto& [key, value] : properties.text_map("Tags")) input.tags->push_back({key, value});
  }
  context.make(
      context.name(), [&] { context.call(input); },
      [&]() -> std::optional<Timestamp> {
        const auto output = context.call(ssm::GetParameterInput{.name = context.name()});
        return output.parameter ? output.parameter->last_modified_date : std::nullopt;
      });
  context.set_attribute("Type", type);
  context.set_attribute("Value", properties.text("Value"));
}

void remove_parameter(Context& context) {
  context.call_unless_gone(ssm::DeleteParameterInput{.name = context.physical_id()});
}

constexpr ResourceType kTypes[] = {{.name = "AWS::SSM::Parameter",
                                    .properties = kParameter,
                                    .naming = {.property = "Name", .length_max = 255, .prefix = "CFN"},
                                    .attributes = kParameterAttributes,
                                    .create = create_parameter,
                                    .remove = remove_parameter}};

}  // namespace

std::span<const ResourceType> ssm_types() { return kTypes; }

}  // namespace standpipe::cloudformation
