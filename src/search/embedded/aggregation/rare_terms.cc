// rare_terms: the values that few documents have. Counts are exact.
#include <algorithm>

#include "search/embedded/aggregation/key_reader.h"
#include "search/embedded/aggregation/term_filter.h"

namespace standpipe::search {
namespace {

class RareTermsCollector final : public BucketCollector {
 public:
  RareTermsCollector(const RareTermsAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope),
        node_(node),
        reader_(node.field, node.missing, scope),
        table_(scope),
        test_(node.include, node.exclude) {}

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    reader_.open(context);
  }

  void collect(const Rows& rows) override {
    begin(rows);
    reader_.load(rows.block);
    std::vector<int64_t> keys;
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      reader_.keys(rows.docs[i], keys);
      for (const int64_t key : keys) count(rows.docs[i], table_.bucket(rows.buckets[i], key));
    }
    pass_on();
  }

  std::string_view type() const override {
    if (reader_.reader().known() == nullptr) return "umrareterms";
    return reader_.numeric() ? "lrareterms" : "srareterms";
  }

  json::Value result(uint32_t parent) override {
    std::vector<BucketTable::Entry> buckets = table_.of(parent);
    std::erase_if(buckets, [&](const auto& entry) {
      return count_of(entry.bucket) > node_.doc_count_max ||
             (!test_.admits_everything() && !test_.admits(reader_.spell(entry.key)));
    });
    std::sort(buckets.begin(), buckets.end(), [&](const auto& a, const auto& b) {
      if (count_of(a.bucket) != count_of(b.bucket)) return count_of(a.bucket) < count_of(b.bucket);
      return reader_.compare(a.key, b.key) < 0;
    });
    scope_.answer(buckets.size());
    json::Array list;
    for (const auto& entry : buckets) {
      json::Object bucket{{"key", reader_.print(entry.key)}};
      if (const auto text = reader_.print_as_string(entry.key)) bucket.append("key_as_string", *text);
      print_into(bucket, entry.bucket);
      list.push_back(std::move(bucket));
    }
    return json::Object{{"buckets", std::move(list)}};
  }

 private:
  const RareTermsAggregation& node_;
  KeyReader reader_;
  BucketTable table_;
  const TermTest test_;
};

}  // namespace

std::unique_ptr<Collector> collect_rare_terms(const RareTermsAggregation& node, const Aggregation& aggregation,
                                              AggregationScope& scope) {
  return std::make_unique<RareTermsCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
