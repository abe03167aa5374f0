#include "services/cloudformation/cloudformation_fixture.h"

#include "generated/iam.h"
#include "generated/lambda.h"
#include "generated/logs.h"
#include "generated/s3.h"
#include "generated/ssm.h"

namespace standpipe::cloudformation {

CloudFormationTest::CloudFormationTest()
    : folder_(std::filesystem::temp_directory_path() / ("standpipe-" + random_uuid())),
      ssm_(ssm::model()),
      logs_(logs::model()),
      lambda_(lambda::model()),
      s3_(s3::model()),
      iam_(iam::model()) {
  std::filesystem::create_directories(folder_);
  metadata_ = open_sqlite_metadata(folder_ / "metadata.db");
  caller_ = std::make_unique<aws::Caller>(authorizer_);
  for (PretendedService* one : {&ssm_, &logs_, &lambda_, &s3_, &iam_}) caller_->add(*one);
  ssm_.on<ssm::PutParameterInput>([this](const aws::Request&, const ssm::PutParameterInput& input) {
    std::function<void()> before;
    {
      const std::scoped_lock lock(mutex_);
      calls_.push_back("PutParameter " + input.name);
      before = before_[input.name];
    }
    if (before) before();
    const std::scoped_lock lock(mutex_);
    if (!parameters_.emplace(input.name, input.value).second)
      throw ssm::ParameterAlreadyExists("The parameter already exists.");
    return ssm::PutParameterOutput{};
  });
  ssm_.on<ssm::GetParameterInput>([this](const aws::Request&, const ssm::GetParameterInput& input) {
    const std::scoped_lock lock(mutex_);
    const auto found = parameters_.find(input.name);
    if (found == parameters_.end()) throw ssm::ParameterNotFound("");
    return ssm::GetParameterOutput{.parameter =
                                       ssm::Parameter{.value = found->second, .last_modified_date = clock_.now()}};
  });
  ssm_.on<ssm::DeleteParameterInput>([this](const aws::Request&, const ssm::DeleteParameterInput& input) {
    const std::scoped_lock lock(mutex_);
    calls_.push_back("DeleteParameter " + input.name);
    if (parameters_.erase(input.name) == 0) throw ssm::ParameterNotFound("");
    return ssm::DeleteParameterOutput{};
  });
  start();
}

CloudFormationTest::~CloudFormationTest() {
  service_.reset();
  std::filesystem::remove_all(folder_);
}

void CloudFormationTest::start() {
  service_ = std::make_unique<CloudFormation>(*metadata_, *caller_, authorizer_, roles_, clock_, workers_,
                                              Options{.cfnresponse_source = "SUCCESS = 'SUCCESS'\n"});
  service_->start();
}

void CloudFormationTest::restart() {
  service_.reset();
  start();
}

aws::Request CloudFormationTest::request() const {
  aws::Request request;
  request.account = "111122223333";
  request.region = "eu-west-1";
  request.principal.kind = aws::Principal::Kind::user;
  request.principal.account = request.account;
  request.principal.arn = "arn:aws:iam::111122223333:user/ann";
  return request;
}

std::string CloudFormationTest::create(const std::string& body, std::map<std::string, std::string> parameters) {
  CreateStackInput input{.stack_name = "s", .template_body = body, .capabilities = {{"CAPABILITY_NAMED_IAM"}}};
  if (!parameters.empty()) input.parameters.emplace();
  for (const auto& [key, value] : parameters) input.parameters->push_back({key, value});
  return create(input);
}

std::string CloudFormationTest::create_error(CreateStackInput input) {
  try {
    return "no error: " + create(input);
  } catch (const aws::Error& error) {
    return error.code + ": " + error.what();
  }
}

Stack CloudFormationTest::describe(const std::string& stack) {
  return service_->describe_stacks(request(), {.stack_name = stack}).stacks->at(0);
}

std::string CloudFormationTest::wait(const std::string& stack) {
  for (int i = 0; i < 2000; ++i) {
    const std::string status = describe(stack).stack_status;
    if (!status.ends_with("_IN_PROGRESS")) return status;
    pause(Deadline::in(Duration{5}), {});
  }
  return "still " + describe(stack).stack_status;
}

std::string CloudFormationTest::remove(const std::string& stack) {
  service_->delete_stack(request(), {.stack_name = stack});
  for (int i = 0; i < 2000; ++i) {
    const std::string status = describe(stack).stack_status;
    if (status == "DELETE_COMPLETE" || status == "DELETE_FAILED") return status;
    pause(Deadline::in(Duration{5}), {});
  }
  return "still " + describe(stack).stack_status;
}

std::vector<std::string> CloudFormationTest::events(const std::string& stack) {
  std::vector<std::string> lines;
  const auto output = service_->describe_stack_events(request(), {.stack_name = stack});
  for (const StackEvent& event : *output.stack_events) {
    std::string line = *event.logical_resource_id + " " + *event.resource_status;
    if (event.resource_status_reason) line += " " + *event.resource_status_reason;
    RE2::GlobalReplace(&line, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "*");
    RE2::GlobalReplace(&line, "-[A-Z0-9]{12}", "-*");
    lines.insert(lines.begin(), line);
  }
  return lines;
}

std::string CloudFormationTest::status_of(const std::string& stack, const std::string& resource) {
  return service_->describe_stack_resource(request(), {.stack_name = stack, .logical_resource_id = resource})
      .stack_resource_detail->resource_status;
}

}  // namespace standpipe::cloudformation
