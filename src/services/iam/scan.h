// Lists straight from metadata, and the index of who uses which managed policy.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "metadata/metadata.h"
#include "services/iam/accounts.h"
#include "services/iam/pages.h"

namespace standpipe::iam {

// Offers the documents below `prefix` to `take`, which tells whether it took one, until the page is full; sets
// `output`'s marker and is_truncated.
template <class Take, class Output>
void scan_page(Metadata& metadata, const std::string& prefix, const PageRequest& page, Take take, Output& output) {
  constexpr size_t kBatch = 200;
  std::string after = page.after.empty() ? std::string() : prefix + page.after;
  size_t taken = 0;
  output.is_truncated = false;
  while (true) {
    const std::vector<Document> batch = metadata.scan(prefix, after, kBatch);
    for (const Document& document : batch) {
      if (taken == page.count) {
        // Perhaps nothing that follows would be taken: the last page may be empty, as it may be on AWS.
        output.is_truncated = true;
        output.marker = make_marker(after.substr(prefix.size()));
        return;
      }
      if (take(document)) ++taken;
      after = document.key;
    }
    if (batch.size() < kBatch) return;
  }
}

inline std::string usage_key(const IdentityRecord& identity, const std::string& policy_arn, std::string_view as,
                             std::string_view type) {
  return usage_prefix(identity.account, policy_arn, as) + std::string(type) + "/" + to_lower(identity.name);
}
inline void add_usage(Changes& changes, const IdentityRecord& identity, const std::string& policy_arn,
                      std::string_view as, std::string_view type) {
  changes.put(usage_key(identity, policy_arn, as, type), identity.name);
}
inline void remove_usage(Changes& changes, const IdentityRecord& identity, const std::string& policy_arn,
                         std::string_view as, std::string_view type) {
  changes.remove(usage_key(identity, policy_arn, as, type));
}

}  // namespace standpipe::iam
