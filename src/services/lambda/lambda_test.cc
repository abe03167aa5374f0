#include "services/lambda/lambda.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <mutex>

#include "base/bytes.h"
#include "generated/kinesis.h"
#include "generated/logs.h"
#include "generated/s3.h"
#include "metadata/sqlite.h"
#include "objects/files.h"
#include "services/lambda/zip_maker.h"
#include "storage/temporary_directory.h"

namespace standpipe::lambda {
namespace {

using sandbox::Ending;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// What the next sandboxes and invocations do.
struct Script {
  std::deque<Ending> readies, endings;
  std::vector<sandbox::Environment> started;
  std::vector<sandbox::Invocation> invocations;
  std::vector<std::string> lines;  // printed by each invocation
  std::function<void()> during;    // the next invocation, once
  std::mutex clearing;             // held while no sandbox shall be able to go
};

class FakeSandbox final : public sandbox::Sandbox {
 public:
  FakeSandbox(Script& script, Clock& clock) : script_(script), clock_(clock) {}
  ~FakeSandbox() override { const std::lock_guard lock(script_.clearing); }
  Ending wait_ready(Deadline) override { return next(script_.readies); }
  Ending invoke(sandbox::Invocation invocation, Deadline, const std::function<void()>&) override {
    script_.invocations.push_back(std::move(invocation));
    if (const auto during = std::exchange(script_.during, nullptr)) during();
    for (const std::string& line : script_.lines) output_.push_back({clock_.now(), line});
    return next(script_.endings);
  }
  std::vector<sandbox::OutputLine> take_output(bool) override { return std::exchange(output_, {}); }
  uint64_t memory_bytes_peak() const override { return 36 << 20; }
  bool usable() const override { return usable_; }
  void interrupt() override { usable_ = false; }

 private:
  Ending next(std::deque<Ending>& endings) {
    if (endings.empty()) return {Ending::Kind::done, "null", {}, {}};
    Ending ending = endings.front();
    endings.pop_front();
    usable_ = ending.kind == Ending::Kind::done || ending.kind == Ending::Kind::error;
    return ending;
  }
  Script& script_;
  Clock& clock_;
  std::vector<sandbox::OutputLine> output_;
  bool usable_ = true;
};

class FakeFactory final : public sandbox::SandboxFactory {
 public:
  FakeFactory(Script& script, Clock& clock) : script_(script), clock_(clock) {}
  std::unique_ptr<sandbox::Sandbox> start(const sandbox::Environment& environment) override {
    script_.started.push_back(environment);
    return std::make_unique<FakeSandbox>(script_, clock_);
  }
  bool supports(const std::string& runtime) override { return runtime.starts_with("python3."); }

 private:
  Script& script_;
  Clock& clock_;
};

class FakeRoles final : public aws::Roles {
 public:
  std::optional<aws::Principal> assume(const std::string& role, const std::string& service, const std::string& session,
                                       const std::string&) const override {
    if (service != "lambda.amazonaws.com" || !role.ends_with("/good")) return std::nullopt;
    aws::Principal principal;
    principal.kind = aws::Principal::Kind::role_session;
    principal.account = "000000000000";
    principal.arn = "arn:aws:sts::000000000000:assumed-role/good/" + session;
    return principal;
  }
  aws::SessionCredentials credentials(const aws::Principal&, Duration) const override {
    return {"ASIA1", "secret", "token", {}};
  }
};

class FakeAuthorizer final : public aws::Authorizer {
 public:
  aws::Decision decide(const aws::Request&, const aws::Access& access) const override {
    if (denied.contains(access.action)) return {false, "because no identity-based policy allows the " + access.action};
    return {true, {}};
  }
  std::set<std::string> denied;
};

// The calls of another service that this one makes.
class FakeService final : public aws::Service {
 public:
  using Handler = std::function<void(const aws::OperationModel&, const void*, void*)>;
  FakeService(const aws::ServiceModel& model, Handler handler) : model_(model), handler_(std::move(handler)) {}
  const aws::ServiceModel& model() const override { return model_; }
  aws::Accesses access(const aws::OperationModel& operation, const aws::Request&, const void*) override {
    return {{std::string(model_.name) + ":" + std::string(operation.name), "*"}};
  }
  void invoke(const aws::OperationModel& operation, const aws::Request&, const void* input, void* output) override {
    handler_(operation, input, output);
  }

 private:
  const aws::ServiceModel& model_;
  Handler handler_;
};

// No mapping of these tests gets so far as to read.
class NoReader final : public kinesis::RecordReader {
 public:
  kinesis::GetRecordsOutput read(const aws::Request&, const std::string&, int, Deadline, std::stop_token) override {
    throw kinesis::ResourceNotFoundException("There is no stream.");
  }
};

class NoMetrics final : public MetricSink {
 public:
  void record(const Measurement& m) override { sums[std::string(m.name)] += m.value; }
  std::map<std::string, double> sums;
};

class LambdaTest : public testing::Test {
 protected:
  LambdaTest() {
    request_.account = "000000000000";
    request_.region = "eu-west-1";
    request_.principal.account = "000000000000";
    request_.principal.arn = "arn:aws:iam::000000000000:user/ann";
    caller_.add(logs_);
    caller_.add(s3_);
    settings_.folder = folder_.path() / "lambda";
    settings_.concurrency_max = 2;
    open();
  }

  void open() {
    lambda_.reset();
    lambda_.emplace(*metadata_, *objects_, caller_, roles_, clock_, metrics_, factory_, reader_, workers_,
                    settings_);
  }

  CreateFunctionInput input(const std::string& name = "f") {
    return {.function_name = name,
            .runtime = "python3.11",
            .role = "arn:aws:iam::000000000000:role/good",
            .handler = "main.handler",
            .code = {.zip_file = aws::Blob{make_zip({{"main.py", "x = 1"}})}}};
  }
  FunctionConfiguration create(const std::string& name = "f") {
    return lambda_->create_function(request_, input(name));
  }
  InvokeOutput invoke(const std::string& payload = "{}", const std::string& type = "RequestResponse") {
    request_.id = "req-" + std::to_string(++requests_);
    return lambda_->invoke(
        request_, {.function_name = "f", .invocation_type = type, .log_type = "Tail", .payload = aws::Blob{payload}});
  }
  template <class Body>
  std::string code_of(Body body, const std::string& message = "") {
    try {
      body();
    } catch (const aws::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
      return error.code;
    }
    return "none";
  }

  // The error's code when a function is created from a changed input.
  template <class Change>
  std::string refused(Change change, const std::string& message) {
    CreateFunctionInput wrong = input();
    change(wrong);
    return code_of([&] { lambda_->create_function(request_, wrong); }, message);
  }
  FakeService::Handler take_logs() {
    return [this](const aws::OperationModel& operation, const void* input, void*) {
      if (operation.name != "PutLogEvents") return;
      for (const auto& event : static_cast<const logs::PutLogEventsInput*>(input)->log_events) {
        log_.push_back(event.message);
      }
    };
  }
  FakeService::Handler give_objects() {
    return [this](const aws::OperationModel&, const void* input, void* output) {
      const auto found = bucket_.find(static_cast<const s3::GetObjectInput*>(input)->key);
      if (found == bucket_.end()) throw aws::Error("NoSuchKey", 404, "The specified key does not exist.");
      static_cast<s3::GetObjectOutput*>(output)->body = aws::Stream{net::Body(found->second), nullptr};
    };
  }

  TemporaryDirectory folder_;
  FakeClock clock_;
  std::unique_ptr<Metadata> metadata_ = open_sqlite_metadata(folder_.path() / "metadata.db");
  std::unique_ptr<Objects> objects_ = open_file_objects(folder_.path() / "objects");
  Script script_;
  FakeFactory factory_{script_, clock_};
  FakeRoles roles_;
  FakeAuthorizer authorizer_;
  aws::Caller caller_{authorizer_};
  std::vector<std::string> log_;
  FakeService logs_{logs::model(), take_logs()};
  std::map<std::string, std::string> bucket_;
  FakeService s3_{s3::model(), give_objects()};
  NoReader reader_;
  NoMetrics metrics_;
  Workers workers_;
  Settings settings_;
  aws::Request request_;
  std::optional<Lambda> lambda_;
  int requests_ = 0;
};

TEST_F(LambdaTest, CreatesDescribesAndDeletes) {
  const FunctionConfiguration created = create();
  EXPECT_EQ(created.state, "Pending");
  EXPECT_EQ(created.function_arn, "arn:aws:lambda:eu-west-1:000000000000:function:f");
  const auto got = lambda_->get_function(request_, {.function_name = *created.function_arn});
  EXPECT_EQ(got.configuration->state, "Active");
  EXPECT_EQ(got.configuration->timeout, 3);
  EXPECT_EQ(got.configuration->memory_size, 128);
  EXPECT_EQ(got.configuration->code_sha256, created.code_sha256);
  EXPECT_EQ(code_of([&] { create(); }, "Function already exist: f"), "ResourceConflictException");
  EXPECT_EQ(objects_->list().size(), 1u);
  lambda_->delete_function(request_, {.function_name = "f"});
  EXPECT_TRUE(objects_->list().empty());
  EXPECT_EQ(code_of([&] { lambda_->get_function(request_, {.function_name = "f"}); },
                    "Function not found: arn:aws:lambda:eu-west-1:000000000000:function:f"),
            "ResourceNotFoundException");
}

TEST_F(LambdaTest, RefusesWhatAwsRefuses) {
  EXPECT_EQ(refused([](auto& i) { i.role = "arn:aws:iam::000000000000:role/bad"; }, "cannot be assumed by Lambda"),
            "InvalidParameterValueException");
  EXPECT_EQ(refused([](auto& i) { i.code.zip_file->bytes = "no zip"; }, "Could not unzip"),
            "InvalidParameterValueException");
  EXPECT_EQ(refused([](auto& i) { i.code.zip_file.reset(); }, "Please provide a source"),
            "InvalidParameterValueException");
  EXPECT_EQ(refused([](auto& i) { i.memory_size = 10241; }, "less than or equal to 10240"),
            "InvalidParameterValueException");
  EXPECT_EQ(refused([](auto& i) { i.timeout = 901; }, "less than or equal to 900"), "InvalidParameterValueException");
  EXPECT_EQ(refused([](auto& i) { i.handler.reset(); }, "mandatory"), "InvalidParameterValueException");
  EXPECT_EQ(refused([](auto& i) { i.runtime = "nodejs20.x"; }, "nodejs20.x"), "InvalidParameterValueException");
  EXPECT_EQ(refused(
                [](auto& i) {
                  i.environment = Environment{{{{"AWS_REGION", "x"}}}};
                },
                "request: AWS_REGION"),
            "InvalidParameterValueException");
  EXPECT_EQ(refused(
                [](auto& i) {
                  i.environment = Environment{{{{"A", std::string(4096, 'x')}}}};
                },
                "4KB limit"),
            "InvalidParameterValueException");
  EXPECT_EQ(
      refused([](auto& i) { i.layers = {{"arn:aws:lambda:eu-west-1:000000000000:layer:none:1"}}; }, "does not exist"),
      "InvalidParameterValueException");
  EXPECT_EQ(refused([](auto& i) { i.vpc_config = VpcConfig{.subnet_ids = {{"subnet-1"}}}; }, "VpcConfig"),
            "InvalidParameterValueException");
  EXPECT_EQ(refused(
                [](auto& i) {
                  i.vpc_config = VpcConfig{};
                  i.tracing_config = TracingConfig{"PassThrough"};
                },
                ""),
            "none");
}

TEST_F(LambdaTest, TakesCodeFromS3AsTheCaller) {
  CreateFunctionInput from_s3 = input();
  from_s3.code = {.s3_bucket = "b", .s3_key = "code.zip"};
  EXPECT_EQ(code_of([&] { lambda_->create_function(request_, from_s3); },
                    "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key"),
            "InvalidParameterValueException");
  bucket_["code.zip"] = make_zip({{"main.py", "y"}});
  authorizer_.denied = {"s3:GetObject"};
  EXPECT_EQ(code_of([&] { lambda_->create_function(request_, from_s3); }, "denied by S3"), "AccessDeniedException");
  authorizer_.denied.clear();
  EXPECT_EQ(lambda_->create_function(request_, from_s3).code_size, static_cast<int64_t>(bucket_["code.zip"].size()));
}

TEST_F(LambdaTest, InvokesAndKeepsTheSandboxWarm) {
  create();
  script_.lines = {"hello"};
  script_.endings = {{Ending::Kind::done, R"({"a":1})", {}, {}}, {Ending::Kind::done, "2", {}, {}}};
  const InvokeOutput first = invoke(R"({"in":1})");
  EXPECT_EQ(first.status_code, 200);
  EXPECT_EQ(first.payload->bytes, R"({"a":1})");
  EXPECT_EQ(first.executed_version, "$LATEST");
  EXPECT_FALSE(first.function_error);
  EXPECT_EQ(invoke().payload->bytes, "2");
  EXPECT_EQ(script_.started.size(), 1u);
  EXPECT_EQ(script_.invocations[0].payload, R"({"in":1})");

  const std::string tail = *base64_decode(*first.log_result);
  EXPECT_THAT(
      tail, HasSubstr("START RequestId: req-1 Version: $LATEST\nhello\nEND RequestId: req-1\nREPORT RequestId: req-1"));
  EXPECT_THAT(tail, HasSubstr("Memory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: "));
  EXPECT_THAT(log_, Contains("hello"));
  EXPECT_EQ(metrics_.sums["Invocations"], 2);
  EXPECT_EQ(metrics_.sums["Errors"], 0);
  const auto& variables = script_.started[0].variables;
  EXPECT_THAT(variables, Contains(Pair("AWS_ACCESS_KEY_ID", "ASIA1")));
  EXPECT_THAT(variables, Contains(Pair("AWS_EXECUTION_ENV", "AWS_Lambda_python3.11")));
  EXPECT_THAT(variables, Contains(Pair("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f")));

  lambda_->update_function_configuration(request_, {.function_name = "f", .timeout = 5});
  invoke();
  EXPECT_EQ(script_.started.size(), 2u);  // a changed function is started anew
}

TEST_F(LambdaTest, TellsHowAnInvocationFailed) {
  create();
  script_.endings = {{Ending::Kind::error, R"({"errorType":"ValueError"})", "ValueError", {}},
                     {Ending::Kind::timeout, {}, {}, {}},
                     {Ending::Kind::exited, {}, {}, "exit status 127"},
                     {Ending::Kind::exited, {}, {}, ""},
                     {Ending::Kind::memory, {}, {}, "signal: killed"}};
  const auto failed = [&] {
    const InvokeOutput output = invoke();
    EXPECT_EQ(output.status_code, 200);
    EXPECT_EQ(output.function_error, "Unhandled");
    return output.payload->bytes;
  };
  EXPECT_EQ(failed(), R"({"errorType":"ValueError"})");
  EXPECT_EQ(
      failed(),
      R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: req-2 Error: Task timed out after 3.00 seconds"})");
  EXPECT_EQ(failed(),
            R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: req-3 Error: Runtime exited with error: )"
            R"(exit status 127"})");
  EXPECT_EQ(
      failed(),
      R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: req-4 Error: Runtime exited without providing )"
      R"(a reason"})");
  EXPECT_THAT(failed(), HasSubstr("Runtime exited with error: signal: killed"));
  EXPECT_THAT(log_, Contains(HasSubstr("req-2 Task timed out after 3.00 seconds")));
  EXPECT_EQ(metrics_.sums["Errors"], 5);
}

TEST_F(LambdaTest, IsNotThrottledByASandboxThatIsBeingClearedAway) {
  settings_.concurrency_max = 1;
  open();
  create();
  script_.endings = {{Ending::Kind::timeout, {}, {}, {}}, {Ending::Kind::done, "2", {}, {}}};
  std::unique_lock clearing(script_.clearing);
  EXPECT_EQ(invoke().function_error, "Unhandled");  // its sandbox ends, but cannot go yet
  std::string next;
  Background caller("caller",
                    [&](std::stop_token) { next = code_of([&] { EXPECT_EQ(invoke().payload->bytes, "2"); }); });
  pause(Deadline::in(Duration{50}), {});  // time enough for a wrong refusal; none is needed for the right answer
  clearing.unlock();
  caller.join();
  EXPECT_EQ(next, "none");
}

TEST_F(LambdaTest, ThrottlesWhatReallyRunsAtOnce) {
  settings_.concurrency_max = 1;
  open();
  create();
  std::string second;
  script_.during = [&] { second = code_of([&] { invoke(); }, "Rate Exceeded."); };
  EXPECT_EQ(invoke().status_code, 200);
  EXPECT_EQ(second, "TooManyRequestsException");
  EXPECT_EQ(metrics_.sums["Throttles"], 1);
  EXPECT_EQ(invoke().status_code, 200);  // and the slot is free again
}

TEST_F(LambdaTest, LetsAnIdleSandboxOfAnotherFunctionGo) {
  settings_.concurrency_max = 1;
  open();
  create();
  create("g");
  invoke();
  EXPECT_EQ(lambda_->invoke(request_, {.function_name = "g"}).status_code, 200);
  EXPECT_EQ(script_.started.size(), 2u);
}

TEST_F(LambdaTest, AnswersRequestsThatRunNothing) {
  create();
  EXPECT_EQ(invoke("{}", "DryRun").status_code, 204);
  EXPECT_EQ(code_of([&] { invoke("{bad"); }, "Could not parse request body into json"),
            "InvalidRequestContentException");
  EXPECT_EQ(code_of([&] { invoke("\"" + std::string(256 << 10, 'x') + "\"", "Event"); }, "(limit 262144 bytes)"),
            "RequestTooLargeException");
  EXPECT_TRUE(script_.started.empty());
}

TEST_F(LambdaTest, WritesNoLogsThatTheRoleMayNotWrite) {
  create();
  authorizer_.denied = {"logs:CreateLogStream"};
  script_.lines = {"hello"};
  EXPECT_THAT(*base64_decode(*invoke().log_result), HasSubstr("hello"));
  EXPECT_TRUE(log_.empty());
}

TEST_F(LambdaTest, RetriesEventsAndKeepsThemAcrossARestart) {
  create();
  script_.endings = {{Ending::Kind::timeout, {}, {}, {}}, {Ending::Kind::timeout, {}, {}, {}}};
  EXPECT_EQ(invoke(R"({"n":1})", "Event").status_code, 202);
  EXPECT_TRUE(script_.invocations.empty());
  lambda_->deliver_due_events();
  EXPECT_EQ(script_.invocations.size(), 1u);
  lambda_->deliver_due_events();
  EXPECT_EQ(script_.invocations.size(), 1u);  // not yet

  clock_.advance(std::chrono::seconds(61));
  open();  // as after a restart
  lambda_->start();
  const Deadline deadline = Deadline::in(std::chrono::seconds(10));
  while (script_.invocations.size() < 2 && !deadline.passed()) {
    lambda_->deliver_due_events();
    pause(Deadline::in(Duration{5}), {});
  }
  lambda_.reset();  // waits for deliveries
  ASSERT_EQ(script_.invocations.size(), 2u);
  EXPECT_EQ(script_.invocations[1].payload, R"({"n":1})");
  EXPECT_EQ(script_.invocations[1].request_id, script_.invocations[0].request_id);
}

TEST_F(LambdaTest, GivesEventsUpAfterTheSecondRetry) {
  create();
  for (int i = 0; i < 5; ++i) script_.endings.push_back({Ending::Kind::timeout, {}, {}, {}});
  invoke("{}", "Event");
  for (int i = 0; i < 5; ++i) {
    lambda_->deliver_due_events();
    clock_.advance(std::chrono::minutes(3));
  }
  EXPECT_EQ(script_.invocations.size(), 3u);
  EXPECT_EQ(metrics_.sums["AsyncEventsDropped"], 1);
}

TEST_F(LambdaTest, NumbersAndMergesLayers) {
  const auto publish = [&](const std::string& text) {
    return lambda_->publish_layer_version(
        request_, {.layer_name = "l", .content = {.zip_file = aws::Blob{make_zip({{"python/x.py", text}})}}});
  };
  EXPECT_EQ(publish("1").version, 1);
  const auto second = publish("2");
  EXPECT_EQ(second.layer_version_arn, "arn:aws:lambda:eu-west-1:000000000000:layer:l:2");
  CreateFunctionInput with_layer = input();
  with_layer.layers = {{*second.layer_version_arn}};
  lambda_->create_function(request_, with_layer);
  lambda_->delete_layer_version(request_, {.layer_name = "l", .version_number = 2});
  EXPECT_EQ(code_of([&] { lambda_->get_layer_version(request_, {.layer_name = "l", .version_number = 2}); }),
            "ResourceNotFoundException");
  EXPECT_EQ(publish("3").version, 3);  // numbers are not used again
  EXPECT_EQ(lambda_->list_layer_versions(request_, {.layer_name = "l"}).layer_versions->size(), 2u);
  EXPECT_EQ(lambda_->list_layers(request_, {}).layers->front().latest_matching_version->version, 3);
  invoke();  // the function keeps the layer that it was made with
  EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(script_.started[0].layers_folder) / "python/x.py"));
}

TEST_F(LambdaTest, KeepsAResourcePolicy) {
  create();
  EXPECT_EQ(code_of([&] { lambda_->get_policy(request_, {.function_name = "f"}); }), "ResourceNotFoundException");
  const AddPermissionInput permission{.function_name = "f",
                                      .statement_id = "s1",
                                      .action = "lambda:InvokeFunction",
                                      .principal = "s3.amazonaws.com",
                                      .source_arn = "arn:aws:s3:::b"};
  EXPECT_THAT(*lambda_->add_permission(request_, permission).statement, HasSubstr(R"("Service":"s3.amazonaws.com")"));
  EXPECT_EQ(
      code_of([&] { lambda_->add_permission(request_, permission); }, "The statement id (s1) provided already exists"),
      "ResourceConflictException");
  const auto accesses = lambda_->access(request_, InvokeInput{.function_name = "f"});
  EXPECT_THAT(accesses[0].resource_policy, HasSubstr(R"("AWS:SourceArn":"arn:aws:s3:::b")"));
  EXPECT_EQ(accesses[0].action, "lambda:InvokeFunction");
  lambda_->remove_permission(request_, {.function_name = "f", .statement_id = "s1"});
  EXPECT_EQ(code_of([&] { lambda_->remove_permission(request_, {.function_name = "f", .statement_id = "s1"}); }),
            "ResourceNotFoundException");
}

TEST_F(LambdaTest, AsksForPassRoleAndLayers) {
  CreateFunctionInput wanted = input();
  wanted.layers = {{"arn:aws:lambda:eu-west-1:000000000000:layer:l:2"}};
  const auto accesses = lambda_->access(request_, wanted);
  ASSERT_EQ(accesses.size(), 3u);
  EXPECT_EQ(accesses[0].action, "lambda:CreateFunction");
  EXPECT_EQ(accesses[1].action, "iam:PassRole");
  EXPECT_THAT(accesses[1].conditions.at("iam:passedtoservice"), ElementsAre("lambda.amazonaws.com"));
  EXPECT_EQ(accesses[2].resource, "arn:aws:lambda:eu-west-1:000000000000:layer:l:2");
}

TEST_F(LambdaTest, RemovesWhatACrashLeftBehind) {
  create();
  objects_->put("orphan");
  lambda_->start();
  EXPECT_EQ(objects_->list().size(), 1u);
}

}  // namespace
}  // namespace standpipe::lambda
