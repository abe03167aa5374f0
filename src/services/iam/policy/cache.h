// Parsed policies by their text, so that a document that is asked about again and again is parsed once. Bounded: when
// full it starts anew. Thread-safe.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "services/iam/policy/evaluate.h"

namespace standpipe::policy {

class PolicyCache {
 public:
  explicit PolicyCache(size_t bytes_max = 16 << 20) : bytes_max_(bytes_max) {}
  // nullptr for a document that cannot be read.
  PolicyPointer get(std::string_view text, PolicyKind kind);
  size_t size() const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Entries = std::unordered_map<std::string, PolicyPointer, Hash, std::equal_to<>>;

  const size_t bytes_max_;
  mutable std::mutex mutex_;  // guards what follows
  Entries entries_[3];        // by kind
  size_t bytes_ = 0;
};

}  // namespace standpipe::policy
