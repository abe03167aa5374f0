#include "services/cloudformation/template/function_form.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <string>

#include "services/cloudformation/template/template.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

using json::Value;

struct Form {
  std::string_view name;
  bool in_conditions;
  bool (*valid)(const Value& argument);
  std::string_view otherwise;
};

bool is_list(const Value& value, size_t least, size_t most) {
  return value.is_array() && value.array().size() >= least && value.array().size() <= most;
}
// A literal, or a function whose result is not known yet.
bool text_or_function(const Value& value) { return is_scalar(value) || value.is_object(); }
bool list_or_function(const Value& value) { return value.is_array() || value.is_object(); }

bool valid_attribute(const Value& argument) {
  if (argument.is_string()) {
    const size_t dot = argument.string().find('.');
    return dot != 0 && dot != std::string::npos && dot + 1 < argument.string().size();
  }
  if (!is_list(argument, 2, 2) || !argument.array()[0].is_string() || argument.array()[0].string().empty())
    return false;
  const Value& attribute = argument.array()[1];
  return attribute.is_object() || (attribute.is_string() && !attribute.string().empty());
}

bool valid_select(const Value& argument) {
  return is_list(argument, 2, 2) && text_or_function(argument.array()[0]) && list_or_function(argument.array()[1]);
}

bool valid_join(const Value& argument) {
  return is_list(argument, 2, 2) && argument.array()[0].is_string() && list_or_function(argument.array()[1]);
}

bool valid_split(const Value& argument) {
  return is_list(argument, 2, 2) && argument.array()[0].is_string() && !argument.array()[0].string().empty() &&
         text_or_function(argument.array()[1]);
}

bool valid_substitution(const Value& argument) {
  return argument.is_string() ||
         (is_list(argument, 2, 2) && argument.array()[0].is_string() && argument.array()[1].is_object());
}

bool valid_equals(const Value& argument) { return is_list(argument, 2, 2); }
bool valid_if(const Value& argument) { return is_list(argument, 3, 3) && argument.array()[0].is_string(); }
bool valid_not(const Value& argument) { return is_list(argument, 1, 1) && argument.array()[0].is_object(); }
bool valid_and_or(const Value& argument) {
  return is_list(argument, 2, 10) && std::all_of(argument.array().begin(), argument.array().end(),
                                                 [](const Value& item) { return item.is_object(); });
}
bool valid_map(const Value& argument) {
  return is_list(argument, 3, 3) && std::all_of(argument.array().begin(), argument.array().end(), text_or_function);
}
bool valid_cidr(const Value& argument) { return is_list(argument, 2, 3); }
bool valid_text(const Value& argument) { return text_or_function(argument); }

constexpr Form kForms[] = {
    {"Ref", true, [](const Value& argument) { return argument.is_string(); },
     "Template format error: [Ref] must be a string."},
    {"Fn::GetAtt", false, valid_attribute,
     "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource "
     "attribute"},
    {"Fn::Sub", true, valid_substitution,
     "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as "
     "first argument, and an optional second argument to specify a mapping of values to replace in the string"},
    {"Fn::Join", true, valid_join,
     "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings "
     "to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."},
    {"Fn::Select", true, valid_select,
     "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"},
    {"Fn::Split", true, valid_split,
     "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be "
     "split or a function that returns a string to be split."},
    {"Fn::FindInMap", true, valid_map,
     "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute "
     "for return value"},
    {"Fn::Base64", false, valid_text, "Template error: every Fn::Base64 object must have a String-typed value."},
    {"Fn::Cidr", false, valid_cidr,
     "Template error: every Fn::Cidr object requires two parameters, (1) a CIDR block and (2) the number of subnets, "
     "and optionally (3) the number of subnet bits."},
    {"Fn::GetAZs", false, valid_text, "Template error: every Fn::GetAZs object must have a String-typed region."},
    {"Fn::ImportValue", false, valid_text,
     "Template error: the attribute in Fn::ImportValue must be a string or a function that returns a string"},
    {"Fn::If", true, valid_if, "Template error: Fn::If requires a list argument with three elements"},
    {"Fn::Equals", true, valid_equals,
     "Template error: every Fn::Equals object requires a list of 2 string parameters."},
    {"Fn::Not", true, valid_not, "Template error: every Fn::Not object requires one boolean parameter."},
    {"Fn::And", true, valid_and_or,
     "Template error: every Fn::And object requires a list of at least 2 and at most 10 boolean parameters."},
    {"Fn::Or", true, valid_and_or,
     "Template error: every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters."},
};

void check_call(const std::string& name, const Value& argument, bool in_conditions) {
  const auto form =
      std::find_if(std::begin(kForms), std::end(kForms), [&](const Form& one) { return one.name == name; });
  if (form == std::end(kForms)) {
    std::string supported;
    for (const Form& one : kForms) {
      if (one.name.starts_with("Fn::")) supported += (supported.empty() ? "" : ", ") + std::string(one.name);
    }
    throw TemplateError(fmt::format(
        "Template error: Encountered unsupported function: {} Supported functions are: [{}]", name, supported));
  }
  if (in_conditions && !form->in_conditions) {
    throw TemplateError(
        "Template format error: Conditions can only be boolean operations on parameters and other conditions");
  }
  if (!form->valid(argument)) throw TemplateError(std::string(form->otherwise));
}

}  // namespace

void check_function_forms(const Value& value, bool in_conditions) {
  if (value.is_array()) {
    for (const Value& item : value.array()) check_function_forms(item, in_conditions);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.object()) {
      const bool function = name.starts_with("Fn::") || (name == "Ref" && value.object().size() == 1);
      if (function && value.object().size() == 1) {
        check_call(name, member, in_conditions);
      } else if (function && name.starts_with("Fn::")) {
        throw TemplateError(fmt::format("Template error: {} must be the only member of its object", name));
      }
      check_function_forms(member, in_conditions);
    }
  }
}

}  // namespace standpipe::cloudformation
