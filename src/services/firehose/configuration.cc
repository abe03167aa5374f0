#include "services/firehose/configuration.h"

namespace standpipe::firehose {
namespace {

constexpr int32_t kSizeMbDefault = 5;

void refuse(bool present, const std::string& member) {
  if (present) throw InvalidArgumentException(member + " is not supported by this server.");
}

Buffering buffering_of(const auto& hints) {
  if (!hints) return {};
  return {hints->interval_in_seconds, hints->size_in_mbs};
}

std::optional<LogTarget> log_of(const std::optional<CloudWatchLoggingOptions>& options) {
  if (!options) return std::nullopt;
  LogTarget log{options->enabled.value_or(false), options->log_group_name.value_or(""),
                options->log_stream_name.value_or("")};
  if (log.enabled && (log.group.empty() || log.stream.empty())) {
    throw InvalidArgumentException("LogGroupName and LogStreamName must be specified when logging is enabled.");
  }
  return log;
}

std::string compression_of(const std::optional<std::string>& format) {
  if (!format || *format == "UNCOMPRESSED" || *format == "GZIP") return format.value_or("UNCOMPRESSED");
  throw InvalidArgumentException("CompressionFormat " + *format + " is not supported by this server.");
}

void refuse_processing(const std::optional<ProcessingConfiguration>& processing) {
  refuse(processing && processing->enabled.value_or(false), "ProcessingConfiguration");
}

// The members that both forms of the S3 destination share.
S3Target s3_target(const auto& given) {
  S3Target target;
  target.role_arn = given.role_arn;
  target.bucket_arn = given.bucket_arn;
  target.prefix = given.prefix;
  target.error_prefix = given.error_output_prefix;
  target.compression = compression_of(given.compression_format);
  target.buffering = buffering_of(given.buffering_hints);
  target.log = log_of(given.cloud_watch_logging_options);
  refuse(given.encryption_configuration && given.encryption_configuration->kms_encryption_config,
         "KMSEncryptionConfig");
  const bool expressions = target.prefix && target.prefix->find("!{") != std::string::npos;
  if (expressions && !target.error_prefix) {
    throw InvalidArgumentException("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions");
  }
  return target;
}

S3Target extended_target(const ExtendedS3DestinationConfiguration& given) {
  refuse_processing(given.processing_configuration);
  refuse(given.s3_backup_mode.value_or("Disabled") != "Disabled", "S3BackupMode Enabled");
  refuse(given.s3_backup_configuration.has_value(), "S3BackupConfiguration");
  const auto& conversion = given.data_format_conversion_configuration;
  refuse(conversion && conversion->enabled.value_or(true), "DataFormatConversionConfiguration");
  const auto& partitioning = given.dynamic_partitioning_configuration;
  refuse(partitioning && partitioning->enabled.value_or(false), "DynamicPartitioningConfiguration");
  refuse(given.custom_time_zone.value_or("UTC") != "UTC", "CustomTimeZone other than UTC");
  S3Target target = s3_target(given);
  target.file_extension = given.file_extension;
  return target;
}

CollectionTarget collection_target(const AmazonOpenSearchServerlessDestinationConfiguration& given) {
  refuse_processing(given.processing_configuration);
  refuse(given.vpc_configuration.has_value(), "VpcConfiguration");
  if (!given.collection_endpoint) throw InvalidArgumentException("CollectionEndpoint must be specified.");
  CollectionTarget target;
  target.role_arn = given.role_arn;
  target.endpoint = *given.collection_endpoint;
  target.index = given.index_name;
  target.buffering = buffering_of(given.buffering_hints);
  if (given.retry_options) target.retry_s = given.retry_options->duration_in_seconds.value_or(300);
  target.backup_mode = given.s3_backup_mode.value_or("FailedDocumentsOnly");
  target.log = log_of(given.cloud_watch_logging_options);
  return target;
}

void refuse_other_destinations(const CreateDeliveryStreamInput& input) {
  refuse(input.redshift_destination_configuration.has_value(), "RedshiftDestinationConfiguration");
  refuse(input.elasticsearch_destination_configuration.has_value(), "ElasticsearchDestinationConfiguration");
  refuse(input.amazonopensearchservice_destination_configuration.has_value(),
         "AmazonopensearchserviceDestinationConfiguration");
  refuse(input.splunk_destination_configuration.has_value(), "SplunkDestinationConfiguration");
  refuse(input.http_endpoint_destination_configuration.has_value(), "HttpEndpointDestinationConfiguration");
  refuse(input.snowflake_destination_configuration.has_value(), "SnowflakeDestinationConfiguration");
  refuse(input.iceberg_destination_configuration.has_value(), "IcebergDestinationConfiguration");
  refuse(input.msk_source_configuration.has_value(), "MSKSourceConfiguration");
  refuse(input.database_source_configuration.has_value(), "DatabaseSourceConfiguration");
  refuse(input.delivery_stream_encryption_configuration_input.has_value(),
         "DeliveryStreamEncryptionConfigurationInput");
}

void read_source(const CreateDeliveryStreamInput& input, Configuration& configuration) {
  configuration.type = input.delivery_stream_type.value_or("DirectPut");
  const bool kinesis = configuration.type == "KinesisStreamAsSource";
  if (!kinesis && configuration.type != "DirectPut") refuse(true, "DeliveryStreamType " + configuration.type);
  if (kinesis != input.kinesis_stream_source_configuration.has_value()) {
    throw InvalidArgumentException(kinesis
                                       ? "KinesisStreamSourceConfiguration must be specified for the delivery stream "
                                         "type KinesisStreamAsSource."
                                       : "KinesisStreamSourceConfiguration is only supported for the delivery stream "
                                         "type KinesisStreamAsSource.");
  }
  if (kinesis) {
    configuration.source_arn = input.kinesis_stream_source_configuration->kinesis_stream_arn;
    configuration.source_role_arn = input.kinesis_stream_source_configuration->role_arn;
  }
  if (input.direct_put_source_configuration) {
    configuration.throughput_hint = input.direct_put_source_configuration->throughput_hint_in_mbs;
  }
}

CloudWatchLoggingOptions log_description(const std::optional<LogTarget>& log) {
  CloudWatchLoggingOptions options;
  options.enabled = log && log->enabled;
  if (log && !log->group.empty()) options.log_group_name = log->group;
  if (log && !log->stream.empty()) options.log_stream_name = log->stream;
  return options;
}

void describe_s3(const S3Target& s3, const Defaults& defaults, auto& description) {
  description.role_arn = s3.role_arn;
  description.bucket_arn = s3.bucket_arn;
  description.prefix = s3.prefix;
  description.error_output_prefix = s3.error_prefix;
  description.buffering_hints.interval_in_seconds = s3.buffering.interval_s.value_or(defaults.buffer_interval_s);
  description.buffering_hints.size_in_mbs = s3.buffering.size_mb.value_or(kSizeMbDefault);
  description.compression_format = s3.compression;
  description.encryption_configuration.no_encryption_config = "NoEncryption";
  description.cloud_watch_logging_options = log_description(s3.log);
}

void describe_destination(const Configuration& configuration, const Defaults& defaults,
                          DestinationDescription& destination) {
  destination.destination_id = "destinationId-000000000001";
  S3DestinationDescription s3;
  describe_s3(configuration.s3, defaults, s3);
  if (const auto& collection = configuration.collection) {
    auto& described = destination.amazon_open_search_serverless_destination_description.emplace();
    described.role_arn = collection->role_arn;
    described.collection_endpoint = collection->endpoint;
    described.index_name = collection->index;
    auto& hints = described.buffering_hints.emplace();
    hints.interval_in_seconds = collection->buffering.interval_s.value_or(defaults.buffer_interval_s);
    hints.size_in_mbs = collection->buffering.size_mb.value_or(kSizeMbDefault);
    described.retry_options.emplace().duration_in_seconds = collection->retry_s;
    described.s3_backup_mode = collection->backup_mode;
    described.s3_destination_description = std::move(s3);
    described.cloud_watch_logging_options = log_description(collection->log);
    return;
  }
  destination.s3_destination_description = std::move(s3);
  auto& extended = destination.extended_s3_destination_description.emplace();
  describe_s3(configuration.s3, defaults, extended);
  extended.s3_backup_mode = "Disabled";
  extended.file_extension = configuration.s3.file_extension;
}

}  // namespace

std::string Configuration::arn() const {
  return "arn:aws:firehose:" + region + ":" + account + ":deliverystream/" + name;
}

Configuration configuration_of(const CreateDeliveryStreamInput& input) {
  refuse_other_destinations(input);
  Configuration configuration;
  configuration.name = input.delivery_stream_name;
  read_source(input, configuration);
  const auto& collection = input.amazon_open_search_serverless_destination_configuration;
  const int destinations = input.s3_destination_configuration.has_value() +
                           input.extended_s3_destination_configuration.has_value() + collection.has_value();
  if (destinations != 1) {
    throw InvalidArgumentException("Exactly one destination configuration is supported for a Firehose");
  }
  if (collection) {
    configuration.collection = collection_target(*collection);
    configuration.s3 = s3_target(collection->s3_configuration);
  } else if (input.extended_s3_destination_configuration) {
    configuration.extended_s3 = true;
    configuration.s3 = extended_target(*input.extended_s3_destination_configuration);
  } else {
    configuration.s3 = s3_target(*input.s3_destination_configuration);
  }
  if (input.tags) configuration.tags = *input.tags;
  return configuration;
}

DeliveryStreamDescription describe(const Configuration& configuration, const Defaults& defaults) {
  DeliveryStreamDescription description;
  description.delivery_stream_name = configuration.name;
  description.delivery_stream_arn = configuration.arn();
  description.delivery_stream_status = configuration.deleting ? "DELETING" : "ACTIVE";
  description.delivery_stream_encryption_configuration.emplace().status = "DISABLED";
  description.delivery_stream_type = configuration.type;
  description.version_id = configuration.version;
  description.create_timestamp = configuration.created;
  if (!configuration.source_arn.empty()) {
    auto& source = description.source.emplace().kinesis_stream_source_description.emplace();
    source.kinesis_stream_arn = configuration.source_arn;
    source.role_arn = configuration.source_role_arn;
    source.delivery_start_timestamp = configuration.created;
  } else if (configuration.throughput_hint) {
    description.source.emplace().direct_put_source_description.emplace().throughput_hint_in_mbs =
        configuration.throughput_hint;
  }
  describe_destination(configuration, defaults, description.destinations.emplace_back());
  return description;
}

}  // namespace standpipe::firehose
