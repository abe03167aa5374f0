#include "aws/caller.h"

#include "aws/error.h"
#include "aws/protocol.h"
#include "aws/remembering_authorizer.h"
#include "base/check.h"
#include "base/random.h"

namespace standpipe::aws {
namespace {

int denied_status(const ServiceModel& model) { return model.protocol == "json" ? 400 : 403; }

Error denied(const ServiceModel& model, const std::string& message) {
  const bool query_like = model.protocol == "query" || model.protocol == "rest-xml";
  return Error(query_like ? "AccessDenied" : "AccessDeniedException", denied_status(model), message);
}

}  // namespace

std::string new_request_id() { return random_uuid(); }

std::string denial_message(const Principal& principal, const Access& access, const Decision& decision) {
  // S3 alone puts quotes round the ARN.
  const bool quoted = access.action.starts_with("s3:");
  const std::string resource = quoted ? "\"" + access.resource + "\"" : access.resource;
  const std::string who = principal.arn.empty() ? "anonymous" : principal.arn;
  return "User: " + who + " is not authorized to perform: " + access.action + " on resource: " + resource +
         (decision.reason.empty() ? "" : " " + decision.reason);
}

const OperationModel* find_operation(const ServiceModel& model, std::string_view name) {
  for (const OperationModel& operation : model.operations) {
    if (operation.name == name) return &operation;
  }
  return nullptr;
}

void Caller::add(Service& service) { services_.emplace(std::string(service.model().name), &service); }

Service* Caller::find(std::string_view name) const {
  const auto found = services_.find(name);
  return found == services_.end() ? nullptr : found->second;
}

void Caller::authorize(Service& service, const OperationModel& operation, const Request& request,
                       const void* input) const {
  const Accesses accesses = service.access(operation, request, input);
  for (const Access& access : accesses) {
    const Decision decision = authorizer_.decide(request, access);
    if (decision.allowed) continue;
    Error error = denied(service.model(), denial_message(request.principal, access, decision));
    remember(iam_refusal(request, access, decision, std::string(service.model().name), error.code));
    throw error;
  }
}

void Caller::invoke(Service& service, const OperationModel& operation, const Request& request, const void* input,
                    void* output, const Missing& missing) const {
  authorize(service, operation, request, input);
  validate(service.model(), operation, input, missing);
  service.invoke(operation, request, input, output);
}

void Caller::invoke(std::string_view service_name, std::string_view operation_name, const Request& request,
                    const void* input, void* output) const {
  Service* service = find(service_name);
  check(service != nullptr, "a call to a service that this server does not have");
  const OperationModel* operation = find_operation(service->model(), operation_name);
  check(operation != nullptr, "a call to an operation that this server does not have");
  invoke(*service, *operation, request, input, output);
}

void Calls::call(std::string_view service_name, std::string_view operation_name, const void* input,
                 void* output) const {
  Request request;
  request.id = new_request_id();
  request.account = principal_.account;
  request.region = region_;
  request.principal = principal_;
  request.deadline = deadline_;
  request.secure = true;
  request.called_via = called_via_;
  request.source_arn = source_arn_;
  caller_->invoke(service_name, operation_name, request, input, output);
}

}  // namespace standpipe::aws
