// For tests: the service among services that are only pretended, on a real metadata store.
#pragma once

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "base/bytes.h"
#include "base/random.h"
#include "metadata/sqlite.h"
#include "services/cloudformation/cloudformation.h"

namespace standpipe::cloudformation {

// A service of which a test provides the operations that it needs. Thread-safe once set up.
class PretendedService final : public aws::Service {
 public:
  explicit PretendedService(const aws::ServiceModel& model) : model_(model) {}

  template <class Input>
  void on(std::function<typename Input::Output(const aws::Request&, const Input&)> handler) {
    handlers_[std::string(Input::kOperation)] = [handler = std::move(handler)](const aws::Request& request,
                                                                               const void* in, void* out) {
      *static_cast<typename Input::Output*>(out) = handler(request, *static_cast<const Input*>(in));
    };
  }

  const aws::ServiceModel& model() const override { return model_; }
  aws::Accesses access(const aws::OperationModel& operation, const aws::Request&, const void*) override {
    return {{.action = std::string(model_.action_prefix) + ":" + std::string(operation.name), .resource = "*"}};
  }
  void invoke(const aws::OperationModel& operation, const aws::Request& request, const void* input,
              void* output) override {
    const auto found = handlers_.find(operation.name);
    if (found == handlers_.end())
      throw aws::Error("InternalFailure", 500, "not pretended: " + std::string(operation.name));
    found->second(request, input, output);
  }

 private:
  const aws::ServiceModel& model_;
  std::map<std::string, std::function<void(const aws::Request&, const void*, void*)>, std::less<>> handlers_;
};

struct PretendedAuthorizer final : aws::Authorizer {
  aws::Decision decide(const aws::Request&, const aws::Access& access) const override {
    const std::scoped_lock lock(mutex);
    if (!denied.contains(access.action)) return {.allowed = true};
    return {.allowed = false, .reason = "because no identity-based policy allows the " + access.action + " action"};
  }
  mutable std::mutex mutex;
  std::set<std::string> denied;
};

struct PretendedRoles final : aws::Roles {
  std::optional<aws::Principal> assume(const std::string& arn, const std::string&, const std::string& session,
                                       const std::string&) const override {
    if (arn.ends_with("/none")) return std::nullopt;
    aws::Principal principal;
    principal.kind = aws::Principal::Kind::role_session;
    principal.account = "111122223333";
    principal.arn = replace_all(arn, ":role/", ":assumed-role/") + "/" + session;
    return principal;
  }
  aws::SessionCredentials credentials(const aws::Principal&, Duration) const override { return {}; }
};

class CloudFormationTest : public testing::Test {
 protected:
  CloudFormationTest();
  ~CloudFormationTest() override;

  void start();    // the service, anew: what was in progress goes on
  void restart();  // as after a stop of the server
  aws::Request request() const;

  std::string create(const std::string& template_body, std::map<std::string, std::string> parameters = {});
  std::string create(CreateStackInput input) { return *service_->create_stack(request(), input).stack_id; }
  std::string create_error(CreateStackInput input);
  Stack describe(const std::string& stack);
  std::string wait(const std::string& stack);    // the status in which it ends
  std::string remove(const std::string& stack);  // the status in which the deletion ends
  // Oldest first: "<logical id> <status>[ <reason>]"; random ids replaced by *.
  std::vector<std::string> events(const std::string& stack);
  std::string status_of(const std::string& stack, const std::string& resource);

  // ssm that keeps parameters, logs that keeps groups; both with what tests ask for.
  std::filesystem::path folder_;
  FakeClock clock_;
  Workers workers_;
  PretendedAuthorizer authorizer_;
  PretendedRoles roles_;
  PretendedService ssm_, logs_, lambda_, s3_, iam_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> parameters_;        // guarded by mutex_
  std::vector<std::string> calls_;                       // guarded by mutex_; "PutParameter name"
  std::map<std::string, std::function<void()>> before_;  // by parameter name: runs before PutParameter
  std::unique_ptr<Metadata> metadata_;
  std::unique_ptr<aws::Caller> caller_;
  std::unique_ptr<CloudFormation> service_;
};

}  // namespace standpipe::cloudformation
