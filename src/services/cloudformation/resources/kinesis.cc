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
    {.name = "DesiredShardLevelMetrics", .kind = PropertyKind::texts},
    {.name = "MaxRecordSizeInKiB", .kind = PropertyKind::integer},
    {.name = "WarmThroughputMiBps", .kind = PropertyKind::integer},
    refused("StreamEncryption"),
};
constexpr std::string_view kStreamAttributes[] = {"Arn"};
constexpr Property kConsumer[] = {
    {.name = "ConsumerName", .required = true},
    {.name = "StreamARN", .required = true},
    {.name = "Tags", .kind = PropertyKind::objects, .members = kTagMembers},
};
constexpr std::string_view kConsumerAttributes[] = {"ConsumerARN", "ConsumerCreationTimestamp", "ConsumerName",
                                                    "ConsumerStatus", "StreamARN"};
constexpr Property kPolicy[] = {
    {.name = "ResourceArn", .required = true},
    {.name = "ResourcePolicy", .kind = PropertyKind::document, .required = true},
};

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
                                   .tags = tag_map_of(properties),
                                   .warm_throughput_mibps = properties.maybe_integer("WarmThroughputMiBps"),
                                   .max_record_size_in_kib = properties.maybe_integer("MaxRecordSizeInKiB")};
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
  if (const auto metrics = properties.maybe_texts("DesiredShardLevelMetrics")) {
    context.call(
        kinesis::EnableEnhancedMonitoringInput{.stream_name = context.name(), .shard_level_metrics = *metrics});
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

kinesis::ConsumerDescription describe_consumer(const Context& context) {
  return context
      .call(kinesis::DescribeStreamConsumerInput{.stream_arn = context.properties().text("StreamARN"),
                                                 .consumer_name = context.properties().text("ConsumerName")})
      .consumer_description;
}

void create_consumer(Context& context) {
  const Properties& properties = context.properties();
  const kinesis::RegisterStreamConsumerInput input{.stream_arn = properties.text("StreamARN"),
                                                   .consumer_name = properties.text("ConsumerName"),
                                                   .tags = tag_map_of(properties)};
  const auto find = [&](Timestamp since) -> std::optional<std::string> {
    try {
      const auto found = describe_consumer(context);
      return found.consumer_creation_timestamp >= since ? std::optional(found.consumer_arn) : std::nullopt;
    } catch (const aws::Error& error) {
      if (!not_found(error)) throw;
      return std::nullopt;
    }
  };
  context.make([&] { return context.call(input).consumer.consumer_arn; }, find);
  context.wait_until([&] { return describe_consumer(context).consumer_status == "ACTIVE"; });
  const auto shown = describe_consumer(context);
  context.set_attribute("ConsumerARN", shown.consumer_arn);
  context.set_attribute("ConsumerCreationTimestamp", format_iso8601(shown.consumer_creation_timestamp));
  context.set_attribute("ConsumerName", shown.consumer_name);
  context.set_attribute("ConsumerStatus", shown.consumer_status);
  context.set_attribute("StreamARN", shown.stream_arn);
}

void remove_consumer(Context& context) {
  context.call_unless_gone(kinesis::DeregisterStreamConsumerInput{.consumer_arn = context.physical_id()});
}

void create_policy(Context& context) {
  const std::string arn = context.properties().text("ResourceArn");
  // Putting the same policy again changes nothing.
  context.make(
      arn,
      [&] {
        context.call(kinesis::PutResourcePolicyInput{.resource_arn = arn,
                                                     .policy = context.properties().document("ResourcePolicy")});
      },
      [] { return std::nullopt; });
}

void remove_policy(Context& context) {
  context.call_unless_gone(kinesis::DeleteResourcePolicyInput{.resource_arn = context.physical_id()});
}

constexpr ResourceType kTypes[] = {{.name = "AWS::Kinesis::Stream",
                                    .properties = kStream,
                                    .naming = {.property = "Name", .length_max = 128},
                                    .attributes = kStreamAttributes,
                                    .create = create_stream,
                                    .remove = remove_stream},
                                   {.name = "AWS::Kinesis::StreamConsumer",
                                    .properties = kConsumer,
                                    .attributes = kConsumerAttributes,
                                    .create = create_consumer,
                                    .remove = remove_consumer},
                                   {.name = "AWS::Kinesis::ResourcePolicy",
                                    .properties = kPolicy,
                                    .create = create_policy,
                                    .remove = remove_policy}};

}  // namespace

std::span<const ResourceType> kinesis_types() { return kTypes; }

}  // namespace standpipe::cloudformation
