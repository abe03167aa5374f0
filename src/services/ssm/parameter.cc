#include "services/ssm/parameter.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/json.h"
#include "generated/ssm.h"

namespace standpipe::ssm {
namespace {

constexpr size_t kLevelsMax = 15;
constexpr size_t kNameLengthMax = 1011;  // with the ARN's prefix

bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-' || c == '/';
}

[[noreturn]] void refuse(std::string message) { throw ValidationException(std::move(message)); }

}  // namespace

std::string print_parameter(const StoredParameter& parameter) {
  json::Object tags;
  for (const auto& [key, value] : parameter.tags) tags.append(key, value);
  return json::print(json::Object{{"name", parameter.name},
                                  {"type", parameter.type},
                                  {"value", parameter.value},
                                  {"version", parameter.version},
                                  {"modified", epoch_ms(parameter.modified)},
                                  {"modifiedBy", parameter.modified_by},
                                  {"description", parameter.description},
                                  {"allowedPattern", parameter.allowed_pattern},
                                  {"tier", parameter.tier},
                                  {"dataType", parameter.data_type},
                                  {"tags", std::move(tags)}});
}

StoredParameter parse_parameter(std::string_view document) {
  const json::Value value = json::parse(document);
  StoredParameter parameter;
  parameter.name = value.text("name");
  parameter.type = value.text("type");
  parameter.value = value.text("value");
  parameter.version = value.find("version")->integer();
  parameter.modified = from_epoch_ms(value.find("modified")->integer());
  parameter.modified_by = value.text("modifiedBy");
  parameter.description = value.text("description");
  parameter.allowed_pattern = value.text("allowedPattern");
  parameter.tier = value.text("tier");
  parameter.data_type = value.text("dataType");
  for (const auto& [key, tag] : value.find("tags")->object()) parameter.tags[key] = tag.string();
  return parameter;
}

Reference parse_reference(std::string_view text) {
  if (text.starts_with("arn:")) {
    const size_t at = text.find(":parameter/");
    if (at != std::string_view::npos) {
      text.remove_prefix(at + std::string_view(":parameter/").size());
      // Only names in a hierarchy begin with the slash that the ARN folds.
      const std::string_view name = text.substr(0, text.find(':'));
      Reference reference = parse_reference(text);
      if (name.find('/') != std::string_view::npos) reference.name.insert(0, "/");
      return reference;
    }
  }
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

void check_name(const std::string& name) {
  const bool path = std::count(name.begin(), name.end(), '/') > 1;
  const std::string lower = to_lower(name.starts_with('/') ? std::string_view(name).substr(1) : name);
  if (lower.starts_with("aws") && path && name.starts_with('/')) {
    throw AccessDeniedException("No access to reserved parameter name: " + name + ".");
  }
  if ((!path && lower.starts_with("aws")) || lower.starts_with("ssm")) {
    refuse(
        path ? "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist "
               "of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and "
               "the following 3 symbols .-_"
             : "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).");
  }
  if (name.empty() || !std::all_of(name.begin(), name.end(), name_character) || name.ends_with('/') ||
      name.find("//") != std::string::npos) {
    refuse(
        "Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>. "
        "Parameter names can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of "
        "letters, numbers and the following 3 symbols .-_");
  }
  if (name.find('/') != std::string::npos && !name.starts_with('/')) {
    refuse("Parameter name must be a fully qualified name.");
  }
  if (name.size() > kNameLengthMax) {
    refuse("The parameter name exceeds the maximum length of " + std::to_string(kNameLengthMax) + " characters.");
  }
  if (static_cast<size_t>(std::count(name.begin(), name.end(), '/')) > kLevelsMax) {
    throw HierarchyLevelLimitExceededException(
        "A parameter name can have a maximum of 15 levels. For more information, see About requirements and "
        "constraints "
        "for parameter names in the AWS Systems Manager User Guide.");
  }
}

void check_path(const std::string& path) {
  const bool valid = path.starts_with('/') && std::all_of(path.begin(), path.end(), name_character) &&
                     path.find("//") == std::string::npos;
  if (valid) return;
  refuse(
      "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "
      "\"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or "
      "the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All "
      "sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: "
      "/get/parameters2-/by1./path0_.");
}

std::string parameter_arn(std::string_view region, std::string_view account, std::string_view name) {
  std::string arn = "arn:aws:ssm:" + std::string(region) + ":" + std::string(account) + ":parameter";
  if (!name.starts_with('/')) arn += '/';
  return arn += name;
}

}  // namespace standpipe::ssm
