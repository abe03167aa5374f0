#include "generated/firehose.h"

#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/resources/tables.h"

namespace standpipe::cloudformation {
namespace {

constexpr auto kText = PropertyKind::text;
constexpr auto kInteger = PropertyKind::integer;
constexpr auto kObject = PropertyKind::object;

constexpr Property kBufferingHints[] = {{.name = "IntervalInSeconds", .kind = kInteger},
                                        {.name = "SizeInMBs", .kind = kInteger}};
constexpr Property kRetryOptions[] = {{.name = "DurationInSeconds", .kind = kInteger}};
constexpr Property kLoggingOptions[] = {
    {.name = "Enabled", .kind = PropertyKind::boolean}, {.name = "LogGroupName"}, {.name = "LogStreamName"}};
constexpr Property kProcessorParameter[] = {{.name = "ParameterName", .required = true},
                                            {.name = "ParameterValue", .required = true}};
constexpr Property kProcessor[] = {
    {.name = "Type", .required = true},
    {.name = "Parameters", .kind = PropertyKind::objects, .members = kProcessorParameter}};
constexpr Property kProcessing[] = {{.name = "Enabled", .kind = PropertyKind::boolean},
                                    {.name = "Processors", .kind = PropertyKind::objects, .members = kProcessor}};
constexpr Property kEncryption[] = {{.name = "NoEncryptionConfig"}, refused("KMSEncryptionConfig")};
constexpr Property kS3[] = {
    {.name = "BucketARN", .required = true},
    {.name = "RoleARN", .required = true},
    {.name = "Prefix"},
    {.name = "ErrorOutputPrefix"},
    {.name = "BufferingHints", .kind = kObject, .members = kBufferingHints},
    {.name = "CompressionFormat"},
    {.name = "EncryptionConfiguration", .kind = kObject, .members = kEncryption},
    {.name = "CloudWatchLoggingOptions", .kind = kObject, .members = kLoggingOptions},
};
constexpr Property kExtendedS3[] = {
    {.name = "BucketARN", .required = true},
    {.name = "RoleARN", .required = true},
    {.name = "Prefix"},
    {.name = "ErrorOutputPrefix"},
    {.name = "BufferingHints", .kind = kObject, .members = kBufferingHints},
    {.name = "CompressionFormat"},
    {.name = "EncryptionConfiguration", .kind = kObject, .members = kEncryption},
    {.name = "CloudWatchLoggingOptions", .kind = kObject, .members = kLoggingOptions},
    {.name = "ProcessingConfiguration", .kind = kObject, .members = kProcessing},
    {.name = "S3BackupMode"},
    {.name = "S3BackupConfiguration", .kind = kObject, .members = kS3},
    {.name = "FileExtension"},
    {.name = "CustomTimeZone"},
    refused("DataFormatConversionConfiguration"),
    refused("DynamicPartitioningConfiguration"),
};
constexpr Property kServerless[] = {
    {.name = "CollectionEndpoint", .kind = kText},
    {.name = "IndexName", .required = true},
    {.name = "RoleARN", .required = true},
    {.name = "S3Configuration", .kind = kObject, .required = true, .members = kS3},
    {.name = "S3BackupMode"},
    {.name = "BufferingHints", .kind = kObject, .members = kBufferingHints},
    {.name = "RetryOptions", .kind = kObject, .members = kRetryOptions},
    {.name = "ProcessingConfiguration", .kind = kObject, .members = kProcessing},
    {.name = "CloudWatchLoggingOptions", .kind = kObject, .members = kLoggingOptions},
    refused("VpcConfiguration"),
};
constexpr Property kSource[] = {{.name = "KinesisStreamARN", .required = true}, {.name = "RoleARN", .required = true}};
constexpr Property kDeliveryStream[] = {
    {.name = "DeliveryStreamName"},
    {.name = "DeliveryStreamType"},
    {.name = "KinesisStreamSourceConfiguration", .kind = kObject, .members = kSource},
    {.name = "AmazonOpenSearchServerlessDestinationConfiguration", .kind = kObject, .members = kServerless},
    {.name = "S3DestinationConfiguration", .kind = kObject, .members = kS3},
    {.name = "ExtendedS3DestinationConfiguration", .kind = kObject, .members = kExtendedS3},
    {.name = "Tags", .kind = PropertyKind::objects, .members = kTagMembers},
    refused("AmazonopensearchserviceDestinationConfiguration"),
    refused("DatabaseSourceConfiguration"),
    refused("DeliveryStreamEncryptionConfigurationInput"),
    refused("DirectPutSourceConfiguration"),
    refused("ElasticsearchDestinationConfiguration"),
    refused("HttpEndpointDestinationConfiguration"),
    refused("IcebergDestinationConfiguration"),
    refused("MSKSourceConfiguration"),
    refused("RedshiftDestinationConfiguration"),
    refused("SnowflakeDestinationConfiguration"),
    refused("SplunkDestinationConfiguration"),
};
constexpr std::string_view kAttributes[] = {"Arn"};

// What all destinations have under the same names.
template <class Configuration>
void read_logging_and_buffering(const Properties& from, Configuration& into) {
  if (const auto hints = from.maybe_object("BufferingHints")) {
    auto& target = into.buffering_hints.emplace();
    target.interval_in_seconds = hints->maybe_integer("IntervalInSeconds");
    target.size_in_mbs = hints->maybe_integer("SizeInMBs");
  }
  if (const auto options = from.maybe_object("CloudWatchLoggingOptions")) {
    into.cloud_watch_logging_options = {options->maybe_boolean("Enabled"), options->maybe_text("LogGroupName"),
                                        options->maybe_text("LogStreamName")};
  }
}

template <class Configuration>
void read_processing(const Properties& from, Configuration& into) {
  const auto processing = from.maybe_object("ProcessingConfiguration");
  if (!processing) return;
  auto& target = into.processing_configuration.emplace();
  target.enabled = processing->maybe_boolean("Enabled");
  if (!processing->contains("Processors")) return;
  target.processors.emplace();
  for (const Properties& one : processing->objects("Processors")) {
    firehose::Processor processor{.type = one.text("Type")};
    if (one.contains("Parameters")) processor.parameters.emplace();
    for (const Properties& parameter : one.objects("Parameters")) {
      processor.parameters->push_back({parameter.text("ParameterName"), parameter.text("ParameterValue")});
    }
    target.processors->push_back(std::move(processor));
  }
}

template <class Configuration>
Configuration read_s3(const Properties& from) {
  Configuration into;
  into.role_arn = from.text("RoleARN");
  into.bucket_arn = from.text("BucketARN");
  into.prefix = from.maybe_text("Prefix");
  into.error_output_prefix = from.maybe_text("ErrorOutputPrefix");
  into.compression_format = from.maybe_text("CompressionFormat");
  if (const auto encryption = from.maybe_object("EncryptionConfiguration")) {
    into.encryption_configuration.emplace().no_encryption_config = encryption->maybe_text("NoEncryptionConfig");
  }
  read_logging_and_buffering(from, into);
  return into;
}

firehose::ExtendedS3DestinationConfiguration read_extended_s3(const Properties& from) {
  auto into = read_s3<firehose::ExtendedS3DestinationConfiguration>(from);
  into.s3_backup_mode = from.maybe_text("S3BackupMode");
  into.file_extension = from.maybe_text("FileExtension");
  into.custom_time_zone = from.maybe_text("CustomTimeZone");
  if (const auto backup = from.maybe_object("S3BackupConfiguration")) {
    into.s3_backup_configuration = read_s3<firehose::S3DestinationConfiguration>(*backup);
  }
  read_processing(from, into);
  return into;
}

firehose::AmazonOpenSearchServerlessDestinationConfiguration read_serverless(const Properties& from) {
  firehose::AmazonOpenSearchServerlessDestinationConfiguration into;
  into.role_arn = from.text("RoleARN");
  into.collection_endpoint = from.maybe_text("CollectionEndpoint");
  into.index_name = from.text("IndexName");
  into.s3_backup_mode = from.maybe_text("S3BackupMode");
  into.s3_configuration = read_s3<firehose::S3DestinationConfiguration>(*from.maybe_object("S3Configuration"));
  if (const auto retry = from.maybe_object("RetryOptions")) {
    into.retry_options.emplace().duration_in_seconds = retry->maybe_integer("DurationInSeconds");
  }
  read_logging_and_buffering(from, into);
  read_processing(from, into);
  return into;
}

firehose::CreateDeliveryStreamInput read_input(const Context& context) {
  const Properties& properties = context.properties();
  firehose::CreateDeliveryStreamInput input;
  input.delivery_stream_name = context.name();
  input.delivery_stream_type = properties.maybe_text("DeliveryStreamType");
  if (const auto source = properties.maybe_object("KinesisStreamSourceConfiguration")) {
    input.kinesis_stream_source_configuration = {source->text("KinesisStreamARN"), source->text("RoleARN")};
  }
  if (const auto destination = properties.maybe_object("AmazonOpenSearchServerlessDestinationConfiguration")) {
    input.amazon_open_search_serverless_destination_configuration = read_serverless(*destination);
  }
  if (const auto destination = properties.maybe_object("S3DestinationConfiguration")) {
    input.s3_destination_configuration = read_s3<firehose::S3DestinationConfiguration>(*destination);
  }
  if (const auto destination = properties.maybe_object("ExtendedS3DestinationConfiguration")) {
    input.extended_s3_destination_configuration = read_extended_s3(*destination);
  }
  if (properties.contains("Tags")) {
    input.tags.emplace();
    for (const Properties& tag : properties.objects("Tags"))
      input.tags->push_back({tag.text("Key"), tag.text("Value")});
  }
  return input;
}

firehose::DeliveryStreamDescription describe(const Context& context) {
  return context.call(firehose::DescribeDeliveryStreamInput{.delivery_stream_name = context.name()})
      .delivery_stream_description;
}

void create_delivery_stream(Context& context) {
  const firehose::CreateDeliveryStreamInput input = read_input(context);
  context.make(
      context.name(), [&] { context.call(input); }, [&] { return describe(context).create_timestamp; });
  firehose::DeliveryStreamDescription stream;
  context.wait_until([&] {
    stream = describe(context);
    if (stream.delivery_stream_status == "CREATING_FAILED") {
      const std::string why = stream.failure_description ? stream.failure_description->details : std::string();
      throw ResourceError(handler_message("Creation of delivery stream failed. " + why, "NotStabilized"));
    }
    return stream.delivery_stream_status == "ACTIVE";
  });
  context.set_attribute("Arn", stream.delivery_stream_arn);
}

void remove_delivery_stream(Context& context) {
  const std::string& name = context.physical_id();
  if (!context.call_unless_gone(firehose::DeleteDeliveryStreamInput{.delivery_stream_name = name})) return;
  context.wait_until(
      [&] { return !context.call_unless_gone(firehose::DescribeDeliveryStreamInput{.delivery_stream_name = name}); });
}

constexpr ResourceType kTypes[] = {{.name = "AWS::KinesisFirehose::DeliveryStream",
                                    .properties = kDeliveryStream,
                                    .naming = {.property = "DeliveryStreamName", .length_max = 64},
                                    .attributes = kAttributes,
                                    .create = create_delivery_stream,
                                    .remove = remove_delivery_stream}};

}  // namespace

std::span<const ResourceType> firehose_types() { return kTypes; }

}  // namespace standpipe::cloudformation
