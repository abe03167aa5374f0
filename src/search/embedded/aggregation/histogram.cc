// histogram: a bucket per interval of numbers.
#include <algorithm>
#include <cmath>

#include "search/embedded/aggregation/collector.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

class HistogramCollector final : public BucketCollector {
 public:
  HistogramCollector(const HistogramAggregation& histogram, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope),
        histogram_(histogram),
        reader_(histogram.field, histogram.missing),
        table_(scope) {}

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    reader_.open(context);
    if (reader_.known() != nullptr && !reader_.numeric()) {
      throw illegal_argument("Field [" + histogram_.field + "] of type [" + std::string(reader_.known()->type->name) +
                             "] is not supported for aggregation [histogram]");
    }
  }

  void collect(const Rows& rows) override {
    begin(rows);
    reader_.load(rows.block);
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      int64_t last = INT64_MIN;
      for (const int64_t stored : reader_.values(rows.docs[i])) {
        const double value = reader_.number(stored);
        if (histogram_.hard_bounds && (value < histogram_.hard_bounds->first || value > histogram_.hard_bounds->second))
          continue;
        const int64_t key = step_of(value);
        if (key != last) count(rows.docs[i], table_.bucket(rows.buckets[i], key));
        last = key;
      }
    }
    pass_on();
  }

  std::string_view type() const override { return "histogram"; }

  json::Value result(uint32_t parent) override {
    std::vector<BucketTable::Entry> buckets = table_.of(parent);
    std::sort(buckets.begin(), buckets.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    if (histogram_.min_doc_count == 0) fill_gaps(parent, buckets);
    std::erase_if(buckets, [&](const auto& entry) { return count_of(entry.bucket) < histogram_.min_doc_count; });
    sort(buckets);
    scope_.answer(buckets.size());
    json::Array list;
    json::Object keyed;
    for (const auto& entry : buckets) {
      const double key = key_of(entry.key);
      json::Object bucket{{"key", key}};
      print_into(bucket, entry.bucket);
      if (histogram_.keyed)
        keyed.append(json::print(json::Value(key)), std::move(bucket));
      else
        list.push_back(std::move(bucket));
    }
    return json::Object{{"buckets", histogram_.keyed ? json::Value(std::move(keyed)) : json::Value(std::move(list))}};
  }

 private:
  int64_t step_of(double value) const {
    const double step = std::floor((value - histogram_.offset) / histogram_.interval);
    return static_cast<int64_t>(std::clamp(step, -9e18, 9e18));
  }
  double key_of(int64_t step) const { return static_cast<double>(step) * histogram_.interval + histogram_.offset; }

  void fill_gaps(uint32_t parent, std::vector<BucketTable::Entry>& buckets) {
    int64_t from = buckets.empty() ? INT64_MAX : buckets.front().key,
            to = buckets.empty() ? INT64_MIN : buckets.back().key;
    if (histogram_.extended_bounds) {
      if (std::isfinite(histogram_.extended_bounds->first))
        from = std::min(from, step_of(histogram_.extended_bounds->first));
      if (std::isfinite(histogram_.extended_bounds->second))
        to = std::max(to, step_of(histogram_.extended_bounds->second));
    }
    if (from > to) return;
    if (static_cast<uint64_t>(to) - static_cast<uint64_t>(from) >= kBucketsMax) scope_.answer(kBucketsMax + 1);
    std::vector<BucketTable::Entry> all;
    auto next = buckets.begin();
    for (int64_t key = from; key <= to; ++key) {
      if (next != buckets.end() && next->key == key)
        all.push_back(*next++);
      else
        all.push_back({parent, UINT32_MAX, key});
    }
    buckets = std::move(all);
  }

  void sort(std::vector<BucketTable::Entry>& buckets) {
    const BucketOrder& order = histogram_.order;
    if (order.path == "_key") {
      if (order.descending) std::reverse(buckets.begin(), buckets.end());
      return;
    }
    std::stable_sort(buckets.begin(), buckets.end(), [&](const auto& a, const auto& b) {
      const double left = order_value(a.bucket, order.path).value_or(0),
                   right = order_value(b.bucket, order.path).value_or(0);
      return order.descending ? left > right : left < right;
    });
  }

  const HistogramAggregation& histogram_;
  FieldReader reader_;
  BucketTable table_;
};

}  // namespace

std::unique_ptr<Collector> collect_histogram(const HistogramAggregation& node, const Aggregation& aggregation,
                                             AggregationScope& scope) {
  return std::make_unique<HistogramCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
