#include "services/cloudformation/template/parameters.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/bytes.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

constexpr size_t kValueMax = 4096;
constexpr std::string_view kSsmValue = "AWS::SSM::Parameter::Value<";

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw TemplateError(fmt::format(format, std::forward<Args>(args)...));
}

// "List<String>" of AWS::SSM::Parameter::Value<List<String>>; the type itself if it has none inside.
std::string_view value_type(std::string_view type) {
  if (!type.starts_with(kSsmValue)) return type;
  return type.substr(kSsmValue.size(), type.size() - kSsmValue.size() - 1);
}

std::vector<std::string> list_items(std::string_view text) {
  std::vector<std::string> items;
  if (text.empty()) return items;
  for (const std::string& item : split(text, ',')) items.emplace_back(trim(item));
  return items;
}

void check_pattern(const DeclaredParameter& parameter, const std::string& text) {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(1 << 20);
  const RE2 pattern(*parameter.allowed_pattern, options);
  if (!pattern.ok()) {
    refuse("Template format error: The AllowedPattern of parameter {} is not a supported regular expression: {}",
           parameter.name, pattern.error());
  }
  if (RE2::FullMatch(text, pattern)) return;
  if (!parameter.constraint_description.empty()) {
    refuse("Parameter {} failed to satisfy constraint: {}", parameter.name, parameter.constraint_description);
  }
  refuse("Parameter {} failed to satisfy constraint: must match pattern {}", parameter.name,
         *parameter.allowed_pattern);
}

void check_item(const DeclaredParameter& parameter, std::string_view type, const std::string& text) {
  const auto fail_with = [&](const std::string& message) {
    if (parameter.constraint_description.empty()) throw TemplateError(message);
    refuse("Parameter {} failed to satisfy constraint: {}", parameter.name, parameter.constraint_description);
  };
  if (type == "Number" || type == "List<Number>") {
    const auto number = parse_double(text);
    if (!number) refuse("Parameter '{}' must be a number.", parameter.name);
    if (parameter.min_value && *number < *parameter.min_value) {
      fail_with(
          fmt::format("Parameter '{}' must be a number not less than {:g}", parameter.name, *parameter.min_value));
    }
    if (parameter.max_value && *number > *parameter.max_value) {
      fail_with(
          fmt::format("Parameter '{}' must be a number not greater than {:g}", parameter.name, *parameter.max_value));
    }
  }
  const auto& allowed = parameter.allowed_values;
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
    fail_with(fmt::format("Parameter '{}' must be one of AllowedValues", parameter.name));
  }
  const auto length = static_cast<int64_t>(utf8_length(text));
  if (parameter.min_length && length < *parameter.min_length) {
    fail_with(fmt::format("Parameter '{}' must contain at least {} characters", parameter.name, *parameter.min_length));
  }
  if (parameter.max_length && length > *parameter.max_length) {
    fail_with(fmt::format("Parameter '{}' must contain at most {} characters", parameter.name, *parameter.max_length));
  }
  if (parameter.allowed_pattern) check_pattern(parameter, text);
}

void check_value(const DeclaredParameter& parameter, const std::string& text) {
  if (text.size() > kValueMax) {
    refuse("Parameter '{}' must contain at most {} characters", parameter.name, kValueMax);
  }
  if (parameter.type.starts_with(kSsmValue)) return check_item(parameter, "String", text);
  if (!is_list_type(parameter.type)) return check_item(parameter, parameter.type, text);
  for (const std::string& item : list_items(text)) check_item(parameter, parameter.type, item);
}

}  // namespace

bool known_parameter_type(std::string_view type) {
  static constexpr std::string_view kPlain[] = {"String",       "Number",       "CommaDelimitedList",
                                                "List<Number>", "List<String>", "AWS::SSM::Parameter::Name"};
  if (std::find(std::begin(kPlain), std::end(kPlain), type) != std::end(kPlain)) return true;
  if (!type.starts_with(kSsmValue) || !type.ends_with('>')) return false;
  const std::string_view inner = value_type(type);
  return inner == "String" || inner == "List<String>" || inner == "CommaDelimitedList";
}

bool is_list_type(std::string_view type) {
  const std::string_view inner = value_type(type);
  return inner == "CommaDelimitedList" || inner.starts_with("List<");
}

json::Value parameter_reference(const DeclaredParameter& declaration, const ParameterValue& value) {
  if (!is_list_type(declaration.type)) return value.resolved;
  json::Array items;
  for (std::string& item : list_items(value.resolved)) items.emplace_back(std::move(item));
  return items;
}

ParameterValues resolve_parameters(const Template& declared, const std::map<std::string, std::string>& given,
                                   const SsmLookup& ssm) {
  std::vector<std::string> unknown, missing, absent;
  for (const auto& [name, value] : given) {
    if (declared.parameter(name) == nullptr) unknown.push_back(name);
  }
  if (!unknown.empty()) refuse("Parameters: [{}] do not exist in the template", fmt::join(unknown, ", "));
  ParameterValues values;
  for (const DeclaredParameter& parameter : declared.parameters) {
    const auto found = given.find(parameter.name);
    if (found == given.end() && !parameter.default_value) {
      missing.push_back(parameter.name);
      continue;
    }
    const std::string& text = found != given.end() ? found->second : *parameter.default_value;
    values[parameter.name] = {text, text};
  }
  if (!missing.empty()) refuse("Parameters: [{}] must have values", fmt::join(missing, ", "));
  for (const DeclaredParameter& parameter : declared.parameters) {
    ParameterValue& value = values.find(parameter.name)->second;
    check_value(parameter, value.text);
    if (!parameter.type.starts_with("AWS::SSM::Parameter::")) continue;
    const auto stored = ssm(value.text);
    if (!stored) {
      absent.push_back(value.text);
    } else if (parameter.type.starts_with(kSsmValue)) {
      value.resolved = *stored;
    }
  }
  if (!absent.empty()) {
    refuse("Unable to fetch parameters [{}] from parameter store for this account.", fmt::join(absent, ","));
  }
  return values;
}

}  // namespace standpipe::cloudformation
