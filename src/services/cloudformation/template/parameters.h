// Values for a template's parameters: from the caller, from defaults, from SSM; checked against the declarations.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/cloudformation/template/template.h"

namespace standpipe::cloudformation {

struct ParameterValue {
  std::string text;      // as given, or the default; for SSM types the parameter's name
  std::string resolved;  // what Ref sees, as text: differs from `text` only for SSM types
};
using ParameterValues = std::map<std::string, ParameterValue, std::less<>>;

bool known_parameter_type(std::string_view type);
bool is_list_type(std::string_view type);
// What Ref answers: a string, or a list of strings for list types.
json::Value parameter_reference(const DeclaredParameter& declaration, const ParameterValue& value);

// nullopt: no such parameter.
using SsmLookup = std::function<std::optional<std::string>(const std::string& name)>;

// Every declared parameter has a value afterwards. Throws TemplateError.
ParameterValues resolve_parameters(const Template& declared, const std::map<std::string, std::string>& given,
                                   const SsmLookup& ssm);

}  // namespace standpipe::cloudformation
