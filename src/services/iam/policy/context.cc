#include "services/iam/policy/context.h"

namespace standpipe::policy {

const Context::Values* Context::find(std::string_view key) const {
  if (!filled_) {
    values_ = fill_();
    filled_ = true;
  }
  const auto found = values_.find(std::string(key));
  return found == values_.end() || found->second.empty() ? nullptr : &found->second;
}

const std::string* Context::single(std::string_view key) const {
  const Values* values = find(key);
  return values != nullptr && values->size() == 1 ? &values->front() : nullptr;
}

}  // namespace standpipe::policy
