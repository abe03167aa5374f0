#include "services/cloudformation/template/template.h"

#include <gtest/gtest.h>

#include "services/cloudformation/template/read_template.h"
#include "services/cloudformation/template/references.h"
#include "services/cloudformation/template/template_error.h"

namespace standpipe::cloudformation {
namespace {

Template check_text(std::string_view text) {
  return check_template(read_template(text), [](std::string_view type) { return type.starts_with("AWS::T::"); });
}

std::string error_of(std::string_view text) {
  try {
    check_text(text);
    return "no error";
  } catch (const TemplateError& error) {
    return error.what();
  }
}

// A template whose only resource has the property P with the given value, in flow style.
std::string with_property(const std::string& value) {
  return "Parameters: {Q: {Type: String, Default: q}}\nConditions: {C: !Equals [a, b]}\n"
         "Resources: {A: {Type: 'AWS::T::X', Properties: {P: " +
         value + "}}, B: {Type: 'AWS::T::X'}}";
}

struct FormCase {
  std::string text, error;
};

TEST(CheckTemplate, FormErrors) {
  const FormCase cases[] = {
      {"- a", "Template format error: unsupported structure."},
      {"Resources: {}", "Template format error: At least one Resources member must be defined."},
      {"Description: x", "Template format error: At least one Resources member must be defined."},
      {"Foo: {}\nBar: {}\nResources: {}", "Invalid template property or properties [Foo, Bar]"},
      {"AWSTemplateFormatVersion: 2010-09-10\nResources: {}",
       "Template format error: 2010-09-10 is not a supported value for AWSTemplateFormatVersion."},
      {"Transform: AWS::Serverless-2016-10-31\nResources: {}",
       "Template format error: Transforms are not supported: AWS::Serverless-2016-10-31"},
      {"Resources: {A: {Properties: {}}}",
       "Template format error: [/Resources/A] Every Resources object must contain a Type member."},
      {"Resources: {A: x}", "Template format error: Any Resources member must be an object."},
      {"Resources: {A-b: {Type: 'AWS::T::X'}}", "Template format error: Resource name A-b is non alphanumeric."},
      {"Resources: {A: {Type: 'AWS::X::Y'}, B: {Type: 'AWS::X::Z'}}",
       "Template format error: Unrecognized resource types: [AWS::X::Y, AWS::X::Z]"},
      {"Resources: {A: {Type: 'AWS::T::X', Foo: 1}}", "Invalid template resource property 'Foo'"},
      {"Resources: {A: {Type: 'AWS::T::X', DependsOn: B}}",
       "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"},
      {"Resources: {A: {Type: 'AWS::T::X', Condition: IsFalse}}",
       "Template format error: Unresolved condition dependency IsFalse in the Resources block of the template"},
      {"Resources: {A: {Type: 'AWS::T::X', DeletionPolicy: Snapshot}}",
       "Template error: resource type AWS::T::X does not support deletion policy Snapshot"},
      {"Resources: {A: {Type: 'AWS::T::X'}}\nOutputs: {O: {Description: x}}",
       "Template format error: Every Outputs member must contain a Value object"},
      {"Resources: {A: {Type: 'AWS::T::X'}}\nOutputs: {O: {Value: }}",
       "[/Outputs/O/Value] 'null' values are not allowed in templates"},
      {"Resources: {A: {Type: 'AWS::T::X'}}\nOutputs: {O: {Value: !Ref Z}}",
       "Unresolved resource dependencies [Z] in the Outputs block of the template"},
      {"Resources: {A: {Type: 'AWS::T::X'}}\nMappings: {M: x}",
       "Template format error: Every Mappings member M must be a map"},
      {"Resources: {A: {Type: 'AWS::T::X'}}\nParameters: {P: {Type: String, Default: [bucket-name]}}",
       "Template format error: Every Default member must be a string."},
      {"Resources: {A: {Type: 'AWS::T::X'}}\nParameters: {P: {Default: x}}",
       "Template format error: Every Parameters object must contain a Type member."},
      {"Resources: {A: {Type: 'AWS::T::X'}}\nParameters: {P: {Type: Strings}}",
       "Template format error: Unrecognized parameter type: Strings"},
      {"Resources: {A: {Type: 'AWS::T::X'}}\nConditions: {C: !Equals [!Ref A, b]}",
       "Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the "
       "template"},
  };
  for (const FormCase& one : cases) EXPECT_EQ(error_of(one.text), one.error) << one.text;
}

TEST(CheckTemplate, FunctionErrors) {
  const FormCase cases[] = {
      {"!GetAtt A",
       "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource "
       "attribute"},
      {"!Select [a]",
       "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"},
      {"!Split [x]",
       "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be "
       "split or a function that returns a string to be split."},
      {"!Join [x, y]",
       "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
       "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."},
      {"!Equals [x]", "Template error: every Fn::Equals object requires a list of 2 string parameters."},
      {"!If [D, a, b]", "Template error: unresolved condition dependency D in Fn::If"},
      {"!Ref Z", "Template format error: Unresolved resource dependencies [Z] in the Resources block of the template"},
      {"!Sub '${Z}${B.x}'",
       "Template format error: Unresolved resource dependencies [Z] in the Resources block of the template"},
      {"!Sub '${a b}'",
       "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, "
       "periods, and colons"},
      {"!Ref A", "Circular dependency between resources: [A]"},
  };
  for (const FormCase& one : cases) EXPECT_EQ(error_of(with_property(one.text)), one.error) << one.text;
  EXPECT_EQ(error_of(with_property("{'Fn::Foo': x}")).substr(0, 61),
            "Template error: Encountered unsupported function: Fn::Foo Sup");
}

TEST(CheckTemplate, CirclesAreNamedWithoutWhatHangsOnThem) {
  EXPECT_EQ(error_of("Resources:\n"
                     "  A: {Type: 'AWS::T::X', Properties: {P: !Ref B}}\n"
                     "  B: {Type: 'AWS::T::X', Properties: {P: !GetAtt A.Arn}}\n"
                     "  C: {Type: 'AWS::T::X', DependsOn: A}\n"
                     "  D: {Type: 'AWS::T::X'}\n"
                     "  E: {Type: 'AWS::T::X', DependsOn: [D]}\n"),
            "Circular dependency between resources: [A, B]");
}

TEST(Dependencies, FollowReferencesAndLivingConditions) {
  const Template checked = check_text(
      "Conditions: {IsTrue: !Equals [a, a], IsFalse: !Equals [a, b]}\n"
      "Resources:\n"
      "  A: {Type: 'AWS::T::X', Properties: {P: !Sub '${B}/${C.Arn}/${!D}/${AWS::Region}', Q: !If [IsFalse, !Ref D, "
      "x]}}\n"
      "  B: {Type: 'AWS::T::X', DependsOn: [E, F]}\n"
      "  C: {Type: 'AWS::T::X'}\n"
      "  D: {Type: 'AWS::T::X', Condition: IsFalse}\n"
      "  E: {Type: 'AWS::T::X', Condition: IsFalse}\n"
      "  F: {Type: 'AWS::T::X', Condition: IsTrue}\n");
  const Dependencies graph = dependencies(checked, [](const std::string& name) { return name == "IsTrue"; });
  const Dependencies expected = {{"A", {"B", "C"}}, {"B", {"F"}}, {"C", {}}, {"F", {}}};
  EXPECT_EQ(graph, expected);
}

TEST(Dependencies, ReferencesToWhatAConditionTookAwayAreErrors) {
  const Template checked = check_text(
      "Conditions: {C: !Equals [a, b]}\nResources:\n  A: {Type: 'AWS::T::X', Properties: {P: !Ref B}}\n"
      "  B: {Type: 'AWS::T::X', Condition: C}\n");
  EXPECT_EQ(dependencies(checked, [](const std::string&) { return true; }).at("A"), std::set<std::string>{"B"});
  EXPECT_THROW(dependencies(checked, [](const std::string&) { return false; }), TemplateError);
}

TEST(CheckTemplate, ReadsWhatResourcesSay) {
  const Template checked = check_text(
      "Description: d\nResources:\n  A: {Type: 'AWS::T::X', DeletionPolicy: Retain, DependsOn: [B], Metadata: {m: 1}}\n"
      "  B: {Type: 'AWS::T::X', DeletionPolicy: RetainExceptOnCreate}\n"
      "Outputs: {O: {Value: !Ref A, Export: {Name: e}}}\n");
  EXPECT_EQ(checked.description, "d");
  EXPECT_EQ(checked.resource("A")->deletion_policy, DeletionPolicy::retain);
  EXPECT_EQ(checked.resource("B")->deletion_policy, DeletionPolicy::retain_except_on_create);
  EXPECT_EQ(checked.resource("A")->metadata.find("m")->integer(), 1);
  EXPECT_EQ(checked.outputs.at(0).export_name->string(), "e");
}

}  // namespace
}  // namespace standpipe::cloudformation
