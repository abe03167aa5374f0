#include "generated/logs.h"

#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/resources/tables.h"

namespace standpipe::cloudformation {
namespace {

constexpr Property kGroup[] = {
    {.name = "LogGroupName"},
    {.name = "RetentionInDays", .kind = PropertyKind::integer},
    {.name = "Tags", .kind = PropertyKind::objects, .members = kTagMembers},
    refused("KmsKeyId"),
    refused("LogGroupClass"),
    refused("DataProtectionPolicy"),
    refused("FieldIndexPolicies"),
    refused("ResourcePolicyDocument"),
    refused("DeletionProtectionEnabled"),
};
constexpr std::string_view kGroupAttributes[] = {"Arn"};
constexpr Property kStream[] = {{.name = "LogGroupName", .required = true}, {.name = "LogStreamName"}};

std::optional<Timestamp> group_made(const Context& context) {
  const auto output = context.call(logs::DescribeLogGroupsInput{.log_group_name_prefix = context.name()});
  for (const logs::LogGroup& group : output.log_groups.value_or(std::vector<logs::LogGroup>())) {
    if (group.log_group_name == context.name() && group.creation_time) return from_epoch_ms(*group.creation_time);
  }
  return std::nullopt;
}

void create_group(Context& context) {
  context.make(
      context.name(),
      [&] {
        context.call(
            logs::CreateLogGroupInput{.log_group_name = context.name(), .tags = tag_map_of(context.properties())});
      },
      [&] { return group_made(context); });
  if (const auto days = context.properties().maybe_integer("RetentionInDays")) {
    context.call(logs::PutRetentionPolicyInput{.log_group_name = context.name(), .retention_in_days = *days});
  }
  context.set_attribute("Arn", "arn:aws:logs:" + context.facts().region + ":" + context.facts().account +
                                   ":log-group:" + context.name() + ":*");
}

void remove_group(Context& context) {
  context.call_unless_gone(logs::DeleteLogGroupInput{.log_group_name = context.physical_id()});
}

void create_stream(Context& context) {
  const std::string group = context.properties().text("LogGroupName");
  const auto made_at = [&]() -> std::optional<Timestamp> {
    const auto output =
        context.call(logs::DescribeLogStreamsInput{.log_group_name = group, .log_stream_name_prefix = context.name()});
    for (const logs::LogStream& stream : output.log_streams.value_or(std::vector<logs::LogStream>())) {
      if (stream.log_stream_name == context.name() && stream.creation_time) return from_epoch_ms(*stream.creation_time);
    }
    return std::nullopt;
  };
  context.make(
      context.name(),
      [&] { context.call(logs::CreateLogStreamInput{.log_group_name = group, .log_stream_name = context.name()}); },
      made_at);
}

void remove_stream(Context& context) {
  context.call_unless_gone(logs::DeleteLogStreamInput{.log_group_name = context.properties().text("LogGroupName"),
                                                      .log_stream_name = context.physical_id()});
}

constexpr ResourceType kTypes[] = {{.name = "AWS::Logs::LogGroup",
                                    .properties = kGroup,
                                    .naming = {.property = "LogGroupName", .length_max = 512},
                                    .attributes = kGroupAttributes,
                                    .create = create_group,
                                    .remove = remove_group},
                                   {.name = "AWS::Logs::LogStream",
                                    .properties = kStream,
                                    .naming = {.property = "LogStreamName", .length_max = 512},
                                    .create = create_stream,
                                    .remove = remove_stream}};

}  // namespace

std::span<const ResourceType> logs_types() { return kTypes; }

}  // namespace standpipe::cloudformation
