// What BM25 needs to know of a whole index: how many documents have a field, how long it is on average, and how many
// have a term. Deleted documents count until they are merged away, as in Lucene. For one search; not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "search/embedded/segment.h"

namespace standpipe::search {

class IndexStatistics {
 public:
  // Segments must stay while this is used; the first ones that are asked about may be guarded by a lock: what was
  // asked once is remembered, and `forget_memory` says that the lock is gone.
  explicit IndexStatistics(std::vector<const Segment*> segments, const Segment* memory)
      : segments_(std::move(segments)), memory_(memory) {}
  void forget_memory() {
    memory_ = nullptr;
    for (auto& [path, statistics] : nested_) statistics->forget_memory();
  }

  FieldStatistics field(const std::string& path);
  uint64_t documents_with(const std::string& path, std::string_view term);
  IndexStatistics& nested(const std::string& path);  // of the objects of a nested field

 private:
  template <class Visit>
  void each_segment(Visit visit) const {
    if (memory_ != nullptr) visit(*memory_);
    for (const Segment* segment : segments_) visit(*segment);
  }
  std::vector<const Segment*> segments_;
  const Segment* memory_;
  std::map<std::string, FieldStatistics> fields_;
  std::map<std::string, uint64_t> terms_;  // path, 0, term
  std::map<std::string, std::unique_ptr<IndexStatistics>> nested_;
};

// Lucene's BM25 with k1 = 1.2 and b = 0.75, times (k1 + 1) as OpenSearch 2 has it.
class Bm25 {
 public:
  // `lengths`: the field has norms; else every document counts as one token long.
  Bm25(double idf_sum, const FieldStatistics& field, bool lengths, float boost);
  static double idf(uint64_t documents_with_term, uint64_t documents_with_field);
  float score(float frequency, uint8_t norm) const { return weight_ - weight_ / (1.0F + frequency * inverse_[norm]); }

 private:
  float weight_;
  float inverse_[256];  // 1 / (k1 × (1 − b + b × length / average)), by norm
};

}  // namespace standpipe::search
