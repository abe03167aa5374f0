// When and for what each access key was last used, since the server started: what GetAccessKeyLastUsed answers.
// Bounded: when full it starts anew. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace standpipe::iam {

class KeyUsage {
 public:
  struct Use {
    Timestamp at{};
    std::string service, region;
  };
  void note(const std::string& access_key_id, Use use) {
    const std::lock_guard lock(mutex_);
    if (uses_.size() >= kKeysMax) uses_.clear();
    uses_[access_key_id] = std::move(use);
  }
  std::optional<Use> find(const std::string& access_key_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = uses_.find(access_key_id);
    return found == uses_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  static constexpr size_t kKeysMax = 10'000;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Use> uses_;
};

}  // namespace standpipe::iam
