#include "generated/kinesis.h"

#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/resources/tables.h"

namespace standpipe::cloudformation {
namespace {

constexpr Property kStreamMode[] = {{.name = "StreamMode", .required = true}};
constexpr Property kStream[] = {
    {.name = "Name"},
    {.name = "RetentionPeriodHours", .kind = PropertyKind::integer},
    {.name = "ShardCount", .kind = PropertyKind::integer},
    {.name = "StreamModeDetails", .kind = PropertyKind::object, .members = kStreamMode},
    {.name = "Tags", .kind = PropertyKind::objects, .members = kTagMembers},
    refused("StreamEncryption"),
    refused("DesiredShardLevelMetrics"),
    refused("MaxRecordSizeInKiB"),
    refused("WarmThroughputMiBps"),
};
constexpr std::string_view kStreamAttributes[] = {"Arn"};

kinesis::StreamDescriptionSummary describe(const Context& context) {
  return context.call(kinesis::DescribeStreamSummaryInput{.stream_name = context.name()}).stream_description_summary;
}

void wait_until_active(Context& context) {
  context.wait_until([&] { return describe(context).stream_status == "ACTIVE"; });
}

void create_stream(Context& context) {
  const Properties& properties = context.properties();
  kinesis::CreateStreamInput input{.stream_name = context.name(),
                                   .shard_count = properties.maybe_integer("ShardCount"),
                                   .tags = tag_map_of(properties)};
  if (const auto mode = properties.maybe_object("StreamModeDetails")) {
    input.stream_mode_details = kinesis::StreamModeDetails{mode->text("StreamMode")};
  }
  context.make(
      context.name(), [&] { context.call(input); }, [&] { return describe(context).stream_creation_timestamp; });
  wait_until_active(context);
  const auto wanted = properties.maybe_integer("RetentionPeriodHours");
  if (wanted && *wanted != describe(context).retention_period_hours) {
    context.call(
        kinesis::IncreaseStreamRetentionPeriodInput{.stream_name = context.name(), .retention_period_hours = *wanted});
    wait_until_active(context);
  }
  context.set_attribute("Arn", describe(context).stream_arn);
}

void remove_stream(Context& context) {
  const std::string& name = context.physical_id();
  if (!context.call_unless_gone(kinesis::DeleteStreamInput{.stream_name = name, .enforce_consumer_deletion = true}))
    return;
  context.wait_until(
      [&] { return !context.call_unless_gone(kinesis::DescribeStreamSummaryInput{.stream_name = name}); });
}

constexpr ResourceType kTypes[] = {{.name = "AWS::Kinesis::Stream",
                                    .properties = kStream,
                                    .naming = {.property = "Name", .length_max = 128},
                                    .attributes = kStreamAttributes,
                                    .create = create_stream,
                                    .remove = remove_stream}};

}  // namespace

std::span<const ResourceType> kinesis_types() { return kTypes; }

}  // namespace standpipe::cloudformation
