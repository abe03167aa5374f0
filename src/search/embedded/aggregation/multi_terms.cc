// multi_terms: a bucket per combination of values, the biggest first.
#include <algorithm>

#include "search/embedded/aggregation/key_reader.h"

namespace standpipe::search {
namespace {

class MultiTermsCollector final : public BucketCollector {
 public:
  MultiTermsCollector(const MultiTermsAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), node_(node), table_(scope) {
    for (const auto& source : node.terms) readers_.emplace_back(source.field, source.missing, scope);
  }

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    for (KeyReader& reader : readers_) reader.open(context);
  }

  void collect(const Rows& rows) override {
    begin(rows);
    for (KeyReader& reader : readers_) reader.load(rows.block);
    std::vector<std::vector<int64_t>> keys(readers_.size());
    std::vector<int64_t> tuple(readers_.size());
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      for (size_t r = 0; r < readers_.size(); ++r) readers_[r].keys(rows.docs[i], keys[r]);
      combine(rows.docs[i], rows.buckets[i], keys, tuple, 0);
    }
    pass_on();
  }

  std::string_view type() const override { return "multi_terms"; }

  json::Value result(uint32_t parent) override {
    struct Ordered {
      const TupleTable::Entry* entry;
      std::vector<double> values;
    };
    std::vector<Ordered> buckets;
    int64_t total = 0;
    for (const TupleTable::Entry* entry : table_.of(parent)) {
      if (count_of(entry->bucket) < node_.min_doc_count) continue;
      total += count_of(entry->bucket);
      Ordered one{entry, {}};
      for (const BucketOrder& order : node_.order)
        one.values.push_back(order_value(entry->bucket, order.path).value_or(0));
      buckets.push_back(std::move(one));
    }
    std::sort(buckets.begin(), buckets.end(), [&](const Ordered& a, const Ordered& b) {
      for (size_t i = 0; i < node_.order.size(); ++i) {
        const bool descending = node_.order[i].descending;
        if (node_.order[i].path == "_key") {
          const int keys = compare(a.entry->keys, b.entry->keys);
          if (keys != 0) return descending ? keys > 0 : keys < 0;
        } else if (a.values[i] != b.values[i]) {
          return descending ? a.values[i] > b.values[i] : a.values[i] < b.values[i];
        }
      }
      return compare(a.entry->keys, b.entry->keys) < 0;
    });
    if (buckets.size() > node_.size) buckets.resize(node_.size);
    scope_.answer(buckets.size());
    json::Array list;
    for (const Ordered& one : buckets) {
      total -= count_of(one.entry->bucket);
      json::Object bucket = print_key(one.entry->keys);
      print_into(bucket, one.entry->bucket);
      list.push_back(std::move(bucket));
    }
    return json::Object{
        {"doc_count_error_upper_bound", 0}, {"sum_other_doc_count", json::Value(total)}, {"buckets", std::move(list)}};
  }

 private:
  void combine(uint32_t doc, uint32_t parent, const std::vector<std::vector<int64_t>>& keys,
               std::vector<int64_t>& tuple, size_t at) {
    if (at == keys.size()) {
      count(doc, table_.bucket(parent, tuple));
      return;
    }
    for (const int64_t key : keys[at]) {
      tuple[at] = key;
      combine(doc, parent, keys, tuple, at + 1);
    }
  }
  int compare(const std::vector<int64_t>& a, const std::vector<int64_t>& b) const {
    for (size_t r = 0; r < readers_.size(); ++r) {
      const int order = readers_[r].compare(a[r], b[r]);
      if (order != 0) return order;
    }
    return 0;
  }
  json::Object print_key(const std::vector<int64_t>& keys) const {
    json::Array list;
    std::string text;
    for (size_t r = 0; r < readers_.size(); ++r) {
      const auto spelled = readers_[r].print_as_string(keys[r]);
      list.push_back(spelled ? json::Value(*spelled) : readers_[r].print(keys[r]));
      text += (r > 0 ? "|" : "") + readers_[r].spell(keys[r]);
    }
    return {{"key", std::move(list)}, {"key_as_string", text}};
  }

  const MultiTermsAggregation& node_;
  std::deque<KeyReader> readers_;
  TupleTable table_;
};

}  // namespace

std::unique_ptr<Collector> collect_multi_terms(const MultiTermsAggregation& node, const Aggregation& aggregation,
                                               AggregationScope& scope) {
  return std::make_unique<MultiTermsCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
