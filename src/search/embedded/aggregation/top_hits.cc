// top_hits: the best hits of each bucket.
#include <algorithm>

#include "search/embedded/aggregation/collector.h"
#include "search/hit_text.h"

namespace standpipe::search {
namespace {

class TopHitsCollector final : public Collector {
 public:
  TopHitsCollector(const TopHitsAggregation& node, AggregationScope& scope)
      : request_(*node.request),
        scope_(scope),
        sort_(sort_of(request_)),
        count_(size_t{request_.from} + request_.size),
        scored_(shows_scores(request_)) {}

  void open(const QueryContext& context, const DocSet&) override {
    columns_.clear();
    for (const SortField& field : sort_) columns_.emplace_back(context, field);
  }

  void collect(const Rows& rows) override {
    for (SortColumn& column : columns_) column.load(rows.block);
    std::vector<int64_t> keys(columns_.size());
    const auto order = [this](const Row& a, const Row& b) { return before(a, b); };
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      const uint32_t doc = rows.docs[i], bucket = rows.buckets[i];
      if (buckets_.size() <= bucket) buckets_.resize(std::max<size_t>(bucket + 1, buckets_.size() * 2));
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
        scope_.collect(1);
        into.heap.push_back(row);
      }
      std::push_heap(into.heap.begin(), into.heap.end(), order);
    }
  }

  // What the segment's integers stand for is known only while it is open.
  void close() override {
    for (const uint32_t number : touched_) {
      Bucket& bucket = buckets_[number];
      for (const Row& row : bucket.heap) {
        Candidate candidate{scope_.place, row.doc, row.score, {}};
        for (size_t i = 0; i < columns_.size(); ++i) candidate.sort.push_back(columns_[i].value(row.keys[i]));
        bucket.best.push_back(std::move(candidate));
      }
      bucket.heap.clear();
      keep_best(bucket.best, count_, sort_);
    }
    touched_.clear();
    columns_.clear();
  }

  std::string_view type() const override { return "top_hits"; }

  json::Value result(uint32_t number) override {
    const Bucket nothing;
    const Bucket& bucket = number < buckets_.size() ? buckets_[number] : nothing;
    json::Array hits;
    for (size_t i = request_.from; i < bucket.best.size(); ++i) {
      std::string text;
      append_hit(text, scope_.fetch(bucket.best[i], request_));
      hits.push_back(json::parse(text));
    }
    const json::Value best =
        bucket.score_max ? json::Value(static_cast<double>(*bucket.score_max)) : json::Value();
    json::Object total{{"value", json::Value(bucket.total)}, {"relation", "eq"}};
    json::Object out{{"total", std::move(total)}, {"max_score", best}, {"hits", std::move(hits)}};
    return json::Object{{"hits", std::move(out)}};
  }

  std::optional<double> metric(uint32_t, std::string_view) override { return std::nullopt; }

 private:
  struct Row {
    std::vector<int64_t> keys;
    uint32_t doc;
    float score;
  };
  struct Bucket {
    int64_t total = 0;
    std::optional<float> score_max;
    std::vector<Row> heap;        // of the open segment
    std::vector<Candidate> best;  // of those before
  };
  bool before(const Row& a, const Row& b) const {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (a.keys[i] != b.keys[i]) return (a.keys[i] < b.keys[i]) != columns_[i].descending();
    }
    return a.doc < b.doc;
  }

  const SearchRequest& request_;
  AggregationScope& scope_;
  const std::vector<SortField> sort_;
  const size_t count_;
  const bool scored_;
  std::vector<SortColumn> columns_;
  std::vector<Bucket> buckets_;
  std::vector<uint32_t> touched_;
};

}  // namespace

std::unique_ptr<Collector> collect_top_hits(const TopHitsAggregation& node, AggregationScope& scope) {
  return std::make_unique<TopHitsCollector>(node, scope);
}

}  // namespace standpipe::search
