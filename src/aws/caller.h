// How services call each other: typed, in this process, as an IAM principal. The same authorize, validate and invoke as
// a request from outside; only the two wire steps are missing. Errors are thrown as aws::Error. Thread-safe.
//
//   caller.as(role, region).call(kinesis::GetRecordsInput{.shard_iterator = …})
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "aws/access.h"
#include "aws/refusals.h"
#include "aws/protocol.h"
#include "aws/service.h"

namespace standpipe::aws {

class Caller;

// A principal, where and why it calls. Cheap to copy.
class Calls {
 public:
  Calls(const Caller& caller, Principal principal, std::string region)
      : caller_(&caller), principal_(std::move(principal)), region_(std::move(region)) {}
  Calls& via(std::string service) {
    called_via_ = std::move(service);
    return *this;
  }
  Calls& on_behalf_of(std::string arn) {
    source_arn_ = std::move(arn);
    return *this;
  }
  Calls& until(Deadline deadline) {
    deadline_ = deadline;
    return *this;
  }

  // Input is a generated struct; it knows its service, operation and Output.
  template <class Input>
  typename Input::Output call(const Input& input) const {
    typename Input::Output output{};
    call(Input::kService, Input::kOperation, &input, &output);
    return output;
  }
  const Principal& principal() const { return principal_; }
  const std::string& region() const { return region_; }

 private:
  void call(std::string_view service, std::string_view operation, const void* input, void* output) const;
  const Caller* caller_;
  Principal principal_;
  std::string region_, called_via_, source_arn_;
  Deadline deadline_ = Deadline::in(std::chrono::minutes(1));
};

class Caller {
 public:
  // `refusals`: where refusals are remembered; nullptr: nowhere.
  explicit Caller(Authorizer& authorizer, Refusals* refusals = nullptr)
      : authorizer_(authorizer), refusals_(refusals) {}
  void add(Service& service);  // at start, before the first call

  Calls as(Principal principal, std::string region) const { return {*this, std::move(principal), std::move(region)}; }
  Service* find(std::string_view name) const;
  // Throws AccessDenied in the service's words unless every access that the operation needs is allowed.
  void authorize(Service& service, const OperationModel& operation, const Request& request, const void* input) const;
  // Authorize, validate, invoke: what a request has still before it when it has been decoded.
  void invoke(Service& service, const OperationModel& operation, const Request& request, const void* input,
              void* output, const Missing& missing = {}) const;
  template <class Input>
  typename Input::Output invoke(const Request& request, const Input& input) const {
    typename Input::Output output{};
    invoke(Input::kService, Input::kOperation, request, &input, &output);
    return output;
  }
  // For what no model describes (the data plane): throws nothing, answers the decision.
  Decision decide(const Request& request, const Access& access) const { return authorizer_.decide(request, access); }
  void remember(Refusal refusal) const {
    if (refusals_ != nullptr) refusals_->record(std::move(refusal));
  }

 private:
  friend class Calls;
  void invoke(std::string_view service, std::string_view operation, const Request& request, const void* input,
              void* output) const;
  Authorizer& authorizer_;
  Refusals* refusals_;
  std::map<std::string, Service*, std::less<>> services_;
};

// A fresh 128-bit request id in UUID form.
std::string new_request_id();

}  // namespace standpipe::aws
