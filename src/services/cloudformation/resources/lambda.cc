#include "generated/lambda.h"

#include "base/bytes.h"
#include "services/cloudformation/resources/context.h"
#include "services/cloudformation/resources/function_archive.h"
#include "services/cloudformation/resources/tables.h"

namespace standpipe::cloudformation {
namespace {

constexpr Property kCode[] = {{.name = "ZipFile"},           {.name = "S3Bucket"}, {.name = "S3Key"},
                              {.name = "S3ObjectVersion"},   refused("ImageUri"),  refused("SourceKMSKeyArn"),
                              refused("S3ObjectStorageMode")};
constexpr Property kEnvironment[] = {{.name = "Variables", .kind = PropertyKind::text_map}};
constexpr Property kEphemeralStorage[] = {{.name = "Size", .kind = PropertyKind::integer, .required = true}};
constexpr Property kFunction[] = {
    {.name = "FunctionName"},
    {.name = "Architectures", .kind = PropertyKind::texts},
    {.name = "Code", .kind = PropertyKind::object, .required = true, .members = kCode},
    {.name = "Description"},
    {.name = "Environment", .kind = PropertyKind::object, .members = kEnvironment},
    {.name = "EphemeralStorage", .kind = PropertyKind::object, .members = kEphemeralStorage},
    {.name = "Handler"},
    {.name = "Layers", .kind = PropertyKind::texts},
    {.name = "MemorySize", .kind = PropertyKind::integer},
    {.name = "PackageType"},
    {.name = "Role", .required = true},
    {.name = "Runtime"},
    {.name = "Tags", .kind = PropertyKind::objects, .members = kTagMembers},
    {.name = "Timeout", .kind = PropertyKind::integer},
    refused("CapacityProviderConfig"),
    refused("CodeSigningConfigArn"),
    refused("DeadLetterConfig"),
    refused("DurableConfig"),
    refused("FileSystemConfigs"),
    refused("FunctionScalingConfig"),
    refused("ImageConfig"),
    refused("KmsKeyArn"),
    refused("LoggingConfig"),
    refused("PublishToLatestPublished"),
    refused("RecursiveLoop"),
    refused("ReservedConcurrentExecutions"),
    refused("RuntimeManagementConfig"),
    refused("SnapStart"),
    refused("TenancyConfig"),
    refused("TracingConfig"),
    refused("VpcConfig"),
};
constexpr std::string_view kFunctionAttributes[] = {"Arn"};

constexpr Property kContent[] = {
    {.name = "S3Bucket", .required = true}, {.name = "S3Key", .required = true}, {.name = "S3ObjectVersion"}};
constexpr Property kLayer[] = {
    {.name = "LayerName"},
    {.name = "CompatibleArchitectures", .kind = PropertyKind::texts},
    {.name = "CompatibleRuntimes", .kind = PropertyKind::texts},
    {.name = "Content", .kind = PropertyKind::object, .required = true, .members = kContent},
    {.name = "Description"},
    {.name = "LicenseInfo"},
};
constexpr std::string_view kLayerAttributes[] = {"LayerVersionArn"};

constexpr Property kPermission[] = {
    {.name = "Action", .required = true},
    {.name = "FunctionName", .required = true},
    {.name = "Principal", .required = true},
    {.name = "SourceArn"},
    {.name = "SourceAccount"},
    {.name = "EventSourceToken"},
    refused("FunctionUrlAuthType"),
    refused("InvokedViaFunctionUrl"),
    refused("PrincipalOrgID"),
};
constexpr std::string_view kPermissionAttributes[] = {"Id"};

constexpr Property kDestination[] = {{.name = "Destination"}};
constexpr Property kDestinations[] = {{.name = "OnFailure", .kind = PropertyKind::object, .members = kDestination},
                                      refused("OnSuccess")};
constexpr Property kFilter[] = {{.name = "Pattern"}};
constexpr Property kFilters[] = {{.name = "Filters", .kind = PropertyKind::objects, .members = kFilter}};
constexpr Property kMapping[] = {
    {.name = "BatchSize", .kind = PropertyKind::integer},
    {.name = "BisectBatchOnFunctionError", .kind = PropertyKind::boolean},
    {.name = "DestinationConfig", .kind = PropertyKind::object, .members = kDestinations},
    {.name = "Enabled", .kind = PropertyKind::boolean},
    {.name = "EventSourceArn"},
    {.name = "FilterCriteria", .kind = PropertyKind::object, .members = kFilters},
    {.name = "FunctionName", .required = true},
    {.name = "FunctionResponseTypes", .kind = PropertyKind::texts},
    {.name = "MaximumBatchingWindowInSeconds", .kind = PropertyKind::integer},
    {.name = "MaximumRecordAgeInSeconds", .kind = PropertyKind::integer},
    {.name = "MaximumRetryAttempts", .kind = PropertyKind::integer},
    {.name = "ParallelizationFactor", .kind = PropertyKind::integer},
    {.name = "StartingPosition"},
    {.name = "StartingPositionTimestamp"},
    {.name = "Tags", .kind = PropertyKind::objects, .members = kTagMembers},
    {.name = "TumblingWindowInSeconds", .kind = PropertyKind::integer},
    refused("AmazonManagedKafkaEventSourceConfig"),
    refused("DocumentDBEventSourceConfig"),
    refused("KmsKeyArn"),
    refused("LoggingConfig"),
    refused("MetricsConfig"),
    refused("ProvisionedPollerConfig"),
    refused("Queues"),
    refused("ScalingConfig"),
    refused("SelfManagedEventSource"),
    refused("SelfManagedKafkaEventSourceConfig"),
    refused("SourceAccessConfigurations"),
    refused("Topics"),
};
constexpr std::string_view kMappingAttributes[] = {"EventSourceMappingArn", "Id"};
// As long as a function may run: what is with it is waited for.
constexpr Duration kMappingTime = std::chrono::minutes(16);

lambda::FunctionCode read_code(const Context& context, const Properties& code) {
  if (code.contains("ZipFile")) {
    const std::string archive = inline_code_archive(context.properties().text("Runtime"), code.text("ZipFile"),
                                                    context.facts().cfnresponse_source);
    return {.zip_file = aws::Blob{archive}};
  }
  return {.s3_bucket = code.maybe_text("S3Bucket"),
          .s3_key = code.maybe_text("S3Key"),
          .s3_object_version = code.maybe_text("S3ObjectVersion")};
}

lambda::CreateFunctionInput read_function(const Context& context) {
  const Properties& properties = context.properties();
  lambda::CreateFunctionInput input;
  input.function_name = context.name();
  input.runtime = properties.maybe_text("Runtime");
  input.role = properties.text("Role");
  input.handler = properties.maybe_text("Handler");
  input.code = read_code(context, *properties.maybe_object("Code"));
  input.description = properties.maybe_text("Description");
  input.timeout = properties.maybe_integer("Timeout");
  input.memory_size = properties.maybe_integer("MemorySize");
  input.package_type = properties.maybe_text("PackageType");
  input.layers = properties.maybe_texts("Layers");
  input.architectures = properties.maybe_texts("Architectures");
  input.tags = tag_map_of(properties);
  if (const auto environment = properties.maybe_object("Environment")) {
    input.environment = lambda::Environment{.variables = environment->text_map("Variables")};
  }
  if (const auto storage = properties.maybe_object("EphemeralStorage")) {
    input.ephemeral_storage = lambda::EphemeralStorage{*storage->maybe_integer("Size")};
  }
  return input;
}

lambda::FunctionConfiguration describe(const Context& context) {
  return context.call(lambda::GetFunctionConfigurationInput{.function_name = context.name()});
}

void create_function(Context& context) {
  const lambda::CreateFunctionInput input = read_function(context);
  context.make(
      context.name(), [&] { context.call(input); },
      [&]() -> std::optional<Timestamp> { return parse_iso8601(describe(context).last_modified.value_or("")); });
  lambda::FunctionConfiguration function;
  context.wait_until([&] {
    function = describe(context);
    if (function.state == "Failed") {
      throw ResourceError(handler_message(function.state_reason.value_or("The function failed"), "NotStabilized"));
    }
    return function.state == "Active";
  });
  context.set_attribute("Arn", function.function_arn.value_or(""));
}

void remove_function(Context& context) {
  context.call_unless_gone(lambda::DeleteFunctionInput{.function_name = context.physical_id()});
}

std::string publish_layer(const Context& context) {
  const Properties& properties = context.properties();
  const Properties content = *properties.maybe_object("Content");
  lambda::PublishLayerVersionInput input;
  input.layer_name = context.name();
  input.description = properties.maybe_text("Description");
  input.content.s3_bucket = content.maybe_text("S3Bucket");
  input.content.s3_key = content.maybe_text("S3Key");
  input.content.s3_object_version = content.maybe_text("S3ObjectVersion");
  input.compatible_architectures = properties.maybe_texts("CompatibleArchitectures");
  input.compatible_runtimes = properties.maybe_texts("CompatibleRuntimes");
  input.license_info = properties.maybe_text("LicenseInfo");
  return context.call(input).layer_version_arn.value();
}

// Versions are listed newest first.
std::optional<std::string> find_layer(const Context& context, Timestamp since) {
  try {
    const auto output = context.call(lambda::ListLayerVersionsInput{.layer_name = context.name()});
    if (!output.layer_versions || output.layer_versions->empty()) return std::nullopt;
    const lambda::LayerVersionsListItem& newest = output.layer_versions->front();
    const auto made = parse_iso8601(newest.created_date.value_or(""));
    return made && *made >= since ? newest.layer_version_arn : std::nullopt;
  } catch (const aws::Error& error) {
    if (!not_found(error)) throw;
    return std::nullopt;
  }
}

void create_layer(Context& context) {
  context.make([&] { return publish_layer(context); }, [&](Timestamp since) { return find_layer(context, since); });
  context.set_attribute("LayerVersionArn", context.physical_id());
}

void remove_layer(Context& context) {
  const std::vector<std::string> arn = split(context.physical_id(), ':');
  const auto version = arn.empty() ? std::nullopt : parse_int(arn.back());
  if (arn.size() < 8 || !version) return;
  context.call_unless_gone(lambda::DeleteLayerVersionInput{.layer_name = arn[6], .version_number = *version});
}

void create_permission(Context& context) {
  const Properties& properties = context.properties();
  lambda::AddPermissionInput input;
  input.function_name = properties.text("FunctionName");
  input.statement_id = context.name();
  input.action = properties.text("Action");
  input.principal = properties.text("Principal");
  input.source_arn = properties.maybe_text("SourceArn");
  input.source_account = properties.maybe_text("SourceAccount");
  input.event_source_token = properties.maybe_text("EventSourceToken");
  // The statement's id is random: one that exists after a restart is ours.
  context.make(
      context.name(), [&] { context.call(input); }, [] { return Timestamp::max(); });
  context.set_attribute("Id", context.physical_id());
}

void remove_permission(Context& context) {
  context.call_unless_gone(lambda::RemovePermissionInput{.function_name = context.properties().text("FunctionName"),
                                                         .statement_id = context.physical_id()});
}

std::optional<Timestamp> read_time(const Properties& properties, std::string_view name) {
  const auto text = properties.maybe_text(name);
  if (!text) return std::nullopt;
  const auto seconds = parse_double(*text);
  if (!seconds) {
    throw ResourceError("Property validation failure: [Value of property {/" + std::string(name) +
                        "} does not match type {Number}]");
  }
  return from_epoch_ms(static_cast<int64_t>(*seconds * 1000));
}

lambda::CreateEventSourceMappingInput read_mapping(const Properties& properties) {
  lambda::CreateEventSourceMappingInput input;
  input.event_source_arn = properties.maybe_text("EventSourceArn");
  input.function_name = properties.text("FunctionName");
  input.enabled = properties.maybe_boolean("Enabled");
  input.batch_size = properties.maybe_integer("BatchSize");
  input.maximum_batching_window_in_seconds = properties.maybe_integer("MaximumBatchingWindowInSeconds");
  input.parallelization_factor = properties.maybe_integer("ParallelizationFactor");
  input.starting_position = properties.maybe_text("StartingPosition");
  input.starting_position_timestamp = read_time(properties, "StartingPositionTimestamp");
  input.maximum_record_age_in_seconds = properties.maybe_integer("MaximumRecordAgeInSeconds");
  input.maximum_retry_attempts = properties.maybe_integer("MaximumRetryAttempts");
  input.bisect_batch_on_function_error = properties.maybe_boolean("BisectBatchOnFunctionError");
  input.tumbling_window_in_seconds = properties.maybe_integer("TumblingWindowInSeconds");
  input.function_response_types = properties.maybe_texts("FunctionResponseTypes");
  input.tags = tag_map_of(properties);
  if (const auto destinations = properties.maybe_object("DestinationConfig")) {
    input.destination_config.emplace();
    if (const auto failure = destinations->maybe_object("OnFailure")) {
      input.destination_config->on_failure = lambda::OnFailure{failure->maybe_text("Destination")};
    }
  }
  if (const auto criteria = properties.maybe_object("FilterCriteria")) {
    auto& filters = input.filter_criteria.emplace().filters.emplace();
    for (const Properties& filter : criteria->objects("Filters")) filters.push_back({filter.maybe_text("Pattern")});
  }
  return input;
}

void create_mapping(Context& context) {
  const lambda::CreateEventSourceMappingInput input = read_mapping(context.properties());
  // A function has one mapping for a source.
  const auto find = [&](Timestamp since) -> std::optional<std::string> {
    const auto found = context.call(lambda::ListEventSourceMappingsInput{.event_source_arn = input.event_source_arn,
                                                                         .function_name = input.function_name});
    if (!found.event_source_mappings || found.event_source_mappings->empty()) return std::nullopt;
    const lambda::EventSourceMappingConfiguration& mapping = found.event_source_mappings->front();
    return mapping.last_modified >= since ? mapping.uuid : std::nullopt;
  };
  context.make([&] { return context.call(input).uuid.value(); }, find);
  lambda::EventSourceMappingConfiguration mapping;
  context.wait_until([&] {
    mapping = context.call(lambda::GetEventSourceMappingInput{context.physical_id()});
    return mapping.state == "Enabled" || mapping.state == "Disabled";
  });
  context.set_attribute("Id", context.physical_id());
  context.set_attribute("EventSourceMappingArn", mapping.event_source_mapping_arn.value_or(""));
}

void remove_mapping(Context& context) {
  const std::string& uuid = context.physical_id();
  context.wait_until(
      [&] {
        try {
          context.call_unless_gone(lambda::DeleteEventSourceMappingInput{uuid});
          return true;
        } catch (const aws::Error& error) {
          if (error.code != "ResourceInUseException") throw;
          return false;
        }
      },
      kMappingTime);
  context.wait_until([&] { return !context.call_unless_gone(lambda::GetEventSourceMappingInput{uuid}); }, kMappingTime);
}

constexpr ResourceType kTypes[] = {{.name = "AWS::Lambda::Function",
                                    .properties = kFunction,
                                    .naming = {.property = "FunctionName", .length_max = 64},
                                    .attributes = kFunctionAttributes,
                                    .create = create_function,
                                    .remove = remove_function},
                                   {.name = "AWS::Lambda::LayerVersion",
                                    .properties = kLayer,
                                    .naming = {.property = "LayerName", .length_max = 64},
                                    .attributes = kLayerAttributes,
                                    .create = create_layer,
                                    .remove = remove_layer},
                                   {.name = "AWS::Lambda::Permission",
                                    .properties = kPermission,
                                    .naming = {.length_max = 100},
                                    .attributes = kPermissionAttributes,
                                    .create = create_permission,
                                    .remove = remove_permission},
                                   {.name = "AWS::Lambda::EventSourceMapping",
                                    .properties = kMapping,
                                    .attributes = kMappingAttributes,
                                    .create = create_mapping,
                                    .remove = remove_mapping}};

}  // namespace

std::span<const ResourceType> lambda_types() { return kTypes; }

}  // namespace standpipe::cloudformation
