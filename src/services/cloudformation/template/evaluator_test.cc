#include "services/cloudformation/template/evaluator.h"

#include <gtest/gtest.h>

#include "services/cloudformation/template/read_template.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

struct TestScope final : Scope {
  std::string pseudo_parameter(std::string_view name) const override {
    return name == "AWS::Region" ? "ap-northeast-1" : std::string(name);
  }
  std::string physical_id(const std::string& resource) const override { return "id-" + resource; }
  json::Value attribute(const std::string& resource, const std::string& name) const override {
    if (name == "List") return json::Array{"l1", "l2"};
    return resource + "." + name;
  }
  std::string imported(const std::string& name) const override {
    if (name == "none") throw StackError("No export named none found.");
    return "imported " + name;
  }
  std::string ssm_parameter(const std::string& name, const std::string& version) const override {
    return "<" + name + "@" + version + ">";
  }
};

class EvaluatorTest : public testing::Test {
 protected:
  // What the property P of the only resource becomes; "-" if it is left out.
  std::string value(const std::string& text) {
    const Template checked = check_template(
        read_template("Parameters: {Q: {Type: String, Default: q}, L: {Type: CommaDelimitedList, Default: 'a,b'}}\n"
                      "Mappings: {M: {k: {v: 7, w: [x, y]}}}\n"
                      "Conditions: {IsTrue: !Equals [!Ref Q, q], IsFalse: !Not [Condition: IsTrue],\n"
                      "  Both: !And [Condition: IsTrue, !Or [Condition: IsFalse, !Equals [1, '1']]]}\n"
                      "Resources:\n  B: {Type: x}\n  A:\n    Type: x\n    Properties:\n      P: " +
                      text + "\n"),
        [](std::string_view) { return true; });
    const ParameterValues values = resolve_parameters(checked, {}, [](const std::string&) { return std::nullopt; });
    Evaluator evaluator(checked, values, scope_);
    const json::Object properties = evaluator.properties(*checked.resource("A"));
    return properties.contains("P") ? json::print(*properties.find("P")) : "-";
  }
  std::string error_of(const std::string& text) {
    try {
      return "no error: " + value(text);
    } catch (const std::exception& error) {
      return error.what();
    }
  }
  TestScope scope_;
};

TEST_F(EvaluatorTest, Functions) {
  EXPECT_EQ(value("!Ref Q"), R"("q")");
  EXPECT_EQ(value("!Ref L"), R"(["a","b"])");
  EXPECT_EQ(value("!Ref B"), R"("id-B")");
  EXPECT_EQ(value("!Ref AWS::Region"), R"("ap-northeast-1")");
  EXPECT_EQ(value("!Ref AWS::NoValue"), "-");
  EXPECT_EQ(value("[1, !Ref AWS::NoValue, 2]"), "[1,2]");
  EXPECT_EQ(value("!GetAtt B.Outputs.X"), R"("B.Outputs.X")");
  EXPECT_EQ(value("!GetAtt [B, !Ref Q]"), R"("B.q")");
  EXPECT_EQ(value("!Sub '${Q}-${B}-${B.Arn}-${!Q}-${AWS::Region}-$x'"), R"("q-id-B-B.Arn-${Q}-ap-northeast-1-$x")");
  EXPECT_EQ(value("!Sub ['${Q}${Z}', {Z: !Ref B, Q: own}]"), R"("ownid-B")");
  EXPECT_EQ(value("!Join ['-', [a, 1, true, !Ref Q]]"), R"("a-1-true-q")");
  EXPECT_EQ(value("!Join ['/', !Ref L]"), R"("a/b")");
  EXPECT_EQ(value("!Select [1, !Ref L]"), R"("b")");
  EXPECT_EQ(value("!Select ['0', !Split ['|', 'x|y']]"), R"("x")");
  EXPECT_EQ(value("!Split [',', 'a,,b']"), R"(["a","","b"])");
  EXPECT_EQ(value("!FindInMap [M, k, v]"), "7");
  EXPECT_EQ(value("!FindInMap [M, k, w]"), R"(["x","y"])");
  EXPECT_EQ(value("!Base64 hello"), R"("aGVsbG8=")");
  EXPECT_EQ(value("!If [IsTrue, a, b]"), R"("a")");
  EXPECT_EQ(value("!If [IsFalse, a, !Ref AWS::NoValue]"), "-");
  EXPECT_EQ(value("!If [Both, {x: !Ref Q}, b]"), R"({"x":"q"})");
  EXPECT_EQ(value("!GetAZs ''"), R"(["ap-northeast-1a","ap-northeast-1c","ap-northeast-1d"])");
  EXPECT_EQ(value("!ImportValue e"), R"("imported e")");
  EXPECT_EQ(value("!Cidr ['10.0.0.0/16', 3, 8]"), R"(["10.0.0.0/24","10.0.1.0/24","10.0.2.0/24"])");
  EXPECT_EQ(value("!Cidr ['2001:db8::/56', 2, 64]"), R"(["2001:db8::/64","2001:db8:0:1::/64"])");
}

TEST_F(EvaluatorTest, DynamicReferences) {
  EXPECT_EQ(value("'x{{resolve:ssm:/n}}y{{resolve:ssm:/m:3}}'"), R"("x</n@>y</m@3>")");
  EXPECT_EQ(value("!Sub '{{resolve:ssm:/${Q}}}'"), R"("</q@>")");
  EXPECT_EQ(error_of("'{{resolve:secretsmanager:x}}'"),
            "Template error: Dynamic references to secretsmanager are not supported: {{resolve:secretsmanager:x}}");
}

TEST_F(EvaluatorTest, Errors) {
  EXPECT_EQ(error_of("!FindInMap [M, k, z]"), "Template error: Unable to get mapping for M::k::z");
  EXPECT_EQ(error_of("!Select [5, !Ref L]"), "Template error: Fn::Select cannot select nonexistent value at index 5");
  EXPECT_EQ(error_of("!Sub '${L}'"), "Template error: Fn::Sub expression does not resolve to a string: L");
  EXPECT_EQ(error_of("!ImportValue none"), "No export named none found.");
  EXPECT_EQ(error_of("!Cidr ['10.0.0.0/30', 9, 1]"),
            "Template error: Fn::Cidr: 9 blocks of 1 bits do not fit into 10.0.0.0/30");
  EXPECT_EQ(error_of("!Cidr ['10.0.0/30', 1, 1]"), "Template error: Fn::Cidr: 10.0.0/30 is not a valid CIDR block");
}

TEST_F(EvaluatorTest, WhatTemplatesMakeIsBounded) {
  std::string list = "[";
  for (int i = 0; i < 300; ++i) list += "!Sub '" + std::string(60'000, 'y') + "${Q}', ";
  EXPECT_EQ(error_of(list + "]"), "Template error: the template evaluates to more than can be handled");
}

}  // namespace
}  // namespace standpipe::cloudformation
