// Orders hits. Within a segment every sort value is one integer; what is left over from a segment is turned into values
// that compare across segments and indices.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "search/embedded/nested_column.h"
#include "search/embedded/query/query.h"
#include "search/request.h"

namespace standpipe::search {

// A sort value that outlives its segment.
struct SortValue {
  enum class Kind { integer, real, text, missing } kind = Kind::missing;
  int64_t integer = 0;
  double real = 0;
  std::string text;

  json::Value print() const;
};

// The values of one sort field of one segment as integers in the order of the values.
class SortColumn {
 public:
  // Throws for fields that cannot be sorted by.
  SortColumn(const QueryContext& context, const SortField& field);

  void load(uint32_t block);
  // `score` for "_score"; missing values are what the request asks for.
  int64_t key(uint32_t doc, float score) const;
  // No document of the block has a smaller (descending: greater) key; only for numbers.
  bool bounded(uint32_t block, int64_t& best) const;
  bool descending() const { return descending_; }
  SortValue value(int64_t key) const;
  // Where a value of search_after stands among this segment's keys.
  int64_t key_of(const json::Value& after) const;

 private:
  enum class Kind { score, doc, numbers, computed, terms, distance, unmapped };
  void find_values();
  void find_distance_values();
  int64_t distance_key(std::span<const int64_t> points) const;
  int64_t compute(std::span<const int64_t> values) const;
  int64_t missing_key() const { return missing_high_ ? INT64_MAX : INT64_MIN; }

  const QueryContext& context_;
  const SortField& field_;
  Kind kind_ = Kind::unmapped;
  const FieldSpec* spec_ = nullptr;
  std::unique_ptr<NestedColumn> nested_;
  const Column* column_ = nullptr;
  const Terms* terms_ = nullptr;
  std::vector<uint32_t> ranks_;
  std::vector<uint32_t> by_rank_;  // ordinals, if ranks_ are needed
  BlockValues block_;
  bool descending_, missing_high_, take_max_;
  std::optional<int64_t> missing_value_;  // the key of the value that stands in for absent ones
};

// Orders values of the same sort field: negative, zero, positive. Missing ones go where the request wants them.
int compare(const SortValue& a, const SortValue& b, const SortField& field);

}  // namespace standpipe::search
