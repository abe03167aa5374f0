#include "search/embedded/aggregation/best_rows.h"

#include <algorithm>

#include "search/error.h"

namespace standpipe::search {

void BestRows::open(const QueryContext& context, const DocSet&) {
  if (context.within != nullptr) throw illegal_argument("[top_hits] within [nested] is not supported");
  columns_.clear();
  for (const SortField& field : sort_) columns_.emplace_back(context, field);
}

void BestRows::collect(const Rows& rows) {
  for (SortColumn& column : columns_) column.load(rows.block);
  std::vector<int64_t> keys(columns_.size());
  const auto order = [this](const Row& a, const Row& b) { return before(a, b); };
  for (size_t i = 0; i < rows.docs.size(); ++i) {
    const uint32_t doc = rows.docs[i], bucket = rows.buckets[i];
    Bucket& into = buckets_[bucket];
    ++into.total;
    const float score = scored_ ? scope_.matches->score(doc) : 0;
    if (scored_) into.score_max = std::max(into.score_max.value_or(score), score);
    if (count_ == 0) continue;
    for (size_t c = 0; c < columns_.size(); ++c) keys[c] = columns_[c].key(doc, score);
    const Row row{keys, doc, score};
    if (into.heap.size() == count_) {
      if (!before(row, into.heap.front())) continue;
      std::pop_heap(into.heap.begin(), into.heap.end(), order);
      into.heap.back() = row;
    } else {
      if (into.heap.empty()) touched_.push_back(bucket);
      scope_.take(sizeof(Row) + keys.size() * (sizeof keys[0] + sizeof(SortValue)));
      into.heap.push_back(row);
    }
    std::push_heap(into.heap.begin(), into.heap.end(), order);
  }
}

// What the segment's integers stand for is known only while it is open.
void BestRows::close() {
  for (const uint32_t number : touched_) {
    Bucket& bucket = buckets_[number];
    for (const Row& row : bucket.heap) {
      Candidate candidate{scope_.place, row.doc, row.score, {}, {}, {}};
      for (size_t i = 0; i < columns_.size(); ++i) candidate.sort.push_back(columns_[i].value(row.keys[i]));
      bucket.best.push_back(std::move(candidate));
    }
    bucket.heap.clear();
    keep_best(bucket.best, count_, sort_);
  }
  touched_.clear();
  columns_.clear();
}

bool BestRows::before(const Row& a, const Row& b) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (a.keys[i] != b.keys[i]) return (a.keys[i] < b.keys[i]) != columns_[i].descending();
  }
  return a.doc < b.doc;
}

}  // namespace standpipe::search
