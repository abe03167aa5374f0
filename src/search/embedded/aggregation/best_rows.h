// The best rows of each bucket, as a sort says: what top_hits and top_metrics have in common.
#pragma once

#include "search/embedded/aggregation/collector.h"

namespace standpipe::search {

class BestRows : public Collector {
 public:
  BestRows(const SearchRequest& request, AggregationScope& scope)
      : request_(request),
        scope_(scope),
        sort_(sort_of(request_)),
        count_(size_t{request_.from} + request_.size),
        scored_(shows_scores(request_)),
        buckets_(scope) {}

  void open(const QueryContext& context, const DocSet& live) override;
  void collect(const Rows& rows) override;
  void close() override;
  std::optional<double> metric(uint32_t, std::string_view) override { return std::nullopt; }

 protected:
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
  const Bucket& bucket(uint32_t number) const {
    static const Bucket nothing;
    const Bucket* found = buckets_.find(number);
    return found == nullptr ? nothing : *found;
  }
  const SearchRequest& request_;
  AggregationScope& scope_;

 private:
  bool before(const Row& a, const Row& b) const;
  const std::vector<SortField> sort_;
  const size_t count_;
  const bool scored_;
  std::vector<SortColumn> columns_;
  PerBucket<Bucket> buckets_;
  std::vector<uint32_t> touched_;
};

}  // namespace standpipe::search
