// Functions: create, describe, list, update, delete.
#include <algorithm>

#include "base/random.h"
#include "services/lambda/configuration.h"
#include "services/lambda/lambda.h"
#include "services/lambda/references.h"

namespace standpipe::lambda {
namespace {

std::string timestamp(Timestamp time) {  // 2026-11-23T09:30:00.123+0000
  std::string text = format_iso8601(time);
  text.replace(text.size() - 1, 1, "+0000");
  return text;
}

void require_latest(const FunctionName& name) {
  if (!name.qualifier.empty() && name.qualifier != "$LATEST") {
    throw ResourceNotFoundException("Function not found: " + name.qualified_arn()).with("Type", "User");
  }
}

}  // namespace

std::optional<StoredFunction> Lambda::find(const FunctionName& name) {
  const auto document = metadata_.get(function_key(name));
  if (!document) return std::nullopt;
  return parse_function(document->value);
}

StoredFunction Lambda::function(const FunctionName& name) {
  require_latest(name);
  auto found = find(name);
  if (!found) throw ResourceNotFoundException("Function not found: " + name.qualified_arn()).with("Type", "User");
  return *std::move(found);
}

void Lambda::check_role(const StoredFunction& function) {
  if (!roles_.assume(function.role, "lambda.amazonaws.com", function.name, function.arn())) {
    throw InvalidParameterValueException("The role defined for the function cannot be assumed by Lambda.");
  }
}

void Lambda::check_runtime(const StoredFunction& function) {
  if (!sandboxes_.supports(function.runtime)) {
    throw InvalidParameterValueException("The runtime " + function.runtime +
                                         " is not supported by this server, which "
                                         "runs python3.x and provided.*.");
  }
}

FunctionConfiguration Lambda::describe(const StoredFunction& function) {
  FunctionConfiguration c;
  c.function_name = function.name;
  c.function_arn = function.arn();
  c.runtime = function.runtime;
  c.role = function.role;
  c.handler = function.handler;
  c.code_size = static_cast<int64_t>(function.code.bytes);
  c.description = function.description;
  c.timeout = function.timeout_s;
  c.memory_size = function.memory_mb;
  c.last_modified = timestamp(function.modified);
  c.code_sha256 = function.code.sha256;
  c.version = "$LATEST";
  if (function.has_environment) c.environment = EnvironmentResponse{.variables = function.variables};
  c.tracing_config = TracingConfigResponse{.mode = "PassThrough"};
  c.revision_id = function.revision;
  if (!function.layers.empty()) {
    c.layers.emplace();
    for (size_t i = 0; i < function.layers.size(); ++i) {
      const int64_t size = i < function.layer_codes.size() ? static_cast<int64_t>(function.layer_codes[i].bytes) : 0;
      c.layers->push_back({.arn = function.layers[i], .code_size = size});
    }
  }
  c.state = "Active";
  c.last_update_status = "Successful";
  c.package_type = "Zip";
  c.architectures = {{function.architecture}};
  c.ephemeral_storage = EphemeralStorage{.size = function.temporary_mb};
  c.snap_start = SnapStartResponse{.apply_on = "None", .optimization_status = "Off"};
  c.logging_config = LoggingConfig{.log_format = "Text", .log_group = function.log_group_name()};
  return c;
}

FunctionConfiguration Lambda::describe_changed(const StoredFunction& function) {
  FunctionConfiguration c = describe(function);
  c.last_update_status = "InProgress";
  c.last_update_status_reason = "The function is being created.";
  c.last_update_status_reason_code = "Creating";
  return c;
}

CreateFunctionOutput Lambda::create_function(const aws::Request& request, const CreateFunctionInput& input) {
  refuse_unsupported(input);
  const FunctionName name = parse_function_name(request, input.function_name);
  require_latest(name);
  StoredFunction function;
  function.account = name.account;
  function.region = name.region;
  function.name = name.name;
  configure(input, function);
  check_runtime(function);
  const std::string key = function_key(name);
  const auto exists = [&] {
    return ResourceConflictException("Function already exist: " + name.name).with("Type", "User");
  };
  if (metadata_.get(key)) throw exists();
  function.layer_codes = layer_archives(request, function.layers);
  check_role(function);
  function.code =
      store_code(request, {input.code.zip_file, input.code.s3_bucket, input.code.s3_key, input.code.s3_object_version},
                 "CreateFunction");
  function.revision = random_uuid();
  function.modified = clock_.now();
  try {
    metadata_.transaction([&](MetadataTransaction& transaction) {
      transaction.put(key, print_stored(function), kAbsent);
      for (const std::string& blob : function.blobs()) add_reference(transaction, blob, key);
    });
  } catch (const Conflict&) {
    code_.remove(function.code);
    throw exists();
  }
  CreateFunctionOutput output = describe(function);
  output.state = "Pending";
  output.state_reason = "The function is being created.";
  output.state_reason_code = "Creating";
  output.last_update_status.reset();
  return output;
}

GetFunctionOutput Lambda::get_function(const aws::Request& request, const GetFunctionInput& input) {
  const StoredFunction found = function(parse_function_name(request, input.function_name, input.qualifier));
  GetFunctionOutput output;
  output.configuration = describe(found);
  // No Location: blobs have no address that could be fetched.
  output.code = FunctionCodeLocation{.repository_type = "S3"};
  if (!found.tags.empty()) output.tags = found.tags;
  return output;
}

GetFunctionConfigurationOutput Lambda::get_function_configuration(const aws::Request& request,
                                                                  const GetFunctionConfigurationInput& input) {
  return describe(function(parse_function_name(request, input.function_name, input.qualifier)));
}

ListFunctionsOutput Lambda::list_functions(const aws::Request& request, const ListFunctionsInput& input) {
  if (input.master_region && *input.master_region != "ALL" && *input.master_region != request.region) {
    throw InvalidParameterValueException("The parameter MasterRegion is not supported by this server.");
  }
  const size_t count = std::min<size_t>(static_cast<size_t>(input.max_items.value_or(50)), 50);
  const std::string prefix = function_prefix(request);
  const auto documents = metadata_.scan(prefix, input.marker ? prefix + *input.marker : std::string(), count + 1);
  ListFunctionsOutput output;
  output.functions.emplace();
  for (const Document& document : documents) {
    if (output.functions->size() == count) {
      output.next_marker = output.functions->back().function_name;
      break;
    }
    output.functions->push_back(describe(parse_function(document.value)));
  }
  return output;
}

StoredFunction Lambda::change(const FunctionName& name, const std::optional<std::string>& revision,
                              const std::function<void(StoredFunction&)>& change) {
  require_latest(name);
  StoredFunction changed;
  std::vector<std::string> unused;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    unused.clear();
    const std::string key = function_key(name);
    const auto document = transaction.get(key);
    if (!document) throw ResourceNotFoundException("Function not found: " + name.arn()).with("Type", "User");
    changed = parse_function(document->value);
    if (revision && *revision != changed.revision) {
      throw PreconditionFailedException(
          "The Revision Id provided does not match the latest Revision Id. Call the "
          "GetFunction/GetAlias API to retrieve the latest Revision Id")
          .with("Type", "User");
    }
    const StoredFunction before = changed;
    change(changed);
    changed.revision = random_uuid();
    transaction.put(key, print_stored(changed));
    const std::set<std::string> blobs = changed.blobs();
    for (const std::string& blob : blobs) add_reference(transaction, blob, key);
    for (const std::string& blob : before.blobs()) {
      if (!blobs.contains(blob) && drop_reference(transaction, blob, key)) unused.push_back(blob);
    }
  });
  for (const std::string& blob : unused) objects_.remove(blob);
  return changed;
}

UpdateFunctionCodeOutput Lambda::update_function_code(const aws::Request& request,
                                                      const UpdateFunctionCodeInput& input) {
  refuse_unsupported(input);
  const FunctionName name = parse_function_name(request, input.function_name);
  StoredFunction present = function(name);
  const StoredArchive code = store_code(
      request, {input.zip_file, input.s3_bucket, input.s3_key, input.s3_object_version}, "UpdateFunctionCode");
  const auto apply = [&](StoredFunction& function) {
    function.code = code;
    function.modified = clock_.now();
    if (input.architectures && !input.architectures->empty()) function.architecture = input.architectures->front();
  };
  if (input.dry_run.value_or(false)) {
    apply(present);
    code_.remove(code);
    return describe(present);
  }
  try {
    const StoredFunction changed = change(name, input.revision_id, apply);
    environments_.drop(changed.arn());
    return describe_changed(changed);
  } catch (const aws::Error&) {
    code_.remove(code);
    throw;
  }
}

UpdateFunctionConfigurationOutput Lambda::update_function_configuration(const aws::Request& request,
                                                                        const UpdateFunctionConfigurationInput& input) {
  refuse_unsupported(input);
  const FunctionName name = parse_function_name(request, input.function_name);
  StoredFunction wanted = function(name);
  configure(input, wanted);
  check_runtime(wanted);
  if (input.role) check_role(wanted);
  if (input.layers) wanted.layer_codes = layer_archives(request, wanted.layers);
  const StoredFunction changed = change(name, input.revision_id, [&](StoredFunction& function) {
    configure(input, function);
    if (input.layers) function.layer_codes = wanted.layer_codes;
    function.modified = clock_.now();
  });
  environments_.drop(changed.arn());
  return describe_changed(changed);
}

DeleteFunctionOutput Lambda::delete_function(const aws::Request& request, const DeleteFunctionInput& input) {
  const FunctionName name = parse_function_name(request, input.function_name, input.qualifier);
  if (name.qualifier == "$LATEST") {
    throw InvalidParameterValueException("$LATEST version cannot be deleted without deleting the function.");
  }
  require_latest(name);
  const StoredFunction gone = function(name);
  std::vector<std::string> unused;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    unused.clear();
    const std::string key = function_key(name);
    if (!transaction.remove(key))
      throw ResourceNotFoundException("Function not found: " + name.arn()).with("Type", "User");
    for (const std::string& blob : gone.blobs()) {
      if (drop_reference(transaction, blob, key)) unused.push_back(blob);
    }
  });
  for (const std::string& blob : unused) objects_.remove(blob);
  environments_.drop(gone.arn());
  return {};
}

}  // namespace standpipe::lambda
