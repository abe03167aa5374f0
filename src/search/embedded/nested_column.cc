#include "search/embedded/nested_column.h"

#include <algorithm>

namespace standpipe::search {

NestedColumn::Level::Level(const QueryContext& outer, const NestedSort& sort)
    : objects(outer, sort.path), children_max(sort.children_max) {
  if (!outer.mapping.is_nested(sort.path))
    outer.refuse("[nested] failed to find nested object under path [" + sort.path + "]");
  if (sort.filter) passing = evaluate(objects.context(), *sort.filter, false).docs;
}

NestedColumn::NestedColumn(const QueryContext& context, const NestedSort& sort, const std::string& path)
    : docs_(context.docs()) {
  for (const NestedSort* level = &sort; level != nullptr; level = level->inner.get())
    levels_.emplace_back(levels_.empty() ? context : levels_.back().objects.context(), *level);
  if (const auto field = levels_.back().objects.context().segment.field(path)) {
    column_ = field->column;
    terms_ = field->terms;
  }
}

Zone NestedColumn::zone(uint32_t) const { return {INT64_MIN, INT64_MAX, column_ == nullptr ? 0U : 1U, false}; }

void NestedColumn::decode(uint32_t block, BlockValues& into) const {
  into.starts.assign(1, 0);
  into.values.clear();
  const uint32_t first = block * kBlockDocs, end = std::min(first + kBlockDocs, docs_);
  for (uint32_t doc = first; doc < end; ++doc) {
    const auto start = static_cast<std::ptrdiff_t>(into.values.size());
    if (column_ != nullptr) gather(0, doc, into.values);
    std::sort(into.values.begin() + start, into.values.end());
    into.starts.push_back(static_cast<uint32_t>(into.values.size()));
  }
}

void NestedColumn::gather(size_t number, uint32_t doc, std::vector<int64_t>& into) const {
  const Level& level = levels_[number];
  uint32_t children = 0;
  for (uint32_t object = level.objects.begin(doc); object < level.objects.end(doc); ++object) {
    if (level.passing && !level.passing->contains(object)) continue;
    if (++children > level.children_max) return;
    if (number + 1 < levels_.size()) {
      gather(number + 1, object, into);
      continue;
    }
    const uint32_t block = object / kBlockDocs;
    if (loaded_block_ != block) {
      loaded_.first = block * kBlockDocs;
      loaded_.docs = std::min(kBlockDocs, level.objects.count() - loaded_.first);
      column_->decode(block, loaded_);
      loaded_block_ = block;
    }
    const uint32_t row = object - loaded_.first;
    into.insert(into.end(), loaded_.values.begin() + loaded_.starts[row],
                loaded_.values.begin() + loaded_.starts[row + 1]);
  }
}

}  // namespace standpipe::search
