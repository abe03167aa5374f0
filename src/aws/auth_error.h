// The refusals of the signature checks in each style of service: AWS words them per front end.
#pragma once

#include <string>

#include "aws/error.h"
#include "aws/signature.h"

namespace standpipe::aws {

Error missing_token(const AuthRules& rules);
Error incomplete_signature(const AuthRules& rules, std::string message);
// The date or scope is wrong; `message` as for the JSON and query services.
Error invalid_signature(const AuthRules& rules, std::string message);
Error unknown_key(const AuthRules& rules, const std::string& access_key_id);
Error bad_token(const AuthRules& rules);
Error expired_token(const AuthRules& rules);

}  // namespace standpipe::aws
