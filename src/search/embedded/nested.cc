#include "search/embedded/nested.h"

#include <algorithm>

#include "search/embedded/memory_segment.h"
#include "storage/corrupt_data.h"

namespace standpipe::search {
namespace {

// Nested fields from `outer` down to `path`; none if it is not below.
std::vector<std::string> levels_below(const QueryContext& outer, const std::string& path) {
  if (!outer.mapping.is_nested(path)) return {};
  std::vector<std::string> levels = outer.mapping.nested_levels(path);
  if (outer.within == nullptr) return levels;
  const auto here = std::find(levels.begin(), levels.end(), outer.within->path());
  if (here == levels.end()) return {};
  levels.erase(levels.begin(), here + 1);
  return levels;
}

std::unique_ptr<NestedObjects> level_between(const QueryContext& outer, const std::string& path) {
  const std::vector<std::string> levels = levels_below(outer, path);
  return levels.size() < 2 ? nullptr : std::make_unique<NestedObjects>(outer, levels[levels.size() - 2]);
}

const Segment& objects_of(const QueryContext& parent, const std::string& path) {
  static const MemorySegment none;
  const Segment* found = levels_below(parent, path).empty() ? nullptr : parent.segment.nested(path);
  return found == nullptr ? none : *found;
}

}  // namespace

NestedObjects::NestedObjects(const QueryContext& outer, const std::string& path)
    : path_(path),
      between_(level_between(outer, path)),
      parent_(between_ ? between_->context() : outer),
      context_{parent_.index,  parent_.mapping, objects_of(parent_, path), parent_.statistics.nested(path),
               parent_.now_ms, parent_.scans, this} {
  read_parents();
  starts_.assign(outer.docs() + 1, 0);
  for (uint32_t object = 0; object < count(); ++object) ++starts_[document(object) + 1];
  for (uint32_t i = 0; i < outer.docs(); ++i) starts_[i + 1] += starts_[i];
}

void NestedObjects::read_parents() {
  if (count() == 0) return;
  const auto field = context_.segment.field(kParentField);
  if (!field || field->column == nullptr) throw CorruptData("nested objects do not say where they stand");
  BlockValues block;
  for (uint32_t number = 0; number < block_count(count()); ++number) {
    block.first = number * kBlockDocs;
    block.docs = std::min(kBlockDocs, count() - block.first);
    field->column->decode(number, block);
    for (const int64_t parent : block.values) {
      const int64_t least = parents_.empty() ? 0 : parents_.back();
      if (parent < least || parent >= int64_t{parent_.docs()})
        throw CorruptData("a nested object stands in a document that cannot be");
      parents_.push_back(static_cast<uint32_t>(parent));
    }
  }
  if (parents_.size() != count()) throw CorruptData("nested objects do not say where they stand");
}

}  // namespace standpipe::search
