#include "services/iam/policy/cache.h"

namespace standpipe::policy {

PolicyPointer PolicyCache::get(std::string_view text, PolicyKind kind) {
  Entries& entries = entries_[static_cast<size_t>(kind)];
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = entries.find(text); found != entries.end()) return found->second;
  }
  PolicyPointer policy;
  try {
    policy = std::make_shared<const Policy>(parse_policy(text, kind));
  } catch (const PolicyError&) {
    // Remembered as unreadable: it grants nothing.
  }
  const std::lock_guard lock(mutex_);
  // The parsed form takes several times the space of the text.
  const size_t bytes = text.size() * 8 + 512;
  if (bytes_ + bytes > bytes_max_) {
    for (Entries& each : entries_) each.clear();
    bytes_ = 0;
  }
  if (entries.emplace(std::string(text), policy).second) bytes_ += bytes;
  return policy;
}

size_t PolicyCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_[0].size() + entries_[1].size() + entries_[2].size();
}

}  // namespace standpipe::policy
