// Why one resource could not be made or removed: the whole text of its event's reason.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "aws/error.h"

namespace standpipe::cloudformation {

struct ResourceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a service answered, as the registry's handlers report it:
// Resource handler returned message: "…" (RequestToken: …, HandlerErrorCode: AccessDenied)
std::string handler_message(std::string_view type, const std::string& name, const aws::Error& error);
std::string handler_message(const std::string& message, std::string_view handler_code);

bool already_exists(const aws::Error& error);
bool not_found(const aws::Error& error);

}  // namespace standpipe::cloudformation
