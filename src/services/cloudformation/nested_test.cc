// Stacks within stacks.
#include "generated/s3.h"
#include "services/cloudformation/cloudformation_fixture.h"

namespace standpipe::cloudformation {
namespace {

struct TextSource final : ByteSource {
  explicit TextSource(std::string body) : text(std::move(body)) {}
  uint64_t size() const override { return text.size(); }
  size_t read(char* into, size_t capacity) override {
    const size_t count = text.copy(into, capacity, at);
    at += count;
    return count;
  }
  std::string text;
  size_t at = 0;
};

class NestedTest : public CloudFormationTest {
 protected:
  NestedTest() {
    s3_.on<s3::GetObjectInput>([this](const aws::Request&, const s3::GetObjectInput& input) {
      const auto found = objects_.find(input.bucket + "/" + input.key);
      if (found == objects_.end()) throw s3::NoSuchKey("The specified key does not exist.");
      s3::GetObjectOutput output;
      output.body = aws::Stream{.source = std::make_shared<TextSource>(found->second)};
      return output;
    });
  }
  std::map<std::string, std::string> objects_ = {
      {"b/child.yaml",
       "Parameters: {Name: {Type: String}}\n"
       "Resources: {P: {Type: 'AWS::SSM::Parameter', Properties: {Name: !Ref Name, Type: String, Value: v}}}\n"
       "Outputs: {Out: {Value: !Sub '${P}-out'}}\n"},
      {"b/parent.yaml",
       "Parameters: {Bucket: {Type: String, Default: b}}\n"
       "Resources:\n"
       "  One:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
       "      TemplateURL: !Sub 'https://${Bucket}.s3.${AWS::Region}.amazonaws.com/child.yaml'\n"
       "      Parameters: {Name: one}\n"
       "  Two:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
       "      TemplateURL: !Sub 'https://s3.${AWS::Region}.amazonaws.com/${Bucket}/child.yaml'\n"
       "      Parameters: {Name: !GetAtt One.Outputs.Out}\n"
       "Outputs: {Last: {Value: !GetAtt Two.Outputs.Out}}\n"}};
  CreateStackInput parent_{.stack_name = "s",
                           .template_url = "https://b.s3.eu-west-1.amazonaws.com/parent.yaml",
                           .capabilities = {{"CAPABILITY_IAM"}}};
};

TEST_F(NestedTest, OutputsOfOneAreParametersOfAnother) {
  const std::string id = create(parent_);
  ASSERT_EQ(wait(id), "CREATE_COMPLETE");
  EXPECT_EQ(describe(id).outputs->at(0).output_value, "one-out-out");
  const auto one = service_->describe_stack_resource(request(), {.stack_name = "s", .logical_resource_id = "One"});
  const Stack child = describe(*one.stack_resource_detail->physical_resource_id);
  EXPECT_TRUE(RE2::FullMatch(child.stack_name, "s-One-[A-Z0-9]{12}"));
  EXPECT_EQ(child.parent_id, id);
  EXPECT_EQ(child.root_id, id);
  EXPECT_EQ(events(*child.stack_id).back(), child.stack_name.substr(0, 6) + "* CREATE_COMPLETE");
  EXPECT_EQ(remove(id), "DELETE_COMPLETE");
  EXPECT_EQ(describe(*child.stack_id).stack_status, "DELETE_COMPLETE");
  EXPECT_TRUE(parameters_.empty());
}

TEST_F(NestedTest, AFailureWithinFailsTheWholeAndNothingIsLeft) {
  parameters_["one-out"] = "was there";
  const std::string id = create(parent_);
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  const auto all = events(id);
  const auto failed =
      std::find_if(all.begin(), all.end(), [](const auto& line) { return line.starts_with("Two CREATE_FAILED"); });
  ASSERT_NE(failed, all.end());
  EXPECT_EQ(*failed,
            "Two CREATE_FAILED Embedded stack arn:aws:cloudformation:eu-west-1:111122223333:stack/s-Two-*/* was not "
            "successfully created: The following resource(s) failed to create: [P].");
  EXPECT_EQ(parameters_.size(), 1u);
  const auto output = service_->list_stacks(request(), {});
  for (const StackSummary& one : *output.stack_summaries) {
    EXPECT_EQ(one.stack_status, one.stack_name == "s" ? "ROLLBACK_COMPLETE" : "DELETE_COMPLETE");
  }
}

TEST_F(NestedTest, ErrorsOfTheChildsTemplateAreReasons) {
  objects_["b/child.yaml"] = "Resources: {A: {Type: 'AWS::X::Y'}}";
  std::string id = create(parent_);
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(events(id)[2], "One CREATE_FAILED Template format error: Unrecognized resource types: [AWS::X::Y]");
  remove(id);
  objects_.erase("b/child.yaml");
  id = create(parent_);
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(events(id)[2],
            "One CREATE_FAILED S3 error: The specified key does not exist.\nFor more information check "
            "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html");
}

TEST_F(NestedTest, CapabilitiesAreNeededUpFrontAndInherited) {
  objects_["b/child.yaml"] =
      "Parameters: {Name: {Type: String}}\n"
      "Resources: {R: {Type: 'AWS::IAM::Role', Properties: {RoleName: r, AssumeRolePolicyDocument: {}}}}";
  CreateStackInput without = parent_;
  without.capabilities.reset();
  EXPECT_EQ(create_error(without), "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_IAM]");
  const std::string id = create(parent_);
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(events(id)[2], "One CREATE_FAILED Requires capabilities : [CAPABILITY_NAMED_IAM]");
}

}  // namespace
}  // namespace standpipe::cloudformation
