#include "search/embedded/search.h"

#include <algorithm>

#include "search/embedded/aggregation/collector.h"
#include "search/embedded/aggregation/pipeline.h"
#include "search/embedded/auto_interval.h"
#include "search/embedded/fetch.h"
#include "search/embedded/highlight.h"
#include "search/embedded/top_hits.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

bool wants_scores(const std::vector<Aggregation>& aggregations) {
  return std::any_of(aggregations.begin(), aggregations.end(), [](const Aggregation& aggregation) {
    const auto* top = std::get_if<TopHitsAggregation>(&aggregation.node);
    if (std::holds_alternative<SamplerAggregation>(aggregation.node)) return true;
    return (top != nullptr && shows_scores(*top->request)) || wants_scores(aggregation.children);
  });
}

bool wants_scores(const SearchRequest& request) {
  if (request.min_score || wants_scores(request.aggregations)) return true;
  return request.size > 0 && shows_scores(request);
}

// What is left of an index's view once its lock is gone.
struct SeenIndex {
  std::string name;
  std::shared_ptr<const Mapping> mapping;
};

// So many hits are kept until all are known: the page, and what is scored again.
size_t window_of(const SearchRequest& request) {
  size_t out = size_t{request.from} + request.size;
  for (const Rescore& rescore : request.rescores) out = std::max<size_t>(out, rescore.window);
  return out;
}

class Search {
 public:
  Search(const SearchRequest& request, int64_t now_ms)
      : request_(request),
        now_ms_(now_ms),
        scored_(wants_scores(request)),
        top_(request, window_of(request)) {
    scope_.typed_keys = request.typed_keys;
    collectors_ = make_collectors(request.aggregations, scope_);
  }

  void look_into(const std::shared_ptr<Index>& index) { look_into(index->view()); }
  void look_into(const Index::Frozen& frozen) {
    static const auto nothing = std::make_shared<const MemorySegment>();
    look_into(Index::View{frozen.name, frozen.mapping, frozen.segments, {nothing, nullptr}, {}});
  }
  void look_into(Index::View view) {
    std::vector<const Segment*> files;
    for (const SegmentView& segment : view.segments) files.push_back(segment.segment.get());
    IndexStatistics statistics(files, view.memory.segment.get());
    indices_.push_back({std::string(visible_name(view.name)), view.mapping});
    looked_at_ = 0;
    // Memory first: what must be read under the lock is read while it is held, then writers may go on.
    look_into(view, view.memory, statistics, static_cast<uint32_t>(view.segments.size()));
    statistics.forget_memory();
    if (view.lock) view.lock.unlock();
    for (uint32_t i = 0; i < view.segments.size(); ++i) look_into(view, view.segments[i], statistics, i);
  }

  // `indices`: those that were looked into, if they may still change.
  SearchResponse finish(std::span<const std::shared_ptr<Index>> indices) {
    SearchResponse out;
    scope_.fetch = [&](const Candidate& candidate, const SearchRequest& shown) {
      return make_hit(candidate, shown, indices);
    };
    count_total(out);
    std::vector<Candidate> best = top_.take();
    if (!request_.rescores.empty() && !best.empty()) score_max_ = best.front().score;
    const size_t end = std::min(best.size(), size_t{request_.from} + request_.size);
    for (size_t i = request_.from; i < end; ++i) out.hits.push_back(make_hit(best[i], request_, indices));
    if (shows_scores(request_) && total_ > 0 && request_.size > 0) out.score_max = score_max_;
    if (!request_.aggregations.empty()) {
      json::Object results;
      for (auto& [name, collector] : collectors_) results.append(scope_.key(name, *collector), collector->result(0));
      run_pipelines(request_.aggregations, results, request_.typed_keys);
      out.aggregations = std::move(results);
    }
    return out;
  }

 private:
  void look_into(const Index::View& view, const SegmentView& seen, IndexStatistics& statistics, uint32_t number) {
    const uint32_t docs = seen.segment->docs();
    const QueryContext context{indices_.back().name, *view.mapping, *seen.segment, statistics, now_ms_, scans_};
    Matches matches = evaluate(context, *request_.query, scored_);
    if (docs == 0) return;  // evaluated all the same: wrong queries are refused also on an empty index
    if (seen.deleted) matches.docs -= *seen.deleted;
    if (request_.min_score) drop_low_scores(matches);
    if (request_.terminate_after > 0) keep_first(matches.docs);
    const SegmentPlace place{seen.segment, static_cast<uint32_t>(indices_.size() - 1), number};
    aggregate(context, seen, place, matches);
    DocSet docs_shown = matches.docs;
    if (request_.post_filter) docs_shown &= evaluate(context, *request_.post_filter, false).docs;
    const uint32_t count = docs_shown.count();
    total_ += count;
    if (count == 0) return;
    if (scored_) note_best_score(matches, docs_shown);
    top_.add(context, place, matches, docs_shown);
  }

  // No more documents of an index than the request wants to be looked at.
  void keep_first(DocSet& docs) {
    DocSet first(docs.size());
    docs.each([&](uint32_t doc) {
      if (looked_at_ == request_.terminate_after) {
        terminated_early_ = true;
        return;
      }
      ++looked_at_;
      first.add(doc);
    });
    docs = std::move(first);
  }

  void drop_low_scores(Matches& matches) const {
    const auto minimum = static_cast<float>(*request_.min_score);
    std::vector<uint32_t> low;
    matches.docs.each([&](uint32_t doc) {
      if (matches.score(doc) < minimum) low.push_back(doc);
    });
    for (const uint32_t doc : low) matches.docs.remove(doc);
  }

  void note_best_score(const Matches& matches, const DocSet& docs) {
    float best = matches.constant;
    if (!matches.scores.empty()) {
      best = 0;
      docs.each([&](uint32_t doc) { best = std::max(best, matches.scores[doc]); });
    }
    score_max_ = std::max(score_max_.value_or(best), best);
  }

  void aggregate(const QueryContext& context, const SegmentView& seen, const SegmentPlace& place,
                 const Matches& matches) {
    if (collectors_.empty()) return;
    scope_.context = &context;
    scope_.matches = &matches;
    scope_.place = place;
    DocSet live(context.docs(), true);
    if (seen.deleted) live -= *seen.deleted;
    for (auto& [name, collector] : collectors_) collector->open(context, live);
    Rows rows;
    for (uint32_t block = 0; block < block_count(context.docs()); ++block) {
      rows.clear();
      rows.block = block;
      matches.docs.each(block * kBlockDocs, (block + 1) * kBlockDocs, [&](uint32_t doc) { rows.add(doc, 0); });
      if (rows.docs.empty()) continue;
      for (auto& [name, collector] : collectors_) collector->collect(rows);
    }
    for (auto& [name, collector] : collectors_) collector->close();
    scope_.context = nullptr;
    scope_.matches = nullptr;
  }

  void count_total(SearchResponse& out) const {
    out.total = total_;
    out.total_counted = request_.track_total_hits != 0;
    if (request_.terminate_after > 0) out.terminated_early = terminated_early_;
    if (total_ > request_.track_total_hits) {
      out.total = request_.track_total_hits;
      out.total_is_lower_bound = true;
    }
  }

  Hit make_hit(const Candidate& candidate, const SearchRequest& shown,
               std::span<const std::shared_ptr<Index>> indices) const {
    const SeenIndex& index = indices_[candidate.place.index_number];
    const Segment& segment = *candidate.place.segment;
    Stored stored = segment.stored(candidate.doc);
    Hit hit{.index = index.name, .id = std::move(stored.id)};
    if (shows_scores(shown)) hit.score = candidate.score;
    for (size_t i = 0; i < candidate.sort.size() && !shown.sort.empty(); ++i) {
      hit.sort.push_back(print_sort_value(candidate.sort[i], shown.sort[i]));
    }
    if (shown.source.enabled) hit.source = filter_source(stored.source, shown.source);
    IndexStatistics statistics({}, nullptr);
    const QueryContext context{index.name, *index.mapping, segment, statistics, now_ms_, scans_};
    if (!shown.highlight.fields.empty()) {
      hit.highlight = highlight(context, *request_.query, shown.highlight, json::parse(stored.source));
    }
    const bool numbers = shown.version || shown.seq_no_primary_term;
    if (!numbers && shown.docvalue_fields.empty() && shown.fields.empty()) return hit;
    // Columns of a segment in memory are only safe under its index's lock; for files it costs nothing.
    std::optional<Index::View> view;
    if (!indices.empty()) view = indices[candidate.place.index_number]->view();
    if (shown.version) hit.version = fetch_number(segment, kVersionField, candidate.doc);
    if (shown.seq_no_primary_term) hit.seq_no = fetch_number(segment, kSeqNoField, candidate.doc);
    hit.fields = fetch_fields(context, candidate.doc, stored.source, shown);
    return hit;
  }

  static json::Value print_sort_value(const SortValue& value, const SortField& field) {
    if (field.format.empty() || value.kind != SortValue::Kind::integer) return value.print();
    return DateFormat::parse(field.format)->print(value.integer);
  }

  const SearchRequest& request_;
  const int64_t now_ms_;
  const bool scored_;
  mutable TermScans scans_;
  AggregationScope scope_;
  Children collectors_;
  TopHits top_;
  std::vector<SeenIndex> indices_;
  int64_t total_ = 0;
  uint32_t looked_at_ = 0;  // documents of the index
  bool terminated_early_ = false;
  std::optional<float> score_max_;
};

template <class Indices>
SearchResponse run(const Indices& indices, std::span<const std::shared_ptr<Index>> changing,
                   const SearchRequest& request, int64_t now_ms) {
  try {
    if (wants_intervals(request.aggregations)) {
      const SearchRequest chosen = with_intervals(
          request, [&](const SearchRequest& probe) { return run(indices, changing, probe, now_ms); });
      SearchResponse out = run(indices, changing, chosen, now_ms);
      show_intervals(request.aggregations, chosen.aggregations, out.aggregations.object(), request.typed_keys);
      return out;
    }
    Search search(request, now_ms);
    for (const auto& index : indices) search.look_into(index);
    return search.finish(changing);
  } catch (Error& error) {
    error.in_query_phase = true;
    throw;
  }
}

}  // namespace

SearchResponse run_search(std::span<const std::shared_ptr<Index>> indices, const SearchRequest& request,
                          int64_t now_ms) {
  return run(indices, indices, request, now_ms);
}

SearchResponse run_search(std::span<const Index::Frozen> indices, const SearchRequest& request, int64_t now_ms) {
  return run(indices, {}, request, now_ms);
}

}  // namespace standpipe::search
