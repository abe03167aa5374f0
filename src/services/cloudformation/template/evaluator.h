// Gives the values that intrinsic functions stand for. Bounded in steps and in the bytes that it makes, so that a small
// template cannot ask for a large answer. One evaluator is used by one thread; it refers to what it was made with.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "services/cloudformation/template/parameters.h"
#include "services/cloudformation/template/template.h"

namespace standpipe::cloudformation {

// A failure of the stack as a whole rather than of the resource whose properties are evaluated.
struct StackError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The world outside the template. Methods throw TemplateError or StackError.
class Scope {
 public:
  virtual ~Scope() = default;
  virtual std::string pseudo_parameter(std::string_view name) const = 0;  // "AWS::Region" …; never AWS::NoValue
  virtual std::string physical_id(const std::string& resource) const = 0;
  virtual json::Value attribute(const std::string& resource, const std::string& name) const = 0;
  virtual std::string imported(const std::string& name) const = 0;
  // {{resolve:ssm:name:version}}; version is empty for the latest.
  virtual std::string ssm_parameter(const std::string& name, const std::string& version) const = 0;
};

class Evaluator {
 public:
  Evaluator(const Template& checked, const ParameterValues& parameters, const Scope& scope)
      : template_(checked), parameters_(parameters), scope_(scope) {}

  bool condition(const std::string& name);
  // Members that are AWS::NoValue are left out; nullopt if the whole is.
  std::optional<json::Value> evaluate(const json::Value& value);
  // Also replaces {{resolve:…}} in all strings.
  json::Object properties(const DeclaredResource& resource);
  std::string text(const json::Value& value);  // must evaluate to a scalar

 private:
  using Value = json::Value;
  using Result = std::optional<Value>;
  Result call(const std::string& function, const Value& argument);
  Value reference(const std::string& name);
  Result reference_or_nothing(const Value& argument);
  Value attribute(const Value& argument);
  Value substitute(const Value& argument);
  Value join(const Value& argument);
  Result select(const Value& argument);
  Value split_text(const Value& argument);
  Value find_in_map(const Value& argument);
  Result choose(const Value& argument);
  bool truth(const Value& value);
  Value zones(const Value& argument);
  std::string replace_dynamic_references(const std::string& text);
  void replace_dynamic_references(Value& value);
  std::string piece(const std::string& name, const json::Object* own);
  void charge(size_t bytes);

  const Template& template_;
  const ParameterValues& parameters_;
  const Scope& scope_;
  std::map<std::string, std::optional<bool>> conditions_;  // no value: being evaluated
  size_t steps_ = 0, bytes_ = 0, dynamic_references_ = 0;
};

}  // namespace standpipe::cloudformation
