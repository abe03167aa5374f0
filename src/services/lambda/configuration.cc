#include "services/lambda/configuration.h"

#include <fmt/format.h>

#include <set>

#include "base/bytes.h"

namespace standpipe::lambda {
namespace {

constexpr size_t kEnvironmentBytesMax = 4096;
constexpr size_t kLayersMax = 5;
constexpr int kMemoryMbMax = 10240, kTimeoutSMax = 900, kTemporaryMbMax = 10240;

const std::set<std::string, std::less<>> kReservedVariables = {"_HANDLER",
                                                               "_X_AMZN_TRACE_ID",
                                                               "AWS_DEFAULT_REGION",
                                                               "AWS_REGION",
                                                               "AWS_EXECUTION_ENV",
                                                               "AWS_LAMBDA_FUNCTION_NAME",
                                                               "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                                               "AWS_LAMBDA_FUNCTION_VERSION",
                                                               "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                               "AWS_LAMBDA_LOG_GROUP_NAME",
                                                               "AWS_LAMBDA_LOG_STREAM_NAME",
                                                               "AWS_ACCESS_KEY",
                                                               "AWS_ACCESS_KEY_ID",
                                                               "AWS_SECRET_ACCESS_KEY",
                                                               "AWS_SESSION_TOKEN",
                                                               "AWS_LAMBDA_RUNTIME_API",
                                                               "LAMBDA_TASK_ROOT",
                                                               "LAMBDA_RUNTIME_DIR"};

void refuse(bool present, const char* parameter) {
  if (present) {
    throw InvalidParameterValueException(std::string("The parameter ") + parameter +
                                         " is not supported by this server.");
  }
}

void at_most(int value, int max, const char* parameter) {
  if (value > max) {
    throw InvalidParameterValueException(fmt::format(
        "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must have value "
        "less than or equal to {}",
        value, parameter, max));
  }
}

// The parameters that creation and update of a configuration share. Their empty forms mean "none", which is so here.
template <class Input>
void refuse_shared(const Input& input) {
  const auto filled = [](const auto& list) { return list && !list->empty(); };
  refuse(input.vpc_config && (filled(input.vpc_config->subnet_ids) || filled(input.vpc_config->security_group_ids)),
         "VpcConfig");
  refuse(input.dead_letter_config && !input.dead_letter_config->target_arn.value_or("").empty(), "DeadLetterConfig");
  refuse(!input.kms_key_arn.value_or("").empty(), "KMSKeyArn");
  refuse(input.tracing_config && input.tracing_config->mode.value_or("PassThrough") != "PassThrough",
         "TracingConfig.Mode Active");
  refuse(filled(input.file_system_configs), "FileSystemConfigs");
  refuse(input.image_config.has_value(), "ImageConfig");
  refuse(input.snap_start && input.snap_start->apply_on.value_or("None") != "None", "SnapStart");
  refuse(input.capacity_provider_config.has_value(), "CapacityProviderConfig");
  refuse(input.durable_config.has_value(), "DurableConfig");
  refuse(input.runtime_config.has_value(), "RuntimeConfig");
  refuse(input.accelerator_config.has_value(), "AcceleratorConfig");
  if (const auto& logging = input.logging_config) {
    refuse(logging->log_format.value_or("Text") != "Text", "LoggingConfig.LogFormat JSON");
    refuse(logging->application_log_level.has_value(), "LoggingConfig.ApplicationLogLevel");
    refuse(logging->system_log_level.has_value(), "LoggingConfig.SystemLogLevel");
  }
}

std::string printed(const std::map<std::string, std::string>& variables) {
  json::Object object;
  for (const auto& [name, text] : variables) object.append(name, text);
  return json::print(object);
}

void set_environment(const Environment& environment, StoredFunction& function) {
  const auto variables = environment.variables.value_or(std::map<std::string, std::string>{});
  std::vector<std::string> reserved;
  for (const auto& [name, text] : variables) {
    if (kReservedVariables.contains(name)) reserved.push_back(name);
  }
  if (!reserved.empty()) {
    throw InvalidParameterValueException(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        "contains reserved keys that are currently not supported for modification. Reserved keys used in this "
        "request: " +
        join(reserved, ", "));
  }
  const std::string text = printed(variables);
  if (text.size() > kEnvironmentBytesMax) {
    throw InvalidParameterValueException(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        "exceeded the 4KB limit. String measured: " +
        text);
  }
  function.variables = variables;
  function.has_environment = !variables.empty();
}

template <class Input>
void configure_shared(const Input& input, StoredFunction& function) {
  if (input.runtime) function.runtime = *input.runtime;
  if (input.handler) function.handler = *input.handler;
  if (input.description) function.description = *input.description;
  if (input.timeout) function.timeout_s = *input.timeout;
  if (input.memory_size) function.memory_mb = *input.memory_size;
  if (input.ephemeral_storage) function.temporary_mb = input.ephemeral_storage->size;
  at_most(function.timeout_s, kTimeoutSMax, "timeout");
  at_most(function.memory_mb, kMemoryMbMax, "memorySize");
  at_most(function.temporary_mb, kTemporaryMbMax, "ephemeralStorage.size");
  if (input.environment) set_environment(*input.environment, function);
  if (input.layers) function.layers = *input.layers;
  if (function.layers.size() > kLayersMax) {
    throw InvalidParameterValueException(fmt::format("Cannot reference more than {} layers.", kLayersMax));
  }
  if (input.logging_config && input.logging_config->log_group) function.log_group = *input.logging_config->log_group;
}

}  // namespace

void refuse_unsupported(const CreateFunctionInput& input) {
  refuse_shared(input);
  refuse(input.package_type.value_or("Zip") != "Zip", "PackageType Image");
  refuse(input.code.image_uri.has_value(), "Code.ImageUri");
  refuse(input.code.source_kms_key_arn.has_value(), "Code.SourceKMSKeyArn");
  refuse(input.code.s3_object_storage_mode.has_value(), "Code.S3ObjectStorageMode");
  refuse(input.publish.value_or(false), "Publish");
  refuse(input.publish_to.has_value(), "PublishTo");
  refuse(!input.code_signing_config_arn.value_or("").empty(), "CodeSigningConfigArn");
  refuse(input.tenancy_config.has_value(), "TenancyConfig");
}

void refuse_unsupported(const UpdateFunctionConfigurationInput& input) { refuse_shared(input); }

void refuse_unsupported(const UpdateFunctionCodeInput& input) {
  refuse(input.image_uri.has_value(), "ImageUri");
  refuse(input.source_kms_key_arn.has_value(), "SourceKMSKeyArn");
  refuse(input.s3_object_storage_mode.has_value(), "S3ObjectStorageMode");
  refuse(input.publish.value_or(false), "Publish");
  refuse(input.publish_to.has_value(), "PublishTo");
}

void configure(const CreateFunctionInput& input, StoredFunction& function) {
  if (!input.runtime || !input.handler) {
    throw InvalidParameterValueException(
        "Runtime and Handler are mandatory parameters for functions created with "
        "deployment packages.");
  }
  function.role = input.role;
  if (input.architectures && !input.architectures->empty()) function.architecture = input.architectures->front();
  if (input.tags) function.tags = *input.tags;
  configure_shared(input, function);
}

void configure(const UpdateFunctionConfigurationInput& input, StoredFunction& function) {
  if (input.role) function.role = *input.role;
  configure_shared(input, function);
}

}  // namespace standpipe::lambda
