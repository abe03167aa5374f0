// What a mapping may be configured with: AWS's limits and texts, and which of AWS's settings this server refuses.
#include <fmt/format.h>

#include "base/bytes.h"
#include "base/random.h"
#include "services/lambda/event_source/event_pattern.h"
#include "services/lambda/event_source/stored_mapping.h"

namespace standpipe::lambda {
namespace {

constexpr size_t kFiltersMax = 5;
constexpr int kRecordAgeMin = 60;
constexpr size_t kTagsMax = 50;
constexpr std::string_view kBucketArn = "arn:aws:s3:::";

aws::Error invalid(const std::string& text) { return InvalidParameterValueException(text).with("Type", "User"); }

void refuse(bool present, std::string_view parameter) {
  if (present) throw invalid(fmt::format("The parameter {} is not supported by this server.", parameter));
}

void require(bool present, std::string_view parameter) {
  if (present) return;
  throw invalid(fmt::format(
      "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null.",
      parameter));
}

// What belongs to sources that are no streams, and what is not there yet. The empty forms mean "none", which is so.
template <class Input>
void refuse_shared(const Input& input) {
  refuse(!input.kms_key_arn.value_or("").empty(), "KMSKeyArn");
  refuse(input.metrics_config && input.metrics_config->metrics && !input.metrics_config->metrics->empty(),
         "MetricsConfig");
  refuse(input.logging_config && input.logging_config->system_log_level, "LoggingConfig");
  refuse(input.scaling_config && input.scaling_config->maximum_concurrency, "ScalingConfig");
  refuse(input.source_access_configurations && !input.source_access_configurations->empty(),
         "SourceAccessConfigurations");
  refuse(input.amazon_managed_kafka_event_source_config.has_value(), "AmazonManagedKafkaEventSourceConfig");
  refuse(input.self_managed_kafka_event_source_config.has_value(), "SelfManagedKafkaEventSourceConfig");
  refuse(input.document_db_event_source_config.has_value(), "DocumentDBEventSourceConfig");
  refuse(input.provisioned_poller_config.has_value(), "ProvisionedPollerConfig");
}

void set_destination(const DestinationConfig& config, StoredMapping& mapping) {
  refuse(config.on_success && !config.on_success->destination.value_or("").empty(), "DestinationConfig.OnSuccess");
  mapping.on_failure = config.on_failure ? config.on_failure->destination.value_or("") : "";
  if (mapping.on_failure.empty()) return;
  if (!mapping.on_failure.starts_with(kBucketArn) || mapping.on_failure.size() == kBucketArn.size() ||
      mapping.on_failure.find('/') != std::string::npos) {
    throw invalid("The on-failure destination " + mapping.on_failure +
                  " is not supported by this server, which takes the ARN of an S3 bucket.");
  }
}

void set_filters(const FilterCriteria& criteria, StoredMapping& mapping) {
  mapping.filters.clear();
  if (!criteria.filters) return;
  if (criteria.filters->size() > kFiltersMax) {
    throw invalid(fmt::format("FilterCriteria has {} filters; at most {} are allowed.", criteria.filters->size(),
                              kFiltersMax));
  }
  for (const Filter& filter : *criteria.filters) {
    const std::string pattern = filter.pattern.value_or("");
    try {
      EventPattern::parse(pattern);
    } catch (const InvalidPattern& error) {
      throw invalid(error.what());
    }
    mapping.filters.push_back(pattern);
  }
}

void set_record_age(int seconds, StoredMapping& mapping) {
  if (seconds != -1 && seconds < kRecordAgeMin) {
    throw invalid(fmt::format("1 validation error detected: Value '{}' at 'maximumRecordAgeInSeconds' failed to "
                              "satisfy constraint: Member must have value greater than or equal to {}",
                              seconds, kRecordAgeMin));
  }
  mapping.record_age_s = seconds;
}

template <class Input>
void set_shared(const Input& input, StoredMapping& mapping) {
  refuse_shared(input);
  if (input.enabled) mapping.enabled = *input.enabled;
  if (input.batch_size) mapping.batch_size = *input.batch_size;
  if (input.maximum_batching_window_in_seconds) mapping.batching_window_s = *input.maximum_batching_window_in_seconds;
  if (input.parallelization_factor) mapping.parallelization = *input.parallelization_factor;
  if (input.maximum_record_age_in_seconds) set_record_age(*input.maximum_record_age_in_seconds, mapping);
  if (input.maximum_retry_attempts) mapping.retries = *input.maximum_retry_attempts;
  if (input.tumbling_window_in_seconds) mapping.tumbling_window_s = *input.tumbling_window_in_seconds;
  if (input.bisect_batch_on_function_error) mapping.bisect = *input.bisect_batch_on_function_error;
  if (input.function_response_types) mapping.reports_failures = !input.function_response_types->empty();
  if (input.destination_config) set_destination(*input.destination_config, mapping);
  if (input.filter_criteria) set_filters(*input.filter_criteria, mapping);
}

void set_start(const CreateEventSourceMappingInput& input, Timestamp now, StoredMapping& mapping) {
  require(input.starting_position.has_value(), "startingPosition");
  mapping.starting_position = *input.starting_position;
  const bool by_time = mapping.starting_position == "AT_TIMESTAMP";
  if (by_time) require(input.starting_position_timestamp.has_value(), "startingPositionTimestamp");
  if (!by_time && input.starting_position_timestamp) {
    throw invalid("StartingPositionTimestamp is only valid when StartingPosition is AT_TIMESTAMP.");
  }
  if (by_time && *input.starting_position_timestamp > now) {
    throw invalid("StartingPositionTimestamp cannot be in the future.");
  }
  mapping.starting_time = input.starting_position_timestamp;
}

void set_source(const aws::Request& request, const CreateEventSourceMappingInput& input, StoredMapping& mapping) {
  refuse(input.topics && !input.topics->empty(), "Topics");
  refuse(input.queues && !input.queues->empty(), "Queues");
  refuse(input.self_managed_event_source.has_value(), "SelfManagedEventSource");
  require(input.event_source_arn.has_value(), "eventSourceArn");
  const std::vector<std::string> parts = split(*input.event_source_arn, ':');
  if (parts.size() < 6 || parts[2] != "kinesis") {
    throw invalid("The event source " + *input.event_source_arn +
                  " is not supported by this server, which takes Kinesis streams and their consumers.");
  }
  if (!parts[5].starts_with("stream/") || parts[5].size() == 7) {
    throw invalid("Unrecognized event source, must be kinesis stream or consumer: " + *input.event_source_arn);
  }
  if (parts[3] != request.region) {
    throw invalid("The event source " + *input.event_source_arn + " is in another region than the function.");
  }
  mapping.source_arn = *input.event_source_arn;
}

}  // namespace

StoredMapping read_mapping(const aws::Request& request, const CreateEventSourceMappingInput& input, Timestamp now) {
  StoredMapping mapping;
  const FunctionName function = parse_function_name(request, input.function_name);
  mapping.uuid = random_uuid();
  mapping.account = function.account;
  mapping.region = function.region;
  mapping.function = function.name;
  mapping.created = mapping.modified = now;
  set_source(request, input, mapping);
  set_start(input, now, mapping);
  set_shared(input, mapping);
  if (input.tags) mapping.tags = *input.tags;
  if (mapping.tags.size() > kTagsMax) throw invalid("Number of tags exceeds resource tag limit.");
  return mapping;
}

void change_mapping(const UpdateEventSourceMappingInput& input, StoredMapping& mapping) {
  set_shared(input, mapping);
}

EventSourceMappingConfiguration describe(const StoredMapping& m) {
  EventSourceMappingConfiguration c;
  c.uuid = m.uuid;
  c.event_source_mapping_arn = m.arn();
  c.event_source_arn = m.source_arn;
  c.function_arn = m.function_name().arn();
  c.starting_position = m.starting_position;
  c.starting_position_timestamp = m.starting_time;
  c.batch_size = m.batch_size;
  c.maximum_batching_window_in_seconds = m.batching_window_s;
  c.parallelization_factor = m.parallelization;
  c.maximum_record_age_in_seconds = m.record_age_s;
  c.maximum_retry_attempts = m.retries;
  c.tumbling_window_in_seconds = m.tumbling_window_s;
  c.bisect_batch_on_function_error = m.bisect;
  c.function_response_types.emplace();
  if (m.reports_failures) c.function_response_types->push_back("ReportBatchItemFailures");
  c.destination_config.emplace().on_failure.emplace();
  if (!m.on_failure.empty()) c.destination_config->on_failure->destination = m.on_failure;
  if (!m.filters.empty()) {
    c.filter_criteria.emplace().filters.emplace();
    for (const std::string& pattern : m.filters) c.filter_criteria->filters->push_back({.pattern = pattern});
  }
  c.last_modified = m.modified;
  c.state_transition_reason = "User action";
  return c;
}

}  // namespace standpipe::lambda
