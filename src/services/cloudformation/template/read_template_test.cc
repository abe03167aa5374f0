#include "services/cloudformation/template/read_template.h"

#include <gtest/gtest.h>

#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

std::string read(std::string_view text) { return json::print(read_template(text)); }

std::string error_of(std::string_view text) {
  try {
    return "no error: " + read(text);
  } catch (const TemplateError& error) {
    return error.what();
  }
}

TEST(ReadTemplate, ShortFormsBecomeLongForms) {
  EXPECT_EQ(read("a: !Ref B"), R"({"a":{"Ref":"B"}})");
  EXPECT_EQ(read("a: !GetAtt B.Outputs.C"), R"({"a":{"Fn::GetAtt":["B","Outputs.C"]}})");
  EXPECT_EQ(read("a: !GetAtt [B, C]"), R"({"a":{"Fn::GetAtt":["B","C"]}})");
  EXPECT_EQ(read("a: !Sub \"${B}-x\""), R"({"a":{"Fn::Sub":"${B}-x"}})");
  EXPECT_EQ(read("a: !Join [',', [x, !Ref Y]]"), R"({"a":{"Fn::Join":[",",["x",{"Ref":"Y"}]]}})");
  EXPECT_EQ(read("a: !If [C, 1, !Ref AWS::NoValue]"), R"({"a":{"Fn::If":["C",1,{"Ref":"AWS::NoValue"}]}})");
  EXPECT_EQ(read("a: !Condition C"), R"({"a":{"Condition":"C"}})");
  EXPECT_EQ(read("a: !Base64\n  Fn::Sub: x"), R"({"a":{"Fn::Base64":{"Fn::Sub":"x"}}})");
}

TEST(ReadTemplate, ScalarsKeepTheirText) {
  EXPECT_EQ(read("v: 2012-10-17"), R"({"v":"2012-10-17"})");
  EXPECT_EQ(read("v: 007"), R"({"v":"007"})");
  EXPECT_EQ(read("v: 1.10"), R"({"v":"1.10"})");
  EXPECT_EQ(read("v: 24"), R"({"v":24})");
  EXPECT_EQ(read("v: '24'"), R"({"v":"24"})");
  EXPECT_EQ(read("v: !!str 24"), R"({"v":"24"})");
  EXPECT_EQ(read("v: [yes, True, off, \"no\"]"), R"({"v":[true,true,false,"no"]})");
  EXPECT_EQ(read("v: 000000000000"), R"({"v":"000000000000"})");
  EXPECT_EQ(read("v: |\n  a\n  b\n"), R"({"v":"a\nb\n"})");
  EXPECT_EQ(read("v: >-\n  a\n  b\n"), R"({"v":"a b"})");
  EXPECT_EQ(read("v:\nw: ~"), R"({"v":null,"w":null})");
}

TEST(ReadTemplate, TellsWhereYamlIsWrong) {
  EXPECT_EQ(error_of("a: b\n c: d\n"), "Template format error: YAML not well-formed. (line 2, column 3)");
  EXPECT_EQ(error_of("a: 1\na: 2\n"), "Template format error: YAML not well-formed. (line 2, column 1)");
  EXPECT_EQ(error_of("a: !Nonsense b"), "Template format error: YAML not well-formed. (line 1, column 4)");
  EXPECT_EQ(error_of("a: !!binary YQ=="), "Template format error: YAML not well-formed. (line 1, column 4)");
  EXPECT_EQ(error_of("? [a]\n: b"), "Template format error: YAML not well-formed. (line 1, column 3)");
  EXPECT_EQ(error_of("\xff\xfe"), "Template format error: YAML not well-formed. (line 1, column 1)");
  EXPECT_EQ(error_of(""), "Template format error: unsupported structure.");
  EXPECT_EQ(error_of("a: 1\n---\nb: 2\n"), "Template format error: unsupported structure.");
}

TEST(ReadTemplate, AliasesAreRefused) {
  EXPECT_EQ(error_of("a: &x [1]\nb: *x\n"), "Template error: YAML aliases are not allowed in CloudFormation templates");
}

TEST(ReadTemplate, NestingAndSizeAreBounded) {
  EXPECT_EQ(error_of("a: " + std::string(5000, '[') + std::string(5000, ']')).substr(0, 44),
            "Template format error: YAML not well-formed.");
  EXPECT_EQ(error_of("{\"a\":" + std::string(5000, '[')).substr(0, 44), "Template format error: JSON not well-formed.");
  std::string many = "a: [";
  for (int i = 0; i < 100'001; ++i) many += "1,";
  EXPECT_EQ(error_of(many + "]").substr(0, 44), "Template format error: YAML not well-formed.");
}

TEST(ReadTemplate, TellsWhereJsonIsWrong) {
  EXPECT_EQ(read(R"( {"a":[1,true,"x"]} )"), R"({"a":[1,true,"x"]})");
  EXPECT_EQ(error_of(R"({"a": "b)"), "Template format error: JSON not well-formed. (line 1, column 9)");
  EXPECT_EQ(error_of("{\"a\": 1,\n  b}"), "Template format error: JSON not well-formed. (line 2, column 3)");
  EXPECT_EQ(error_of(R"({"a":1,"a":2})"), "Template format error: JSON not well-formed. (line 1, column 8)");
  EXPECT_EQ(error_of(R"({"a":1} x)"), "Template format error: JSON not well-formed. (line 1, column 9)");
}

}  // namespace
}  // namespace standpipe::cloudformation
