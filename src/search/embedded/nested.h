// The objects of a nested field of one segment, and the documents that they stand in. Queries, aggregations and sorts
// look at objects in the context that this makes, as if each were a document. For one search; not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "search/embedded/query/query.h"

namespace standpipe::search {

class NestedObjects {
 public:
  // Those of the field `path` within the documents of `outer`, which may be objects themselves and must outlive this.
  // There are none if the field is not nested, is not below `outer`, or no document has it.
  NestedObjects(const QueryContext& outer, const std::string& path);
  NestedObjects(const NestedObjects&) = delete;
  NestedObjects& operator=(const NestedObjects&) = delete;

  const QueryContext& context() const { return context_; }
  const std::string& path() const { return path_; }
  uint32_t count() const { return context_.docs(); }
  // The document of `outer` in which an object stands.
  uint32_t document(uint32_t object) const {
    return between_ ? between_->document(parents_[object]) : parents_[object];
  }
  // Objects of a document of `outer`: [begin, end).
  uint32_t begin(uint32_t document) const { return starts_[document]; }
  uint32_t end(uint32_t document) const { return starts_[document + 1]; }
  // One level up: the objects or documents that these stand directly in.
  const QueryContext& parent_context() const { return parent_; }
  uint32_t parent(uint32_t object) const { return parents_[object]; }

 private:
  void read_parents();

  const std::string path_;
  const std::unique_ptr<NestedObjects> between_;  // if `path` is more than one level down
  const QueryContext& parent_;
  const QueryContext context_;
  std::vector<uint32_t> parents_;  // by object, rising
  std::vector<uint32_t> starts_;   // by document of `outer`
};

}  // namespace standpipe::search
