// The circumstances of one request as conditions and policy variables see them: key (lower case) → values.
// Filled on the first look-up only: most policies ask for none. One thread at a time.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/request.h"

namespace standpipe::policy {

class Context {
 public:
  using Values = std::vector<std::string>;

  explicit Context(aws::Conditions values) : values_(std::move(values)), filled_(true) {}
  explicit Context(std::function<aws::Conditions()> fill) : fill_(std::move(fill)) {}

  // nullptr for a key that is missing or has no value. `key` is in lower case.
  const Values* find(std::string_view key) const;
  // The value of a key that has exactly one: what a policy variable may refer to; else nullptr.
  const std::string* single(std::string_view key) const;

 private:
  std::function<aws::Conditions()> fill_;
  mutable aws::Conditions values_;
  mutable bool filled_ = false;
};

}  // namespace standpipe::policy
