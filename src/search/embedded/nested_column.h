// The values that objects of a nested field give to the documents in which they stand, as a column of the documents.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "search/embedded/nested.h"
#include "search/request.h"

namespace standpipe::search {

class NestedColumn final : public Column {
 public:
  // Of the field at `path`; `sort` says which objects count. Throws query_shard_exception if its field is not nested.
  NestedColumn(const QueryContext& context, const NestedSort& sort, const std::string& path);
  const Terms* terms() const { return terms_; }
  Zone zone(uint32_t block) const override;
  void decode(uint32_t block, BlockValues& into) const override;

 private:
  struct Level {
    Level(const QueryContext& outer, const NestedSort& sort);
    NestedObjects objects;
    std::optional<DocSet> passing;
    uint32_t children_max;
  };
  void gather(size_t level, uint32_t doc, std::vector<int64_t>& into) const;

  const uint32_t docs_;
  std::deque<Level> levels_;
  const Column* column_ = nullptr;
  const Terms* terms_ = nullptr;
  mutable BlockValues loaded_;  // of column_
  mutable std::optional<uint32_t> loaded_block_;
};

}  // namespace standpipe::search
