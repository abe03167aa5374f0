// Custom resources: what the function is sent, and what its answers do.
#include "generated/lambda.h"
#include "services/cloudformation/cloudformation_fixture.h"

namespace standpipe::cloudformation {
namespace {

class CustomResourceTest : public CloudFormationTest {
 protected:
  CustomResourceTest() {
    lambda_.on<lambda::InvokeInput>([this](const aws::Request& request, const lambda::InvokeInput& input) {
      EXPECT_EQ(input.invocation_type, "Event");
      EXPECT_EQ(request.called_via, "cloudformation.amazonaws.com");
      const json::Value event = json::parse(input.payload->bytes);
      {
        const std::scoped_lock lock(mutex_);
        asked_.push_back(event);
        changed_.notify_all();
      }
      if (answers_) workers_.run([this, event] { put(event.text("ResponseURL"), json::print(answers_(event))); });
      return lambda::InvokeOutput{.status_code = 202};
    });
  }
  ~CustomResourceTest() override { service_.reset(); }

  int put(const std::string& url, const std::string& body, const std::string& method = "PUT") {
    const size_t path = url.find('/', 8);
    net::Request http;
    http.method = method;
    http.target = url.substr(path);
    http.headers.set("host", url.substr(8, path - 8));
    http.body = net::Body(body);
    EXPECT_TRUE(service_->answers().serves(http));
    return service_->answers().serve(aws::Request{}, http).status;
  }

  static json::Value answer(const json::Value& event, const std::string& status, json::Object data = {}) {
    return json::Object{{"Status", status},
                        {"Reason", "because"},
                        {"PhysicalResourceId", "physical"},
                        {"StackId", event.text("StackId")},
                        {"RequestId", event.text("RequestId")},
                        {"LogicalResourceId", event.text("LogicalResourceId")},
                        {"Data", std::move(data)}};
  }

  json::Value asked(size_t index) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return asked_.size() > index; });
    return asked_.at(index);
  }

  std::function<json::Value(const json::Value&)> answers_;
  std::vector<json::Value> asked_;
  const std::string template_ =
      "Resources:\n"
      "  C:\n    Type: Custom::Thing\n    Properties:\n"
      "      ServiceToken: arn:aws:lambda:eu-west-1:111122223333:function:f\n"
      "      Number: 24\n      Flag: true\n      List: [1, {X: off}]\n"
      "Outputs: {O: {Value: !GetAtt C.Answer}}\n";
};

TEST_F(CustomResourceTest, TheFunctionIsAskedAndItsDataAreAttributes) {
  answers_ = [](const json::Value& event) { return answer(event, "SUCCESS", {{"Answer", "42"}}); };
  const std::string id = create(template_);
  ASSERT_EQ(wait(id), "CREATE_COMPLETE");
  EXPECT_EQ(describe(id).outputs->at(0).output_value, "42");
  const json::Value event = asked(0);
  EXPECT_EQ(event.text("RequestType"), "Create");
  EXPECT_EQ(event.text("ResourceType"), "Custom::Thing");
  EXPECT_EQ(event.text("StackId"), id);
  EXPECT_EQ(event.text("LogicalResourceId"), "C");
  EXPECT_FALSE(event.object().contains("PhysicalResourceId"));
  EXPECT_EQ(json::print(*event.find("ResourceProperties")),
            R"({"ServiceToken":"arn:aws:lambda:eu-west-1:111122223333:function:f","Number":"24","Flag":"true",)"
            R"("List":["1",{"X":"false"}]})");
  EXPECT_TRUE(event.text("ResponseURL")
                  .starts_with("https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/"
                               "arn%3Aaws%3Acloudformation%3A"));

  EXPECT_EQ(remove(id), "DELETE_COMPLETE");
  EXPECT_EQ(asked(1).text("RequestType"), "Delete");
  EXPECT_EQ(asked(1).text("PhysicalResourceId"), "physical");
  EXPECT_NE(asked(1).text("RequestId"), event.text("RequestId"));
}

TEST_F(CustomResourceTest, AFailureRollsBackWithADelete) {
  answers_ = [](const json::Value& event) {
    return answer(event, event.text("RequestType") == "Create" ? "FAILED" : "SUCCESS");
  };
  const std::string id = create(template_);
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(events(id)[2],
            "C CREATE_FAILED Received response status [FAILED] from custom resource. Message returned: because "
            "(RequestId: *)");
  EXPECT_EQ(asked(1).text("RequestType"), "Delete");
}

TEST_F(CustomResourceTest, AMissingAttributeFailsWhoNeedsIt) {
  answers_ = [](const json::Value& event) { return answer(event, "SUCCESS"); };
  const std::string id = create(template_ + "# \n");
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  EXPECT_TRUE(describe(id).stack_status_reason.value_or("").empty());
  const std::string reason = events(id)[4];
  EXPECT_TRUE(
      reason.starts_with("s ROLLBACK_IN_PROGRESS CustomResource attribute error: Vendor response doesn't contain "
                         "Answer attribute in object arn:aws:cloudformation:eu-west-1:111122223333:stack/s/*|C|*"))
      << reason;
}

TEST_F(CustomResourceTest, OnlyTheRightAnswerIsTakenAndOnlyOnce) {
  const std::string id = create(template_);
  const json::Value event = asked(0);
  const std::string url = event.text("ResponseURL");
  const std::string good = json::print(answer(event, "SUCCESS", {{"Answer", "42"}}));
  EXPECT_EQ(put(url, good, "GET"), 405);
  EXPECT_EQ(put(url.substr(0, url.size() - 4) + "0000", good), 403);
  EXPECT_EQ(put(replace_all(url, "%7CC%7C", "%7CD%7C"), good), 403);
  EXPECT_EQ(put(url.substr(0, url.find('?')), good), 403);
  clock_.advance(std::chrono::hours(3));
  EXPECT_EQ(put(url, good), 403);
  clock_.advance(-std::chrono::hours(3));
  EXPECT_EQ(put(url, good), 200);
  EXPECT_EQ(put(url, good), 403);
  EXPECT_EQ(wait(id), "CREATE_COMPLETE");
}

TEST_F(CustomResourceTest, MalformedAnswersFail) {
  const std::pair<std::string, std::string> cases[] = {
      {"not json", "Invalid response object: Value of type JSON object was expected"},
      {std::string(5000, 'x'), "Response object is too long."},
      {R"({"Status":"SUCCESS"})", "Invalid response object: Value of property StackId does not match the request"}};
  size_t index = 0;
  for (const auto& [body, reason] : cases) {
    const std::string id = create(template_);
    put(asked(index++).text("ResponseURL"), body);
    const json::Value removal = asked(index++);
    EXPECT_FALSE(removal.text("PhysicalResourceId").empty());
    put(removal.text("ResponseURL"), json::print(answer(removal, "SUCCESS")));
    EXPECT_EQ(wait(id), "ROLLBACK_COMPLETE");
    EXPECT_EQ(events(id)[2], "C CREATE_FAILED " + reason);
    remove(id);
  }
}

TEST_F(CustomResourceTest, NobodyAnswers) {
  // The time was up while the server was down.
  const std::string id = create(template_);
  const std::string request = asked(0).text("RequestId");
  service_.reset();
  clock_.advance(std::chrono::minutes(61));
  answers_ = [](const json::Value& event) { return answer(event, "SUCCESS"); };
  start();
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  EXPECT_EQ(asked_.size(), 2u);
  EXPECT_TRUE(
      events(id)[2].starts_with("C CREATE_FAILED CloudFormation did not receive a response from your Custom Resource. "
                                "Please check your logs for requestId [*]."));
}

TEST_F(CustomResourceTest, AnAnswerDuringARestartCounts) {
  const std::string id = create(template_);
  const json::Value event = asked(0);
  EXPECT_EQ(put(event.text("ResponseURL"), json::print(answer(event, "SUCCESS", {{"Answer", "42"}}))), 200);
  restart();
  EXPECT_EQ(wait(id), "CREATE_COMPLETE");
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(CustomResourceTest, OneThatWaitsIsCancelledWhenAnotherFails) {
  answers_ = [](const json::Value& event) { return answer(event, "SUCCESS"); };
  lambda_.on<lambda::InvokeInput>([this](const aws::Request&, const lambda::InvokeInput& input) {
    const json::Value event = json::parse(input.payload->bytes);
    const bool removal = event.text("RequestType") == "Delete";
    {
      const std::scoped_lock lock(mutex_);
      asked_.push_back(event);
      changed_.notify_all();
    }
    // Its creation is never answered.
    if (removal) workers_.run([this, event] { put(event.text("ResponseURL"), json::print(answer(event, "SUCCESS"))); });
    return lambda::InvokeOutput{.status_code = 202};
  });
  parameters_["/A"] = "was there";
  before_["/A"] = [this] { asked(0); };
  const std::string id = create(
      "Resources:\n"
      "  A: {Type: 'AWS::SSM::Parameter', Properties: {Name: /A, Type: String, Value: v}}\n"
      "  C: {Type: 'Custom::Thing', Properties: {ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:f'}}\n");
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  const auto all = events(id);
  EXPECT_EQ(std::count(all.begin(), all.end(), "C CREATE_FAILED Resource creation cancelled"), 1);
  EXPECT_EQ(
      std::count(all.begin(), all.end(),
                 "s ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [A, C]. Rollback requested by "
                 "user."),
      1);
  EXPECT_EQ(asked(1).text("RequestType"), "Delete");
  EXPECT_FALSE(asked(1).text("PhysicalResourceId").empty());
}

TEST_F(CustomResourceTest, AStackMayTakeOnlySoLong) {
  const std::string id =
      create(CreateStackInput{.stack_name = "s", .template_body = template_, .timeout_in_minutes = 5});
  asked(0);
  service_.reset();
  clock_.advance(std::chrono::minutes(6));
  answers_ = [](const json::Value& event) { return answer(event, "SUCCESS"); };
  start();
  ASSERT_EQ(wait(id), "ROLLBACK_COMPLETE");
  const auto all = events(id);
  EXPECT_EQ(
      std::count(all.begin(), all.end(),
                 "s ROLLBACK_IN_PROGRESS Stack creation time exceeded the specified timeout. Rollback requested by "
                 "user."),
      1);
}

}  // namespace
}  // namespace standpipe::cloudformation
