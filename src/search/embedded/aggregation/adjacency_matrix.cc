// adjacency_matrix: a bucket per filter and per pair of filters that some document passes.
#include "search/embedded/aggregation/collector.h"

namespace standpipe::search {
namespace {

class AdjacencyCollector final : public BucketCollector {
 public:
  AdjacencyCollector(const AdjacencyMatrixAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), node_(node), table_(scope) {}

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    passing_.clear();
    for (const auto& [name, filter] : node_.filters) passing_.push_back(evaluate(context, *filter, false).docs);
  }
  void close() override {
    BucketCollector::close();
    passing_.clear();
  }

  void collect(const Rows& rows) override {
    begin(rows);
    const auto width = static_cast<int64_t>(node_.filters.size());
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      for (int64_t a = 0; a < width; ++a) {
        if (!passing_[static_cast<size_t>(a)].contains(rows.docs[i])) continue;
        for (int64_t b = a; b < width; ++b) {
          if (passing_[static_cast<size_t>(b)].contains(rows.docs[i]))
            count(rows.docs[i], table_.bucket(rows.buckets[i], a * width + b));
        }
      }
    }
    pass_on();
  }

  std::string_view type() const override { return "adjacency_matrix"; }

  json::Value result(uint32_t parent) override {
    std::vector<BucketTable::Entry> buckets = table_.of(parent);
    const auto width = static_cast<int64_t>(node_.filters.size());
    const auto key = [&](int64_t cell) {
      const std::string& a = node_.filters[static_cast<size_t>(cell / width)].first;
      const std::string& b = node_.filters[static_cast<size_t>(cell % width)].first;
      return cell / width == cell % width ? a : a + node_.separator + b;
    };
    std::sort(buckets.begin(), buckets.end(),
              [&](const auto& a, const auto& b) { return key(a.key) < key(b.key); });
    scope_.answer(buckets.size());
    json::Array list;
    for (const auto& entry : buckets) {
      json::Object bucket{{"key", key(entry.key)}};
      print_into(bucket, entry.bucket);
      list.push_back(std::move(bucket));
    }
    return json::Object{{"buckets", std::move(list)}};
  }

 private:
  const AdjacencyMatrixAggregation& node_;
  BucketTable table_;
  std::vector<DocSet> passing_;
};

}  // namespace

std::unique_ptr<Collector> collect_adjacency_matrix(const AdjacencyMatrixAggregation& node,
                                                    const Aggregation& aggregation, AggregationScope& scope) {
  return std::make_unique<AdjacencyCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
