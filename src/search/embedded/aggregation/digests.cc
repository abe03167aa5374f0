#include "search/embedded/aggregation/digests.h"

namespace standpipe::search {

void DigestCollector::open(const QueryContext& context, const DocSet&) {
  reader_.open(context);
  reader_.require_numbers(name());
}

void DigestCollector::collect(const Rows& rows) {
  if (reader_.known() == nullptr) return;
  reader_.load(rows.block);
  for (size_t i = 0; i < rows.docs.size(); ++i) {
    const auto values = reader_.values(rows.docs[i]);
    if (values.empty()) continue;
    TDigest& digest = digests_[rows.buckets[i]];
    const size_t before = digest.bytes();
    for (const int64_t stored : values) digest.add(reader_.number(stored));
    if (digest.bytes() > before) scope_.take(digest.bytes() - before);
  }
}

}  // namespace standpipe::search
