// A field's values as bucket keys that stay the same over segments and indices: stored numbers, or numbers given to
// texts as they come. For one search; not thread-safe.
#pragma once

#include <deque>

#include "search/embedded/aggregation/collector.h"

namespace standpipe::search {

inline constexpr int64_t kNoKey = INT64_MIN;  // of a document without a value

class KeyReader {
 public:
  KeyReader(std::string field, std::optional<json::Value> missing, AggregationScope& scope)
      : reader_(std::move(field), missing), missing_(std::move(missing)), scope_(scope) {}
  void open(const QueryContext& context);
  void load(uint32_t block) { reader_.load(block); }
  // The different keys of a document, rising.
  void keys(uint32_t doc, std::vector<int64_t>& into);
  // As answers show them.
  json::Value print(int64_t key) const;
  std::optional<std::string> print_as_string(int64_t key) const;  // beside the number: dates, booleans
  std::string spell(int64_t key) const;                           // as text
  int compare(int64_t a, int64_t b) const;
  // Where a key stands beside a value that a client sent back.
  int compare_with(int64_t key, const json::Value& value) const;
  bool numeric() const { return reader_.numeric(); }
  const FieldReader& reader() const { return reader_; }

 private:
  int64_t intern(const std::string& term);
  FieldReader reader_;
  const std::optional<json::Value> missing_;
  AggregationScope& scope_;
  std::vector<int64_t> ids_;  // by ordinal of the segment; kNoKey: not asked for yet
  std::deque<std::string> names_;
  std::unordered_map<std::string_view, int64_t> known_;
  std::string scratch_;
};

// Buckets by (bucket of the parent, several keys).
class TupleTable {
 public:
  explicit TupleTable(AggregationScope& scope) : scope_(scope) {}
  uint32_t bucket(uint32_t parent, const std::vector<int64_t>& keys);
  struct Entry {
    uint32_t parent, bucket;
    std::vector<int64_t> keys;
  };
  std::vector<const Entry*> of(uint32_t parent) const;

 private:
  AggregationScope& scope_;
  std::unordered_map<std::string, uint32_t> numbers_;
  std::deque<Entry> entries_;
};

}  // namespace standpipe::search
