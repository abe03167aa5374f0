#include "services/cloudformation/resources/resource_error.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/random.h"

namespace standpipe::cloudformation {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::string_view handler_code(const aws::Error& error) {
  if (already_exists(error)) return "AlreadyExists";
  if (not_found(error)) return "NotFound";
  if (error.code.starts_with("AccessDenied")) return "AccessDenied";
  if (error.code.find("LimitExceeded") != std::string::npos || error.code.find("Quota") != std::string::npos) {
    return "ServiceLimitExceeded";
  }
  if (error.code.starts_with("Throttling") || error.code.starts_with("TooManyRequests")) return "Throttling";
  if (error.status >= 500) return "ServiceInternalError";
  if (one_of(error.code, {"DeleteConflict", "BucketNotEmpty"})) return "GeneralServiceException";
  return "InvalidRequest";
}

// "Lambda" of AWS::Lambda::Function.
std::string_view service_of(std::string_view type) {
  if (type.starts_with("AWS::")) type.remove_prefix(5);
  return type.substr(0, type.find(':'));
}

}  // namespace

bool already_exists(const aws::Error& error) {
  return one_of(error.code, {"EntityAlreadyExists", "ResourceInUseException", "ConflictException",
                             "ResourceConflictException", "ResourceAlreadyExistsException", "ParameterAlreadyExists",
                             "BucketAlreadyOwnedByYou", "BucketAlreadyExists"});
}

bool not_found(const aws::Error& error) {
  return one_of(error.code,
                {"NoSuchEntity", "ResourceNotFoundException", "NoSuchBucket", "ParameterNotFound", "NotFound"});
}

std::string handler_message(const std::string& message, std::string_view handler_code) {
  return fmt::format("Resource handler returned message: \"{}\" (RequestToken: {}, HandlerErrorCode: {})", message,
                     random_uuid(), handler_code);
}

std::string handler_message(std::string_view type, const std::string& name, const aws::Error& error) {
  if (already_exists(error) && !name.empty()) {
    return handler_message(fmt::format("Resource of type '{}' with identifier '{}' already exists.", type, name),
                           "AlreadyExists");
  }
  return handler_message(fmt::format("{} (Service: {}, Status Code: {}, Request ID: {})", error.what(),
                                     service_of(type), error.status, random_uuid()),
                         handler_code(error));
}

}  // namespace standpipe::cloudformation
