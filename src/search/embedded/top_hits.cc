#include "search/embedded/top_hits.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "search/error.h"

namespace standpipe::search {

std::vector<SortField> sort_of(const SearchRequest& request) {
  return request.sort.empty() ? std::vector<SortField>{{.field = "_score", .descending = true}} : request.sort;
}

bool shows_scores(const SearchRequest& request) {
  return request.sort.empty() || request.track_scores ||
         std::any_of(request.sort.begin(), request.sort.end(),
                     [](const SortField& field) { return field.field == "_score"; });
}

static void drop_repeated_groups(std::vector<Candidate>& candidates) {
  static const SortField by_value;
  const auto less = [](const SortValue& a, const SortValue& b) { return compare(a, b, by_value) < 0; };
  std::set<SortValue, decltype(less)> seen(less);
  std::erase_if(candidates, [&](const Candidate& candidate) {
    return candidate.group && !seen.insert(*candidate.group).second;
  });
}

void keep_best(std::vector<Candidate>& candidates, size_t count, const std::vector<SortField>& sort) {
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    for (size_t i = 0; i < sort.size(); ++i) {
      const int order = compare(a.sort[i], b.sort[i], sort[i]);
      if (order != 0) return order < 0;
    }
    if (a.place.index_number != b.place.index_number) return a.place.index_number < b.place.index_number;
    if (a.place.segment_number != b.place.segment_number) return a.place.segment_number < b.place.segment_number;
    return a.doc < b.doc;
  });
  drop_repeated_groups(candidates);
  if (candidates.size() > count) candidates.resize(count);
}

TopHits::TopHits(const SearchRequest& request, size_t count)
    : request_(request), sort_(sort_of(request)), group_{.field = request.collapse}, count_(count) {}

DocSet TopHits::collapsed(const QueryContext& context, const Matches& matches, const DocSet& docs) const {
  std::vector<SortColumn> columns;
  columns.reserve(sort_.size());
  for (const SortField& field : sort_) columns.emplace_back(context, field);
  SortColumn groups(context, group_);
  std::unordered_map<int64_t, Row> best;
  for (uint32_t block = 0; block < block_count(docs.size()); ++block) {
    for (SortColumn& column : columns) column.load(block);
    groups.load(block);
    docs.each(block * kBlockDocs, (block + 1) * kBlockDocs, [&](uint32_t doc) {
      Row row{{}, doc, matches.score(doc)};
      for (const SortColumn& column : columns) row.keys.push_back(column.key(doc, row.score));
      const auto [known, first] = best.try_emplace(groups.key(doc, 0), row);
      if (!first && before(row, known->second, columns)) known->second = std::move(row);
    });
  }
  DocSet out(docs.size());
  for (const auto& [group, row] : best) out.add(row.doc);
  return out;
}

bool TopHits::before(const Row& a, const Row& b, const std::vector<SortColumn>& columns) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (a.keys[i] != b.keys[i]) return (a.keys[i] < b.keys[i]) != columns[i].descending();
  }
  return a.doc < b.doc;
}

void TopHits::scan_block(uint32_t block, const Matches& matches, const DocSet& docs, std::vector<SortColumn>& columns,
                         const std::vector<int64_t>& after, std::vector<Row>& heap) const {
  for (SortColumn& column : columns) column.load(block);
  const auto order = [&](const Row& a, const Row& b) { return before(a, b, columns); };
  Row row{std::vector<int64_t>(columns.size()), 0, 0};
  const uint32_t first = block * kBlockDocs;
  docs.each(first, first + kBlockDocs, [&](uint32_t doc) {
    row.doc = doc;
    row.score = matches.score(doc);
    for (size_t i = 0; i < columns.size(); ++i) row.keys[i] = columns[i].key(doc, row.score);
    if (!after.empty()) {
      size_t i = 0;
      while (i < after.size() && row.keys[i] == after[i]) ++i;
      if (i == after.size() || (row.keys[i] < after[i]) != columns[i].descending()) return;
    }
    if (heap.size() == count_) {
      if (!order(row, heap.front())) return;
      std::pop_heap(heap.begin(), heap.end(), order);
      heap.back() = row;
    } else {
      heap.push_back(row);
    }
    std::push_heap(heap.begin(), heap.end(), order);
  });
}

void TopHits::add(const QueryContext& context, const SegmentPlace& place, const Matches& matches,
                  const DocSet& matching) {
  if (count_ == 0) return;
  const bool grouped = !request_.collapse.empty();
  if (grouped && context.mapping.find(request_.collapse) == nullptr)
    throw illegal_argument("no mapping found for `" + request_.collapse + "` in order to collapse on");
  const DocSet docs = grouped ? collapsed(context, matches, matching) : matching;
  std::vector<SortColumn> columns;
  columns.reserve(sort_.size());
  for (const SortField& field : sort_) columns.emplace_back(context, field);
  std::vector<int64_t> after;
  if (request_.search_after) {
    for (size_t i = 0; i < columns.size(); ++i) after.push_back(columns[i].key_of((*request_.search_after)[i]));
  }
  std::vector<Row> heap;
  const uint32_t blocks = block_count(docs.size());
  const bool backwards = columns[0].descending();  // in time-ordered data the greatest values come last
  // Without different scores the first documents are the best ones.
  const bool flat = sort_[0].field == "_score" && matches.scores.empty() && sort_.size() == 1;
  for (uint32_t i = 0; i < blocks; ++i) {
    const uint32_t block = backwards && !flat ? blocks - 1 - i : i;
    const uint32_t first = block * kBlockDocs;
    if (!docs.any(first, first + kBlockDocs)) continue;
    if (heap.size() == count_) {
      if (flat) break;
      int64_t best = 0;
      const int64_t worst_kept = heap.front().keys[0];
      if (columns[0].bounded(block, best) && (columns[0].descending() ? best < worst_kept : best > worst_kept))
        continue;
    }
    scan_block(block, matches, docs, columns, after, heap);
  }
  std::optional<SortColumn> groups;
  if (grouped) groups.emplace(context, group_);
  std::vector<Matches> rescores;
  for (const Rescore& rescore : request_.rescores) rescores.push_back(evaluate(context, *rescore.query, true));
  const bool scored = shows_scores(request_);
  for (const Row& row : heap) {
    Candidate candidate{place, row.doc, scored ? row.score : 0, {}, {}, {}};
    for (size_t i = 0; i < columns.size(); ++i) candidate.sort.push_back(columns[i].value(row.keys[i]));
    if (groups) {
      groups->load(row.doc / kBlockDocs);
      candidate.group = groups->value(groups->key(row.doc, 0));
    }
    for (const Matches& again : rescores) {
      const bool matched = again.docs.contains(row.doc);
      candidate.rescores.push_back(matched ? std::optional(again.score(row.doc)) : std::nullopt);
    }
    candidates_.push_back(std::move(candidate));
  }
  if (candidates_.size() > 4 * count_ + 1000) keep_best(candidates_, count_, sort_);
}

// The first hits get another score, and another order among themselves.
static void rescore(std::vector<Candidate>& best, const Rescore& how, size_t number) {
  const auto end = best.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(how.window, best.size()));
  for (auto hit = best.begin(); hit != end; ++hit) {
    const double first = how.weight * static_cast<double>(hit->score);
    double score = first;
    if (hit->rescores[number]) {
      const double second = how.rescore_weight * static_cast<double>(*hit->rescores[number]);
      switch (how.mode) {
        case Rescore::Mode::total: score = first + second; break;
        case Rescore::Mode::multiply: score = first * second; break;
        case Rescore::Mode::avg: score = (first + second) / 2; break;
        case Rescore::Mode::max: score = std::max(first, second); break;
        case Rescore::Mode::min: score = std::min(first, second); break;
      }
    }
    hit->score = static_cast<float>(score);
  }
  std::stable_sort(best.begin(), end, [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
}

std::vector<Candidate> TopHits::take() {
  keep_best(candidates_, count_, sort_);
  for (size_t i = 0; i < request_.rescores.size(); ++i) rescore(candidates_, request_.rescores[i], i);
  if (request_.sort.empty()) {
    for (Candidate& candidate : candidates_) candidate.sort.clear();
  }
  return std::move(candidates_);
}

}  // namespace standpipe::search
