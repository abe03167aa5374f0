// What all collectors of a search share: its bounds, the segment that is open, and how hits are shown. For one search;
// not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "search/embedded/query/query.h"
#include "search/embedded/top_hits.h"

namespace standpipe::search {

inline constexpr size_t kBucketsMax = 65'535;                 // of an answer
inline constexpr size_t kAggregationBytesMax = 40ULL << 20;  // in memory, before sizes and minimums cut them down

inline constexpr size_t kInternedBytes = 120;  // of a text and its number in a hash table, beside the text

class Collector;
struct AggregationScope {
  size_t bytes = 0, answered = 0;
  bool typed_keys = false;
  // Of the segment that is open, with the search's matches in it; null outside of `open` … `close`.
  const QueryContext* context = nullptr;
  const Matches* matches = nullptr;
  SegmentPlace place;
  // What a hit shows; to be called when all segments are closed.
  std::function<Hit(const Candidate&, const SearchRequest&)> fetch;
  std::string key(const std::string& name, const Collector& collector) const;  // "name" or "type#name"
  void take(size_t more);                                                      // throws circuit_breaking_exception
  void answer(size_t buckets);                                                 // throws too_many_buckets_exception
  // The bucket of the child number `child` of `width` of them in a bucket of the parent.
  uint32_t bucket_of(uint32_t parent, size_t child, size_t width);
};

// A value per bucket of the parent: grows with the buckets, counts against the search's memory.
template <class T>
class PerBucket {
 public:
  explicit PerBucket(AggregationScope& scope, T initial = T()) : scope_(scope), initial_(std::move(initial)) {}
  T& operator[](uint32_t bucket) {
    if (bucket >= values_.size()) grow(bucket);
    return values_[bucket];
  }
  // Null: the bucket never got one.
  const T* find(uint32_t bucket) const { return bucket < values_.size() ? &values_[bucket] : nullptr; }
  T* find(uint32_t bucket) { return bucket < values_.size() ? &values_[bucket] : nullptr; }

 private:
  void grow(uint32_t bucket) {
    const size_t size = std::max<size_t>(size_t{bucket} + 1, values_.size() * 2);
    scope_.take((size - values_.size()) * sizeof(T));
    values_.resize(size, initial_);
  }
  AggregationScope& scope_;
  const T initial_;
  std::vector<T> values_;
};

}  // namespace standpipe::search
