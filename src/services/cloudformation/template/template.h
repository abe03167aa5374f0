// A template whose form has been checked: what every other part works on. Immutable, cheap to share.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace standpipe::cloudformation {

struct DeclaredParameter {
  std::string name, type, description, constraint_description;
  std::optional<std::string> default_value, allowed_pattern;
  std::vector<std::string> allowed_values;
  std::optional<double> min_value, max_value;
  std::optional<int64_t> min_length, max_length;
  bool no_echo = false;
};

enum class DeletionPolicy { remove, retain, retain_except_on_create };

struct DeclaredResource {
  std::string id, type, condition;  // condition: empty if there is none
  json::Object properties;
  std::vector<std::string> depends_on;
  DeletionPolicy deletion_policy = DeletionPolicy::remove;
  json::Value metadata;
};

struct DeclaredOutput {
  std::string id, description, condition;
  json::Value value;
  std::optional<json::Value> export_name;
};

struct Template {
  std::string description;
  json::Value metadata;
  std::vector<DeclaredParameter> parameters;
  json::Object mappings, conditions;
  std::vector<DeclaredResource> resources;  // in the template's order
  std::vector<DeclaredOutput> outputs;

  const DeclaredParameter* parameter(std::string_view name) const;  // nullptr if there is none
  const DeclaredResource* resource(std::string_view id) const;
};

// Checks the form of all sections, in AWS's words; `known_type` tells which resource types can be made. References are
// checked as well (references.h). Throws TemplateError.
Template check_template(const json::Value& document, const std::function<bool(std::string_view type)>& known_type);

// How a scalar reads as text: what a string property, a parameter's default or a custom resource sees.
std::string scalar_text(const json::Value& scalar);
bool is_scalar(const json::Value& value);

}  // namespace standpipe::cloudformation
