// sampler: its aggregations see only the documents with the best scores, so many of each segment.
#include <algorithm>
#include <map>

#include "search/embedded/aggregation/collector.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

class SamplerCollector final : public BucketCollector {
 public:
  SamplerCollector(const SamplerAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), node_(node) {}

  void open(const QueryContext& context, const DocSet& live) override {
    if (context.within != nullptr) throw illegal_argument("[sampler] within [nested] is not supported");
    BucketCollector::open(context, live);
  }
  void collect(const Rows& rows) override {
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      std::vector<Sampled>& best = best_[rows.buckets[i]];
      const Sampled one{rows.docs[i], scope_.matches->score(rows.docs[i])};
      if (best.size() < node_.docs_max) {
        scope_.take(sizeof(Sampled));
        best.push_back(one);
      } else if (better(one, best.front())) {
        std::pop_heap(best.begin(), best.end(), better);
        best.back() = one;
      } else {
        continue;
      }
      std::push_heap(best.begin(), best.end(), better);
    }
  }

  // Only now it is known which documents are the best ones.
  void close() override {
    std::vector<std::pair<uint32_t, uint32_t>> rows;  // document, bucket
    for (const auto& [bucket, best] : best_) {
      for (const Sampled& one : best) rows.emplace_back(one.doc, bucket);
    }
    best_.clear();
    std::sort(rows.begin(), rows.end());
    for (size_t i = 0; i < rows.size();) {
      Rows block;
      block.block = rows[i].first / kBlockDocs;
      begin(block);
      for (; i < rows.size() && rows[i].first / kBlockDocs == block.block; ++i) count(rows[i].first, rows[i].second);
      pass_on();
    }
    BucketCollector::close();
  }

  std::string_view type() const override { return "sampler"; }

  json::Value result(uint32_t bucket) override {
    json::Object out;
    print_into(out, bucket);
    return out;
  }

 private:
  struct Sampled {
    uint32_t doc;
    float score;
  };
  static bool better(const Sampled& a, const Sampled& b) {
    return a.score != b.score ? a.score > b.score : a.doc < b.doc;
  }
  bool single_bucket() const override { return true; }

  const SamplerAggregation& node_;
  std::map<uint32_t, std::vector<Sampled>> best_;  // of the open segment
};

}  // namespace

std::unique_ptr<Collector> collect_sampler(const SamplerAggregation& node, const Aggregation& aggregation,
                                           AggregationScope& scope) {
  return std::make_unique<SamplerCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
