#include "services/cloudformation/template/parameters.h"

#include <gtest/gtest.h>

#include "services/cloudformation/template/read_template.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

Template declared(const std::string& parameters) {
  return check_template(read_template("Resources: {A: {Type: x}}\nParameters:\n" + parameters),
                        [](std::string_view) { return true; });
}

std::optional<std::string> ssm(const std::string& name) {
  if (name == "/there") return "stored,too";
  return std::nullopt;
}

std::string error_of(const std::string& declaration, const std::map<std::string, std::string>& given) {
  try {
    resolve_parameters(declared("  P: " + declaration), given, ssm);
    return "no error";
  } catch (const TemplateError& error) {
    return error.what();
  }
}

TEST(Parameters, DefaultsAndGivenValues) {
  const Template text = declared(
      "  A: {Type: String, Default: a}\n  B: {Type: Number, Default: 512}\n  C: {Type: CommaDelimitedList}\n"
      "  D: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /there}\n  E: {Type: String, Default: true}\n");
  const ParameterValues values = resolve_parameters(text, {{"C", "x, y,z"}}, ssm);
  EXPECT_EQ(json::print(parameter_reference(*text.parameter("A"), values.at("A"))), "\"a\"");
  EXPECT_EQ(json::print(parameter_reference(*text.parameter("B"), values.at("B"))), "\"512\"");
  EXPECT_EQ(json::print(parameter_reference(*text.parameter("C"), values.at("C"))), R"(["x","y","z"])");
  EXPECT_EQ(json::print(parameter_reference(*text.parameter("D"), values.at("D"))), R"(["stored","too"])");
  EXPECT_EQ(values.at("D").text, "/there");
  EXPECT_EQ(values.at("E").resolved, "true");
}

TEST(Parameters, Errors) {
  EXPECT_EQ(error_of("{Type: String}", {}), "Parameters: [P] must have values");
  EXPECT_EQ(error_of("{Type: String}", {{"P", "1"}, {"Q", "1"}, {"R", "1"}}),
            "Parameters: [Q, R] do not exist in the template");
  EXPECT_EQ(error_of("{Type: Number}", {{"P", "x"}}), "Parameter 'P' must be a number.");
  EXPECT_EQ(error_of("{Type: Number, MinValue: 5}", {{"P", "4"}}), "Parameter 'P' must be a number not less than 5");
  EXPECT_EQ(error_of("{Type: Number, MaxValue: 5}", {{"P", "6"}}), "Parameter 'P' must be a number not greater than 5");
  EXPECT_EQ(error_of("{Type: 'List<Number>'}", {{"P", "1,x"}}), "Parameter 'P' must be a number.");
  EXPECT_EQ(error_of("{Type: String, AllowedValues: [a, 1]}", {{"P", "b"}}),
            "Parameter 'P' must be one of AllowedValues");
  EXPECT_EQ(error_of("{Type: String, AllowedValues: [a, 1]}", {{"P", "1"}}), "no error");
  EXPECT_EQ(error_of("{Type: String, MinLength: 2}", {{"P", "a"}}), "Parameter 'P' must contain at least 2 characters");
  EXPECT_EQ(error_of("{Type: String, MaxLength: 2}", {{"P", "abc"}}),
            "Parameter 'P' must contain at most 2 characters");
  EXPECT_EQ(error_of("{Type: String, AllowedPattern: '[a-z]+'}", {{"P", "a1"}}),
            "Parameter P failed to satisfy constraint: must match pattern [a-z]+");
  EXPECT_EQ(error_of("{Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: letters only}", {{"P", "a1"}}),
            "Parameter P failed to satisfy constraint: letters only");
  EXPECT_EQ(error_of("{Type: 'AWS::SSM::Parameter::Value<String>'}", {{"P", "/gone"}}),
            "Unable to fetch parameters [/gone] from parameter store for this account.");
}

}  // namespace
}  // namespace standpipe::cloudformation
