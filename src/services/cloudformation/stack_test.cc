// Creating, failing, rolling back, deleting: one stack.
#include <future>

#include "services/cloudformation/cloudformation_fixture.h"

namespace standpipe::cloudformation {
namespace {

using Lines = std::vector<std::string>;

std::string parameter(const std::string& id, const std::string& more = {}) {
  return "  " + id + ": {Type: 'AWS::SSM::Parameter'" + (more.empty() ? "" : ", " + more) + ", Properties: {Name: /" +
         id + ", Type: String, Value: v}}\n";
}

TEST_F(CloudFormationTest, EventsOfACreationAndADeletion) {
  const std::string id = create("Resources:\n" + parameter("A"));
  ASSERT_EQ(wait(id), "CREATE_COMPLETE");
  const Lines created = {"s CREATE_IN_PROGRESS User Initiated", "A CREATE_IN_PROGRESS",
                         "A CREATE_IN_PROGRESS Resource creation Initiated", "A CREATE_COMPLETE", "s CREATE_COMPLETE"};
  EXPECT_EQ(events(id), created);
  const auto all = *service_->describe_stack_events(request(), {.stack_name = "s"}).stack_events;
  EXPECT_EQ(all[3].physical_resource_id, "");
  EXPECT_EQ(all[2].physical_resource_id, "/A");
  EXPECT_EQ(all[2].resource_properties, R"({"Name":"/A","Type":"String","Value":"v"})");

  EXPECT_EQ(remove(id), "DELETE_COMPLETE");
  Lines deleted = created;
  for (const char* line :
       {"s DELETE_IN_PROGRESS User Initiated", "A DELETE_IN_PROGRESS", "A DELETE_COMPLETE", "s DELETE_COMPLETE"}) {
    deleted.emplace_back(line);
  }
  EXPECT_EQ(events(id), deleted);
  EXPECT_THROW(describe("s"), aws::Error);
  EXPECT_TRUE(parameters_.empty());
  EXPECT_EQ(service_->list_stacks(request(), {}).stack_summaries->size(), 1u);
}

TEST_F(CloudFormationTest, OutputsParametersAndReferences) {
  const std::string id = create(
      "Description: d\n"
      "Parameters: {P: {Type: String}, Secret: {Type: String, NoEcho: true, Default: hush}}\n"
      "Resources:\n"
      "  A: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: !Sub '${P}-${B}'}}\n"
      "  B: {Type: 'AWS::SSM::Parameter', Properties: {Name: b, Type: String, Value: !Ref Secret}}\n"
      "Outputs:\n"
      "  Name: {Value: !Ref A, Description: o, Export: {Name: exported}}\n"
      "  Value: {Value: !GetAtt A.Value}\n",
      {{"P", "given"}});
  ASSERT_EQ(wait(id), "CREATE_COMPLETE");
  const Stack stack = describe("s");
  EXPECT_TRUE(RE2::FullMatch(*stack.outputs->at(0).output_value, "CFN-A-[A-Z0-9]{12}"));
  EXPECT_EQ(stack.outputs->at(0).export_name, "exported");
  EXPECT_EQ(stack.outputs->at(1).output_value, "given-b");
  EXPECT_EQ(stack.parameters->at(0).parameter_value, "given");
  EXPECT_EQ(stack.parameters->at(1).parameter_value, "****");
  EXPECT_EQ(parameters_.at("b"), "hush");
  const auto output = service_->describe_stack_events(request(), {.stack_name = "s"});
  for (const StackEvent& event : *output.stack_events) {
    EXPECT_EQ(event.resource_properties.value_or("").find("hush"), std::string::npos);
  }

  CreateStackInput other{.stack_name = "t"};
  other.template_body =
      "Resources: {A: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: !ImportValue exported}}}";
  ASSERT_EQ(wait(create(other)), "CREATE_COMPLETE");
  EXPECT_EQ(service_->list_imports(request(), {.export_name = "exported"}).imports->at(0), "t");
  try {
    service_->delete_stack(request(), {.stack_name = "s"});
    FAIL();
  } catch (const aws::Error& error) {
    EXPECT_STREQ(error.what(), "Export exported cannot be deleted as it is in use by t");
  }
  const std::string other_id = *describe("t").stack_id;
  EXPECT_EQ(remove(other_id), "DELETE_COMPLETE");
  EXPECT_EQ(remove(id), "DELETE_COMPLETE");
}

TEST_F(CloudFormationTest, AFailureRollsBack) {
  parameters_["/B"] = "was there";
  const std::string id =
      create("Resources:\n" + parameter("A") + parameter("B", "DependsOn: A") + parameter("C", "DependsOn: B"));
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  const Lines expected = {
      "s CREATE_IN_PROGRESS User Initiated",
      "A CREATE_IN_PROGRESS",
      "A CREATE_IN_PROGRESS Resource creation Initiated",
      "A CREATE_COMPLETE",
      "B CREATE_IN_PROGRESS",
      "B CREATE_FAILED Resource handler returned message: \"Resource of type 'AWS::SSM::Parameter' with identifier "
      "'/B' already exists.\" (RequestToken: *, HandlerErrorCode: AlreadyExists)",
      "s ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B]. Rollback requested by user.",
      "B DELETE_COMPLETE",
      "A DELETE_IN_PROGRESS",
      "A DELETE_COMPLETE",
      "s ROLLBACK_COMPLETE"};
  EXPECT_EQ(events(id), expected);
  EXPECT_EQ(parameters_.size(), 1u);  // the foreign one stays
  EXPECT_EQ(remove(id), "DELETE_COMPLETE");
}

TEST_F(CloudFormationTest, DenialsAreReasons) {
  authorizer_.denied.insert("ssm:PutParameter");
  const std::string id = create("Resources:\n" + parameter("A"));
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(
      events(id)[2],
      "A CREATE_FAILED Resource handler returned message: \"User: arn:aws:iam::111122223333:user/ann is not authorized "
      "to perform: ssm:PutParameter on resource: * because no identity-based policy allows the ssm:PutParameter action "
      "(Service: SSM, Status Code: 400, Request ID: *)\" (RequestToken: *, HandlerErrorCode: AccessDenied)");
}

TEST_F(CloudFormationTest, AfterAFailureNothingIsBegunAndWhatWasInItsCallIsRemoved) {
  // A fails while B is in its call, and B stays there until A has failed: it has come into being and must go again.
  parameters_["/A"] = "was there";
  std::promise<void> b_is_in_its_call;
  before_["/A"] = [&] { b_is_in_its_call.get_future().wait(); };
  before_["/B"] = [&] {
    b_is_in_its_call.set_value();
    for (int i = 0; i < 400 && status_of("s", "A") != "CREATE_FAILED"; ++i) pause(Deadline::in(Duration{5}), {});
  };
  const std::string id = create("Resources:\n" + parameter("A") + parameter("B") + parameter("C", "DependsOn: B"));
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  const Lines all = events(id);
  EXPECT_EQ(std::count(all.begin(), all.end(), "C CREATE_IN_PROGRESS"), 0);
  EXPECT_EQ(std::count(all.begin(), all.end(), "B CREATE_COMPLETE"), 1);
  EXPECT_EQ(std::count(all.begin(), all.end(), "B DELETE_COMPLETE"), 1);
  EXPECT_EQ(parameters_, (std::map<std::string, std::string>{{"/A", "was there"}}));
}

TEST_F(CloudFormationTest, OnFailure) {
  parameters_["/A"] = "was there";
  CreateStackInput input{
      .stack_name = "s", .template_body = "Resources:\n" + parameter("A"), .on_failure = "DO_NOTHING"};
  std::string id = create(input);
  ASSERT_EQ(wait(id), "CREATE_FAILED");
  EXPECT_EQ(describe(id).stack_status_reason, "The following resource(s) failed to create: [A].");
  EXPECT_EQ(remove(id), "DELETE_COMPLETE");
  input.on_failure = "DELETE";
  id = create(input);
  EXPECT_EQ(wait(id), "DELETE_COMPLETE");
}

TEST_F(CloudFormationTest, DeletionPolicies) {
  parameters_["/Z"] = "was there";
  const std::string resources =
      parameter("A", "DeletionPolicy: Retain") + parameter("B", "DeletionPolicy: RetainExceptOnCreate");
  std::string id = create("Resources:\n" + resources + parameter("Z", "DependsOn: [A, B]"));
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(status_of(id, "A"), "DELETE_SKIPPED");
  EXPECT_EQ(status_of(id, "B"), "DELETE_COMPLETE");
  EXPECT_EQ(remove(id), "DELETE_COMPLETE");
  parameters_.erase("/A");
  id = create("Resources:\n" + resources);
  ASSERT_EQ(wait(id), "CREATE_COMPLETE");
  EXPECT_EQ(remove(id), "DELETE_COMPLETE");
  EXPECT_EQ(parameters_.size(), 3u);
}

TEST_F(CloudFormationTest, ADeletionThatFailsCanBeRepeatedWithRetainedResources) {
  const std::string id = create("Resources:\n" + parameter("A") + parameter("B", "DependsOn: A"));
  ASSERT_EQ(wait(id), "CREATE_COMPLETE");
  authorizer_.denied.insert("ssm:DeleteParameter");
  EXPECT_EQ(remove(id), "DELETE_FAILED");
  EXPECT_EQ(describe(id).stack_status_reason, "The following resource(s) failed to delete: [B]. ");
  EXPECT_EQ(status_of(id, "A"), "CREATE_COMPLETE");
  authorizer_.denied.clear();
  service_->delete_stack(request(), {.stack_name = id, .retain_resources = {{"B"}}});
  for (int i = 0; i < 400 && describe(id).stack_status != "DELETE_COMPLETE"; ++i) pause(Deadline::in(Duration{5}), {});
  EXPECT_EQ(status_of(id, "B"), "DELETE_SKIPPED");
  EXPECT_EQ(parameters_.count("/B"), 1u);
}

TEST_F(CloudFormationTest, WhatIsWrongWithTheWholeStackFailsIt) {
  std::string id =
      create("Resources: {A: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: !ImportValue none}}}");
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(events(id)[1], "s ROLLBACK_IN_PROGRESS No export named none found. Rollback requested by user.");
  EXPECT_EQ(remove(id), "DELETE_COMPLETE");
  id = create("Resources:\n" + parameter("A") + "Outputs: {O: {Value: !GetAtt A.Arn}}");
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(
      events(id)[1],
      "s ROLLBACK_IN_PROGRESS [Error] /Outputs/O/Value/Fn::GetAtt: Resource type AWS::SSM::Parameter does not support "
      "attribute {Arn}. Rollback requested by user.");
}

TEST_F(CloudFormationTest, PropertiesAreChecked) {
  const auto reason = [&](const std::string& properties) {
    const std::string id = create("Resources: {A: {Type: 'AWS::Logs::LogGroup', Properties: " + properties + "}}");
    EXPECT_EQ(wait(id), "ROLLBACK_COMPLETE");
    const std::string line = events(id)[2];
    remove(id);
    return line;
  };
  EXPECT_EQ(reason("{Foo: 1, Bar: 2}"),
            "A CREATE_FAILED Property validation failure: [Encountered unsupported properties in {/}: [Foo, Bar]]");
  EXPECT_EQ(reason("{RetentionInDays: x}"),
            "A CREATE_FAILED Property validation failure: [Value of property {/RetentionInDays} does not match type "
            "{Integer}]");
  EXPECT_EQ(
      reason("{KmsKeyId: x}"),
      "A CREATE_FAILED Property validation failure: [Property {/KmsKeyId} of AWS::Logs::LogGroup is not supported]");
  EXPECT_EQ(reason("{Tags: [{Key: k}]}"),
            "A CREATE_FAILED Property validation failure: [The property {/Tags/0/Value} is required]");
}

TEST_F(CloudFormationTest, WhatIsRefusedAtOnce) {
  const std::string body = "Resources:\n" + parameter("A");
  const std::string role = "Resources: {R: {Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {}}}}";
  const std::string named =
      "Resources: {R: {Type: 'AWS::IAM::Role', Properties: {RoleName: r, AssumeRolePolicyDocument: {}}}}";
  EXPECT_EQ(create_error({.stack_name = "s"}),
            "ValidationError: Either Template URL or Template Body must be specified.");
  EXPECT_EQ(create_error({.stack_name = "1s", .template_body = body}),
            "ValidationError: 1 validation error detected: Value '1s' at 'stackName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*");
  EXPECT_EQ(create_error({.stack_name = "s", .template_body = role}),
            "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_IAM]");
  EXPECT_EQ(create_error({.stack_name = "s", .template_body = named, .capabilities = {{"CAPABILITY_IAM"}}}),
            "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_NAMED_IAM]");
  EXPECT_EQ(create_error({.stack_name = "s", .template_body = body, .role_arn = "arn:aws:iam::111122223333:role/none"}),
            "ValidationError: Role arn:aws:iam::111122223333:role/none is invalid or cannot be assumed");
  EXPECT_EQ(create_error({.stack_name = "s", .template_body = body, .notification_arns = {{"x"}}}),
            "ValidationError: The parameter NotificationARNs is not supported");
  EXPECT_EQ(create_error({.stack_name = "s", .template_url = "ftp://x/y"}),
            "ValidationError: TemplateURL must be a supported URL.");
  EXPECT_EQ(create_error({.stack_name = "s", .template_url = "https://example.com/y"}),
            "ValidationError: S3 error: Domain name specified in example.com is not a valid S3 domain");
  EXPECT_EQ(create_error({.stack_name = "s", .template_body = std::string(51'201, 'x')}).substr(0, 41),
            "ValidationError: 1 validation error detec");
  create(body);
  EXPECT_EQ(create_error({.stack_name = "s", .template_body = body}),
            "AlreadyExistsException: Stack [s] already exists");
  EXPECT_THROW(service_->describe_stack_events(request(), {.stack_name = "none"}), aws::Error);
  wait("s");
}

TEST_F(CloudFormationTest, ADeletionShowsAtOnce) {
  const std::string id = create("Resources:\n" + parameter("A"));
  ASSERT_EQ(wait(id), "CREATE_COMPLETE");
  service_->delete_stack(request(), {.stack_name = "s"});
  const std::string status = describe(id).stack_status;
  EXPECT_TRUE(status == "DELETE_IN_PROGRESS" || status == "DELETE_COMPLETE") << status;
  EXPECT_EQ(remove(id), "DELETE_COMPLETE");
}

TEST_F(CloudFormationTest, TerminationProtection) {
  const std::string id = create(
      {.stack_name = "s", .template_body = "Resources:\n" + parameter("A"), .enable_termination_protection = true});
  wait(id);
  try {
    service_->delete_stack(request(), {.stack_name = "s"});
    FAIL();
  } catch (const aws::Error& error) {
    EXPECT_STREQ(error.what(), "Stack [s] cannot be deleted while TerminationProtection is enabled");
  }
  EXPECT_NO_THROW(service_->delete_stack(request(), {.stack_name = "unknown"}));
}

}  // namespace
}  // namespace standpipe::cloudformation
