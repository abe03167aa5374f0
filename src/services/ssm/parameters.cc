#include <re2/re2.h>

#include <fmt/format.h>

#include "aws/error.h"
#include "base/bytes.h"
#include "services/ssm/ssm.h"

namespace standpipe::ssm {
namespace {

constexpr int64_t kVersionsKept = 100;
constexpr size_t kStandardBytesMax = 4096;
constexpr size_t kAdvancedBytesMax = 8192;
constexpr int64_t kPatternMemoryBytesMax = 1 << 20;

[[noreturn]] void refuse(std::string message) { throw ValidationException(std::move(message)); }

std::string history_key(const aws::Request& request, std::string_view name, int64_t version) {
  return history_prefix(request, name) + fmt::format("{:012}", version);
}

// Which tier the value needs and the request asks for; throws if they do not fit.
std::string choose_tier(const PutParameterInput& input, const std::optional<StoredParameter>& current) {
  const size_t size = input.value.size();
  std::string tier = input.tier.value_or(current ? current->tier : "Standard");
  if (tier == "Intelligent-Tiering") {
    tier = size > kStandardBytesMax || (current && current->tier == "Advanced") ? "Advanced" : "Standard";
  }
  if (tier == "Standard" && current && current->tier == "Advanced") {
    refuse(
        "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter "
        "tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a "
        "standard parameter. Be aware that deleting a parameter removes all versions of the parameter.");
  }
  if (tier == "Standard" && size > kStandardBytesMax) {
    refuse(
        "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter "
        "value, upgrade the parameter to use the advanced-parameter tier. For more information, see "
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html");
  }
  if (size > kAdvancedBytesMax) {
    refuse("Advanced tier parameters support a maximum parameter value of 8192 characters.");
  }
  return tier;
}

void check_pattern(const std::string& pattern, const std::string& value) {
  if (pattern.empty()) return;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryBytesMax);
  const RE2 expression(pattern, options);
  if (!expression.ok()) {
    throw InvalidAllowedPatternException("The request doesn't meet the regular expression requirement: " + pattern);
  }
  if (!RE2::PartialMatch(value, expression)) {
    throw ParameterPatternMismatchException("Parameter value, cannot be validated against allowedPattern: " + pattern);
  }
}

void check_put(const PutParameterInput& input) {
  check_name(input.name);
  if (input.value.empty()) {
    refuse(
        "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length "
        "greater than or equal to 1");
  }
  if (input.type == "SecureString" || input.key_id) {
    throw UnsupportedParameterType(
        "The parameter type SecureString isn't supported: this server has no key management service. Use String or "
        "StringList.");
  }
  if (input.policies) refuse("Parameter policies (Policies) aren't supported.");
  if (input.data_type && *input.data_type != "text") {
    refuse("The following data type is not supported: " + *input.data_type + " (Data type names are all lowercase.)");
  }
  if (input.overwrite.value_or(false) && input.tags && !input.tags->empty()) {
    refuse(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove "
        "overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or "
        "RemoveTagsFromResource.");
  }
}

}  // namespace

std::string parameters_prefix(const aws::Request& request) {
  return request.account + "/" + request.region + "/ssm/parameter/";
}

std::string history_prefix(const aws::Request& request, std::string_view name) {
  return request.account + "/" + request.region + "/ssm/history/" + uri_encode(name) + "/";
}

StoredParameter Ssm::next_version(const aws::Request& request, const PutParameterInput& input,
                                  const std::optional<StoredParameter>& current) const {
  StoredParameter next = current.value_or(StoredParameter{});
  if (current && input.type && *input.type != current->type) {
    throw HierarchyTypeMismatchException("The parameter type can't be changed from " + current->type + " to " +
                                         *input.type + ". Create a new, unique parameter.");
  }
  next.name = input.name;
  next.type = input.type.value_or(next.type);
  next.value = input.value;
  next.version += 1;
  next.modified = clock_.now();
  next.modified_by = request.principal.arn;
  next.tier = choose_tier(input, current);
  if (input.description) next.description = *input.description;
  if (input.allowed_pattern) next.allowed_pattern = *input.allowed_pattern;
  for (const Tag& tag : input.tags.value_or(std::vector<Tag>{})) next.tags[tag.key] = tag.value;
  if (next.tags.size() > 50) throw TooManyTagsError("The number of tags exceeds the limit of 50.");
  return next;
}

PutParameterOutput Ssm::put_parameter(const aws::Request& request, const PutParameterInput& input) {
  check_put(input);
  if (input.allowed_pattern) check_pattern(*input.allowed_pattern, input.value);
  PutParameterOutput output;
  const std::string key = parameters_prefix(request) + input.name;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    std::optional<StoredParameter> current;
    if (const auto document = transaction.get(key)) current = parse_parameter(document->value);
    if (current && !input.overwrite.value_or(false)) {
      throw ParameterAlreadyExists(
          "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");
    }
    if (!current && !input.type) refuse("A parameter type is required when you create a parameter.");
    const StoredParameter next = next_version(request, input, current);
    if (!input.allowed_pattern) check_pattern(next.allowed_pattern, next.value);
    if (current) transaction.put(history_key(request, input.name, current->version), print_parameter(*current));
    if (next.version > kVersionsKept) {
      transaction.remove(history_key(request, input.name, next.version - kVersionsKept));
    }
    transaction.put(key, print_parameter(next));
    output.version = next.version;
    output.tier = next.tier;
  });
  return output;
}

std::optional<StoredParameter> Ssm::find(const aws::Request& request, const Reference& reference) {
  const auto document = metadata_.get(parameters_prefix(request) + reference.name);
  if (!document) return std::nullopt;
  StoredParameter current = parse_parameter(document->value);
  if (reference.selector.empty()) return current;
  const std::optional<int64_t> version = parse_int(reference.selector);
  if (version && *version == current.version) return current;
  if (version && *version > 0) {
    if (const auto old = metadata_.get(history_key(request, reference.name, *version))) {
      return parse_parameter(old->value);
    }
  }
  // Parameters here have no labels, so a label is a version that does not exist.
  throw ParameterVersionNotFound(
      fmt::format("Systems Manager could not find version {} of {}. Verify the version and try "
                  "again.",
                  reference.selector, reference.name));
}

Parameter Ssm::describe(const aws::Request& request, const StoredParameter& stored, const std::string& selector) const {
  Parameter parameter;
  parameter.name = stored.name;
  parameter.type = stored.type;
  parameter.value = stored.value;
  parameter.version = stored.version;
  if (!selector.empty()) parameter.selector = ":" + selector;
  parameter.last_modified_date = stored.modified;
  parameter.arn = parameter_arn(request.region, request.account, stored.name);
  parameter.data_type = stored.data_type;
  return parameter;
}

GetParameterOutput Ssm::get_parameter(const aws::Request& request, const GetParameterInput& input) {
  const Reference reference = parse_reference(input.name);
  const std::optional<StoredParameter> stored = find(request, reference);
  if (!stored) throw ParameterNotFound("");
  GetParameterOutput output;
  output.parameter = describe(request, *stored, reference.selector);
  return output;
}

GetParametersOutput Ssm::get_parameters(const aws::Request& request, const GetParametersInput& input) {
  GetParametersOutput output{.parameters = {{}}, .invalid_parameters = {{}}};
  for (const std::string& name : input.names) {
    const Reference reference = parse_reference(name);
    std::optional<StoredParameter> stored;
    try {
      stored = find(request, reference);
    } catch (const aws::Error&) {
      // A missing version makes the name invalid here, not the whole request.
    }
    if (stored) {
      output.parameters->push_back(describe(request, *stored, reference.selector));
    } else {
      output.invalid_parameters->push_back(name);
    }
  }
  return output;
}

bool Ssm::remove(const aws::Request& request, const std::string& name) {
  bool removed = false;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    removed = transaction.remove(parameters_prefix(request) + name);
    if (!removed) return;
    for (const Document& old : transaction.scan(history_prefix(request, name))) transaction.remove(old.key);
  });
  return removed;
}

DeleteParameterOutput Ssm::delete_parameter(const aws::Request& request, const DeleteParameterInput& input) {
  if (!remove(request, input.name)) throw ParameterNotFound("");
  return {};
}

DeleteParametersOutput Ssm::delete_parameters(const aws::Request& request, const DeleteParametersInput& input) {
  DeleteParametersOutput output{.deleted_parameters = {{}}, .invalid_parameters = {{}}};
  for (const std::string& name : input.names) {
    (remove(request, name) ? *output.deleted_parameters : *output.invalid_parameters).push_back(name);
  }
  return output;
}

}  // namespace standpipe::ssm
