// What the server tells IAM when it starts.
#pragma once

#include <string>

#include "aws/request.h"

namespace standpipe::iam {

struct Settings {
  // The key of the default account's root. While it is enabled, an access key id of twelve digits with the same secret
  // is the root of the account with that number, so that every test can have an account of its own.
  bool root_enabled = true;
  std::string root_access_key_id = "test";
  std::string root_secret_access_key = "test";
  std::string account{aws::kDefaultAccount};
  bool permissive = false;   // everything is allowed, and the log says so
  std::string sealing_key;   // 32 bytes: seals secrets at rest and session tokens
};

}  // namespace standpipe::iam
