#include "services/cloudformation/template/template.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/bytes.h"
#include "services/cloudformation/template/parameters.h"
#include "services/cloudformation/template/references.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

using json::Value;

constexpr size_t kResourcesMax = 500, kParametersMax = 200, kOutputsMax = 200, kMappingsMax = 200, kNameMax = 255;
constexpr size_t kDescriptionMax = 1024;

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw TemplateError(fmt::format(format, std::forward<Args>(args)...));
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool alphanumeric(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

void refuse_nulls(const Value& value, const std::string& path) {
  if (value.is_null()) refuse("[{}] 'null' values are not allowed in templates", path);
  if (value.is_array()) {
    for (size_t i = 0; i < value.array().size(); ++i) refuse_nulls(value.array()[i], fmt::format("{}/{}", path, i));
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.object()) refuse_nulls(member, path + "/" + name);
  }
}

// A section, or nullptr if the template has none.
const json::Object* section(const Value& document, std::string_view name, size_t members_max) {
  const Value* found = document.find(name);
  if (found == nullptr) return nullptr;
  if (!found->is_object()) refuse("Template format error: {} must be an object.", name);
  if (found->object().size() > members_max) {
    refuse("Template format error: Number of {}, {}, is greater than maximum allowed, {}", to_lower(name),
           found->object().size(), members_max);
  }
  return &found->object();
}

std::string text_member(const Value& object, std::string_view name) {
  const Value* found = object.find(name);
  if (found == nullptr) return {};
  if (!is_scalar(*found)) refuse("Template format error: Every {} member must be a string.", name);
  return scalar_text(*found);
}

std::optional<double> number_member(const Value& object, std::string_view name) {
  const std::string text = text_member(object, name);
  if (text.empty()) return std::nullopt;
  const auto number = parse_double(text);
  if (!number) refuse("Template format error: Every {} member must be a number.", name);
  return number;
}

DeclaredParameter check_parameter(const std::string& name, const Value& body) {
  if (!alphanumeric(name)) refuse("Template format error: Parameter name {} is non alphanumeric.", name);
  if (!body.is_object()) refuse("Template format error: Any Parameters member must be an object.");
  if (!body.object().contains("Type")) {
    refuse("Template format error: Every Parameters object must contain a Type member.");
  }
  for (const auto& [property, value] : body.object()) {
    if (!one_of(property, {"Type", "Default", "NoEcho", "AllowedValues", "AllowedPattern", "MinLength", "MaxLength",
                           "MinValue", "MaxValue", "Description", "ConstraintDescription"})) {
      refuse("Invalid template parameter property '{}'", property);
    }
  }
  DeclaredParameter parameter;
  parameter.name = name;
  parameter.type = text_member(body, "Type");
  if (!known_parameter_type(parameter.type)) {
    refuse("Template format error: Unrecognized parameter type: {}", parameter.type);
  }
  parameter.description = text_member(body, "Description");
  parameter.constraint_description = text_member(body, "ConstraintDescription");
  if (body.object().contains("Default")) parameter.default_value = text_member(body, "Default");
  if (body.object().contains("AllowedPattern")) parameter.allowed_pattern = text_member(body, "AllowedPattern");
  if (const Value* allowed = body.find("AllowedValues")) {
    if (!allowed->is_array() || !std::all_of(allowed->array().begin(), allowed->array().end(), is_scalar)) {
      refuse("Template format error: Every AllowedValues member must be a list of strings.");
    }
    for (const Value& value : allowed->array()) parameter.allowed_values.push_back(scalar_text(value));
  }
  parameter.min_value = number_member(body, "MinValue");
  parameter.max_value = number_member(body, "MaxValue");
  if (const auto length = number_member(body, "MinLength")) parameter.min_length = static_cast<int64_t>(*length);
  if (const auto length = number_member(body, "MaxLength")) parameter.max_length = static_cast<int64_t>(*length);
  parameter.no_echo = equal_ignoring_case(text_member(body, "NoEcho"), "true");
  return parameter;
}

DeletionPolicy check_deletion_policy(const std::string& id, const std::string& type, const Value& body,
                                     std::string_view attribute) {
  const Value* policy = body.find(attribute);
  if (policy == nullptr) return DeletionPolicy::remove;
  if (!policy->is_string()) refuse("Template format error: Every {} member must be a string.", attribute);
  const std::string& text = policy->string();
  if (text == "Delete") return DeletionPolicy::remove;
  if (text == "Retain") return DeletionPolicy::retain;
  if (text == "RetainExceptOnCreate" && attribute == "DeletionPolicy") return DeletionPolicy::retain_except_on_create;
  if (text == "Snapshot") {
    refuse("Template error: resource type {} does not support deletion policy Snapshot", type);
  }
  refuse("Template format error: Unrecognized {} {} for resource {}", attribute, text, id);
}

std::vector<std::string> check_depends_on(const Value& body) {
  const Value* depends = body.find("DependsOn");
  if (depends == nullptr) return {};
  if (depends->is_string()) return {depends->string()};
  std::vector<std::string> ids;
  if (depends->is_array()) {
    for (const Value& id : depends->array()) {
      if (!id.is_string()) refuse("Template format error: DependsOn must be a string or list of strings.");
      ids.push_back(id.string());
    }
    return ids;
  }
  refuse("Template format error: DependsOn must be a string or list of strings.");
}

std::string check_condition_name(const Value& body, const std::string& id) {
  const Value* condition = body.find("Condition");
  if (condition == nullptr) return {};
  if (!condition->is_string()) refuse("Template format error: Every Condition member must be a string. ({})", id);
  return condition->string();
}

DeclaredResource check_resource(const std::string& id, const Value& body) {
  if (!alphanumeric(id)) refuse("Template format error: Resource name {} is non alphanumeric.", id);
  if (!body.is_object()) refuse("Template format error: Any Resources member must be an object.");
  if (!body.object().contains("Type")) {
    refuse("Template format error: [/Resources/{}] Every Resources object must contain a Type member.", id);
  }
  for (const auto& [property, value] : body.object()) {
    if (one_of(property, {"CreationPolicy", "UpdatePolicy"})) {
      refuse("Template format error: {} is not supported for resource {} of type {}.", property, id, body.text("Type"));
    }
    if (!one_of(property, {"Type", "Properties", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy",
                           "Condition", "Version"})) {
      refuse("Invalid template resource property '{}'", property);
    }
  }
  DeclaredResource resource;
  resource.id = id;
  if (!body.find("Type")->is_string()) refuse("Template format error: [/Resources/{}/Type] must be a string.", id);
  resource.type = body.text("Type");
  resource.condition = check_condition_name(body, id);
  resource.depends_on = check_depends_on(body);
  resource.deletion_policy = check_deletion_policy(id, resource.type, body, "DeletionPolicy");
  check_deletion_policy(id, resource.type, body, "UpdateReplacePolicy");
  if (const Value* properties = body.find("Properties")) {
    if (!properties->is_object()) {
      refuse("Template format error: [/Resources/{}/Properties] Every Properties member must be an object.", id);
    }
    resource.properties = properties->object();
  }
  if (const Value* metadata = body.find("Metadata")) resource.metadata = *metadata;
  return resource;
}

DeclaredOutput check_output(const std::string& id, const Value& body) {
  if (!alphanumeric(id)) refuse("Template format error: Output name {} is non alphanumeric.", id);
  if (!body.is_object()) refuse("Template format error: Any Outputs member must be an object.");
  const Value* value = body.find("Value");
  if (value == nullptr) refuse("Template format error: Every Outputs member must contain a Value object");
  if (value->is_array())
    refuse("Template format error: The Value field of every Outputs member must evaluate to a String.");
  for (const auto& [property, unused] : body.object()) {
    if (!one_of(property, {"Value", "Description", "Export", "Condition"})) {
      refuse("Invalid template output property '{}'", property);
    }
  }
  DeclaredOutput output;
  output.id = id;
  output.description = text_member(body, "Description");
  output.condition = check_condition_name(body, id);
  output.value = *value;
  if (const Value* exported = body.find("Export")) {
    const Value* name = exported->find("Name");
    if (name == nullptr) {
      refuse("Template format error: Output {} is malformed. The Name field of every Export member must be specified.",
             id);
    }
    output.export_name = *name;
  }
  return output;
}

json::Object check_mappings(const Value& document) {
  const json::Object* mappings = section(document, "Mappings", kMappingsMax);
  if (mappings == nullptr) return {};
  for (const auto& [name, keys] : *mappings) {
    if (!keys.is_object()) refuse("Template format error: Every Mappings member {} must be a map", name);
    for (const auto& [key, attributes] : keys.object()) {
      if (!attributes.is_object()) refuse("Template format error: Every Mappings member {} must be a map", key);
      for (const auto& [attribute, value] : attributes.object()) {
        const bool list = value.is_array() && std::all_of(value.array().begin(), value.array().end(), is_scalar);
        if (!list && !is_scalar(value)) {
          refuse("Template format error: Every Mappings attribute must be a String or a List.");
        }
      }
    }
  }
  return *mappings;
}

void check_sections(const Value& document) {
  if (!document.is_object()) refuse("Template format error: unsupported structure.");
  std::vector<std::string> unknown;
  for (const auto& [name, value] : document.object()) {
    if (name == "Transform") {
      refuse("Template format error: Transforms are not supported: {}",
             value.is_string() ? value.string() : json::print(value));
    }
    if (name == "Hooks" || name == "Rules") refuse("Template format error: The {} section is not supported.", name);
    if (!one_of(name, {"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions",
                       "Resources", "Outputs"})) {
      unknown.push_back(name);
    }
  }
  if (!unknown.empty()) refuse("Invalid template property or properties [{}]", fmt::join(unknown, ", "));
  refuse_nulls(document, "");
  if (const Value* version = document.find("AWSTemplateFormatVersion")) {
    if (!is_scalar(*version) || scalar_text(*version) != "2010-09-09") {
      refuse("Template format error: {} is not a supported value for AWSTemplateFormatVersion.",
             is_scalar(*version) ? scalar_text(*version) : json::print(*version));
    }
  }
}

}  // namespace

const DeclaredParameter* Template::parameter(std::string_view name) const {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const auto& one) { return one.name == name; });
  return found == parameters.end() ? nullptr : &*found;
}

const DeclaredResource* Template::resource(std::string_view id) const {
  const auto found = std::find_if(resources.begin(), resources.end(), [&](const auto& one) { return one.id == id; });
  return found == resources.end() ? nullptr : &*found;
}

bool is_scalar(const Value& value) { return value.is_string() || value.is_bool() || value.is_number(); }

std::string scalar_text(const Value& scalar) {
  if (scalar.is_string()) return scalar.string();
  if (scalar.is_bool()) return scalar.boolean() ? "true" : "false";
  return json::print(scalar);
}

Template check_template(const Value& document, const std::function<bool(std::string_view)>& known_type) {
  check_sections(document);
  Template result;
  result.description = text_member(document, "Description");
  if (result.description.size() > kDescriptionMax) {
    refuse("Template format error: 'Description' length is greater than {}.", kDescriptionMax);
  }
  if (const Value* metadata = document.find("Metadata")) result.metadata = *metadata;
  if (const auto* parameters = section(document, "Parameters", kParametersMax)) {
    for (const auto& [name, body] : *parameters) result.parameters.push_back(check_parameter(name, body));
  }
  result.mappings = check_mappings(document);
  if (const auto* conditions = section(document, "Conditions", SIZE_MAX)) result.conditions = *conditions;
  const json::Object* resources = section(document, "Resources", kResourcesMax);
  if (resources == nullptr || resources->empty()) {
    refuse("Template format error: At least one Resources member must be defined.");
  }
  std::vector<std::string> unknown_types;
  for (const auto& [id, body] : *resources) {
    result.resources.push_back(check_resource(id, body));
    const std::string& type = result.resources.back().type;
    if (!known_type(type) && std::find(unknown_types.begin(), unknown_types.end(), type) == unknown_types.end()) {
      unknown_types.push_back(type);
    }
  }
  if (!unknown_types.empty()) {
    refuse("Template format error: Unrecognized resource types: [{}]", fmt::join(unknown_types, ", "));
  }
  if (const auto* outputs = section(document, "Outputs", kOutputsMax)) {
    for (const auto& [id, body] : *outputs) result.outputs.push_back(check_output(id, body));
  }
  check_references(result);
  return result;
}

}  // namespace standpipe::cloudformation
