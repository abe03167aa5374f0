// adjacency_matrix: a bucket per filter and per pair of filters that some document passes.
#include "search/embedded/aggregation/collector.h"
#include "search/embedded/aggregation/passing_filters.h"

namespace standpipe::search {
namespace {

class AdjacencyCollector final : public BucketCollector {
 public:
  AdjacencyCollector(const AdjacencyMatrixAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), filters_(node.filters), separator_(node.separator), table_(scope) {}

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    filters_.open(context);
  }
  void close() override {
    BucketCollector::close();
    filters_.close();
  }

  void collect(const Rows& rows) override {
    begin(rows);
    const size_t width = filters_.size();
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      for (size_t a = 0; a < width; ++a) {
        if (!filters_.passes(a, rows.docs[i])) continue;
        for (size_t b = a; b < width; ++b) {
          if (filters_.passes(b, rows.docs[i]))
            count(rows.docs[i], table_.bucket(rows.buckets[i], static_cast<int64_t>(a * width + b)));
        }
      }
    }
    pass_on();
  }

  std::string_view type() const override { return "adjacency_matrix"; }

  json::Value result(uint32_t parent) override {
    std::vector<BucketTable::Entry> buckets = table_.of(parent);
    const auto key = [&](int64_t cell) {
      const size_t a = static_cast<size_t>(cell) / filters_.size(), b = static_cast<size_t>(cell) % filters_.size();
      return a == b ? filters_.name(a) : filters_.name(a) + separator_ + filters_.name(b);
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
  PassingFilters filters_;
  const std::string separator_;
  BucketTable table_;
};

}  // namespace

std::unique_ptr<Collector> collect_adjacency_matrix(const AdjacencyMatrixAggregation& node,
                                                    const Aggregation& aggregation, AggregationScope& scope) {
  return std::make_unique<AdjacencyCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
