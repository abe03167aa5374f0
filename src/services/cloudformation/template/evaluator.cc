#include "services/cloudformation/template/evaluator.h"

#include <fmt/core.h>

#include "base/bytes.h"
#include "services/cloudformation/template/cidr.h"
#include "services/cloudformation/template/references.h"
#include "services/cloudformation/template/substitution.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

constexpr size_t kStepsMax = 1'000'000;
constexpr size_t kBytesMax = 16 << 20;
constexpr size_t kDynamicReferencesMax = 60;

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw TemplateError(fmt::format(format, std::forward<Args>(args)...));
}

bool is_function(const json::Object& object) {
  if (object.size() != 1) return false;
  const std::string& name = object.begin()->first;
  return name == "Ref" || name.starts_with("Fn::");
}

}  // namespace

void Evaluator::charge(size_t bytes) {
  bytes_ += bytes;
  if (++steps_ > kStepsMax || bytes_ > kBytesMax) {
    refuse("Template error: the template evaluates to more than can be handled");
  }
}

std::optional<json::Value> Evaluator::evaluate(const Value& value) {
  charge(value.is_string() ? value.string().size() : 8);
  if (value.is_array()) {
    json::Array items;
    for (const Value& item : value.array()) {
      if (auto result = evaluate(item)) items.push_back(std::move(*result));
    }
    return Value(std::move(items));
  }
  if (!value.is_object()) return value;
  if (is_function(value.object())) return call(value.object().begin()->first, value.object().begin()->second);
  json::Object members;
  for (const auto& [name, member] : value.object()) {
    charge(name.size());
    if (auto result = evaluate(member)) members.append(name, std::move(*result));
  }
  return Value(std::move(members));
}

Evaluator::Result Evaluator::call(const std::string& function, const Value& argument) {
  if (function == "Ref") return reference_or_nothing(argument);
  if (function == "Fn::GetAtt") return attribute(argument);
  if (function == "Fn::Sub") return substitute(argument);
  if (function == "Fn::Join") return join(argument);
  if (function == "Fn::Select") return select(argument);
  if (function == "Fn::Split") return split_text(argument);
  if (function == "Fn::FindInMap") return find_in_map(argument);
  if (function == "Fn::If") return choose(argument);
  if (function == "Fn::Base64") return Value(base64_encode(text(argument)));
  if (function == "Fn::GetAZs") return zones(argument);
  if (function == "Fn::ImportValue") return Value(scope_.imported(text(argument)));
  if (function == "Fn::Cidr") {
    const auto arguments = evaluate(argument);
    return cidr_blocks(arguments ? *arguments : Value{});
  }
  if (function == "Fn::Equals" || function == "Fn::And" || function == "Fn::Or" || function == "Fn::Not") {
    return Value(truth(json::Object{{function, argument}}));
  }
  refuse("Template error: Encountered unsupported function: {}", function);
}

Evaluator::Result Evaluator::reference_or_nothing(const Value& argument) {
  if (!argument.is_string()) refuse("Template format error: [Ref] must be a string.");
  if (argument.string() == "AWS::NoValue") return std::nullopt;
  return reference(argument.string());
}

json::Value Evaluator::reference(const std::string& name) {
  if (const DeclaredParameter* declared = template_.parameter(name)) {
    const auto value = parameters_.find(name);
    if (value == parameters_.end()) refuse("Parameters: [{}] must have values", name);
    return parameter_reference(*declared, value->second);
  }
  if (name == "AWS::NotificationARNs") return json::Array{};  // stacks with notifications are refused
  if (is_pseudo_parameter(name)) return name == "AWS::NoValue" ? std::string() : scope_.pseudo_parameter(name);
  return scope_.physical_id(name);
}

json::Value Evaluator::attribute(const Value& argument) {
  if (argument.is_string()) {
    const size_t dot = argument.string().find('.');
    if (dot != std::string::npos) {
      return scope_.attribute(argument.string().substr(0, dot), argument.string().substr(dot + 1));
    }
  } else if (argument.is_array() && argument.array().size() == 2 && argument.array()[0].is_string()) {
    return scope_.attribute(argument.array()[0].string(), text(argument.array()[1]));
  }
  refuse(
      "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource "
      "attribute");
}

std::string Evaluator::text(const Value& value) {
  const auto result = evaluate(value);
  if (!result || !is_scalar(*result)) {
    refuse("Template error: a function that needs a string got {}",
           result ? json::print(*result).substr(0, 100) : "AWS::NoValue");
  }
  return scalar_text(*result);
}

std::string Evaluator::piece(const std::string& name, const json::Object* own) {
  if (const Value* value = own == nullptr ? nullptr : own->find(name)) return text(*value);
  const size_t dot = name.find('.');
  const Value value =
      dot == std::string::npos ? reference(name) : scope_.attribute(name.substr(0, dot), name.substr(dot + 1));
  if (!is_scalar(value)) {
    refuse("Template error: Fn::Sub expression does not resolve to a string: {}", name);
  }
  return scalar_text(value);
}

json::Value Evaluator::substitute(const Value& argument) {
  const bool pair = argument.is_array() && argument.array().size() == 2;
  const Value& pattern = pair ? argument.array()[0] : argument;
  const json::Object* own = pair && argument.array()[1].is_object() ? &argument.array()[1].object() : nullptr;
  if (!pattern.is_string()) {
    refuse(
        "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as "
        "first argument, and an optional second argument to specify a mapping of values to replace in the string");
  }
  std::string result;
  for (const SubstitutionPiece& part : parse_substitution(pattern.string())) {
    const std::string added = part.is_name ? piece(part.text, own) : part.text;
    charge(added.size());
    result += added;
  }
  return result;
}

json::Value Evaluator::join(const Value& argument) {
  const Value items = evaluate(argument.array().at(1)).value_or(Value{});
  const bool valid = argument.array()[0].is_string() && items.is_array();
  std::string result;
  for (size_t i = 0; valid && i < items.array().size(); ++i) {
    if (!is_scalar(items.array()[i])) break;
    if (i > 0) result += argument.array()[0].string();
    result += scalar_text(items.array()[i]);
    charge(argument.array()[0].string().size() + 8);
    if (i + 1 == items.array().size()) return result;
  }
  if (valid && items.array().empty()) return result;
  refuse(
      "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings "
      "to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.");
}

Evaluator::Result Evaluator::select(const Value& argument) {
  const auto index = parse_int(text(argument.array().at(0)));
  const Value items = evaluate(argument.array().at(1)).value_or(Value{});
  if (!index || !items.is_array()) {
    refuse("Template error: Fn::Select requires a list argument with two elements: an integer index and a list");
  }
  if (*index < 0 || static_cast<size_t>(*index) >= items.array().size()) {
    refuse("Template error: Fn::Select cannot select nonexistent value at index {}", *index);
  }
  return items.array()[static_cast<size_t>(*index)];
}

json::Value Evaluator::split_text(const Value& argument) {
  const std::string delimiter = text(argument.array().at(0));
  const std::string source = text(argument.array().at(1));
  if (delimiter.empty()) {
    refuse(
        "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be "
        "split or a function that returns a string to be split.");
  }
  json::Array pieces;
  for (size_t begin = 0;;) {
    const size_t end = source.find(delimiter, begin);
    charge(24);
    pieces.emplace_back(source.substr(begin, end == std::string::npos ? end : end - begin));
    if (end == std::string::npos) return pieces;
    begin = end + delimiter.size();
  }
}

json::Value Evaluator::find_in_map(const Value& argument) {
  const std::string name = text(argument.array().at(0));
  const std::string key = text(argument.array().at(1));
  const std::string attribute_name = text(argument.array().at(2));
  const Value* map = template_.mappings.find(name);
  if (map == nullptr) {
    refuse("Template error: Mapping named '{}' is not present in the 'Mappings' section of template.", name);
  }
  const Value* attributes = map->find(key);
  const Value* value = attributes == nullptr ? nullptr : attributes->find(attribute_name);
  if (value == nullptr) refuse("Template error: Unable to get mapping for {}::{}::{}", name, key, attribute_name);
  return *value;
}

Evaluator::Result Evaluator::choose(const Value& argument) {
  if (!argument.is_array() || argument.array().size() != 3 || !argument.array()[0].is_string()) {
    refuse("Template error: Fn::If requires a list argument with three elements");
  }
  return evaluate(argument.array()[condition(argument.array()[0].string()) ? 1 : 2]);
}

json::Value Evaluator::zones(const Value& argument) {
  std::string region = text(argument);
  if (region.empty()) region = scope_.pseudo_parameter("AWS::Region");
  // Tokyo lost its second zone; everywhere else the letters are consecutive.
  json::Array result;
  for (const char* letter : {"a", region == "ap-northeast-1" ? "c" : "b", region == "ap-northeast-1" ? "d" : "c"}) {
    result.emplace_back(region + letter);
  }
  return result;
}

bool Evaluator::condition(const std::string& name) {
  const auto [known, added] = conditions_.try_emplace(name);
  if (!added) {
    if (!known->second) refuse("Template format error: Circular dependencies between conditions: [{}]", name);
    return *known->second;
  }
  const Value* body = template_.conditions.find(name);
  if (body == nullptr) refuse("Template error: unresolved condition dependency {} in Fn::If", name);
  const bool result = truth(*body);
  conditions_[name] = result;
  return result;
}

bool Evaluator::truth(const Value& value) {
  charge(1);
  if (value.is_object() && value.object().size() == 1) {
    const auto& [function, argument] = *value.object().begin();
    if (function == "Condition" && argument.is_string()) return condition(argument.string());
    if (function == "Fn::Equals" && argument.is_array() && argument.array().size() == 2) {
      const Value left = evaluate(argument.array()[0]).value_or(Value{});
      const Value right = evaluate(argument.array()[1]).value_or(Value{});
      return is_scalar(left) && is_scalar(right) ? scalar_text(left) == scalar_text(right) : left == right;
    }
    if (function == "Fn::Not" && argument.is_array() && argument.array().size() == 1)
      return !truth(argument.array()[0]);
    if ((function == "Fn::And" || function == "Fn::Or") && argument.is_array()) {
      bool all = true, any = false;
      for (const Value& item : argument.array()) {
        const bool one = truth(item);
        all = all && one;
        any = any || one;
      }
      return function == "Fn::And" ? all : any;
    }
    if (function == "Fn::If") return truth(choose(argument).value_or(Value{}));
  }
  if (value.is_bool()) return value.boolean();
  refuse("Template format error: Conditions can only be boolean operations on parameters and other conditions");
}

json::Object Evaluator::properties(const DeclaredResource& resource) {
  Value result = evaluate(resource.properties).value_or(json::Object{});
  if (!result.is_object()) {
    refuse("Template format error: [/Resources/{}/Properties] Every Properties member must be an object.", resource.id);
  }
  replace_dynamic_references(result);
  return std::move(result.object());
}

void Evaluator::replace_dynamic_references(Value& value) {
  if (value.is_string()) {
    if (value.string().find("{{resolve:") != std::string::npos) value = replace_dynamic_references(value.string());
  } else if (value.is_array()) {
    for (Value& item : value.array()) replace_dynamic_references(item);
  } else if (value.is_object()) {
    for (auto& [name, member] : value.object()) replace_dynamic_references(member);
  }
}

std::string Evaluator::replace_dynamic_references(const std::string& source) {
  std::string result;
  size_t at = 0;
  for (size_t open; (open = source.find("{{resolve:", at)) != std::string::npos;) {
    const size_t close = source.find("}}", open);
    if (close == std::string::npos) break;
    const std::string whole = source.substr(open, close + 2 - open);
    const std::vector<std::string> parts = split(std::string_view(whole).substr(2, whole.size() - 4), ':');
    if (parts.size() >= 2 && parts[1] != "ssm") {
      refuse("Template error: Dynamic references to {} are not supported: {}", parts[1], whole);
    }
    if (parts.size() < 3 || parts.size() > 4) {
      refuse("Template error: Incorrectly formatted dynamic reference: {}", whole);
    }
    if (++dynamic_references_ > kDynamicReferencesMax) {
      refuse("Template error: the template has more than {} dynamic references", kDynamicReferencesMax);
    }
    result.append(source, at, open - at);
    result += scope_.ssm_parameter(parts[2], parts.size() == 4 ? parts[3] : std::string());
    charge(result.size());
    at = close + 2;
  }
  return result + source.substr(at);
}

}  // namespace standpipe::cloudformation
