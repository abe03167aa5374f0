// filter, filters, missing, global: buckets of documents that pass a test.
#include "search/embedded/aggregation/collector.h"

namespace standpipe::search {
namespace {

// A bucket per filter; each document falls into all that it passes.
class FiltersCollector final : public BucketCollector {
 public:
  FiltersCollector(FiltersAggregation node, bool single, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), node_(std::move(node)), single_(single) {}

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
    const auto width = static_cast<uint32_t>(node_.filters.size() + (node_.other_bucket_key ? 1 : 0));
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      bool passed = false;
      for (uint32_t f = 0; f < passing_.size(); ++f) {
        if (!passing_[f].contains(rows.docs[i])) continue;
        passed = true;
        count(rows.docs[i], bucket_of(rows.buckets[i], f, width));
      }
      if (!passed && node_.other_bucket_key) count(rows.docs[i], bucket_of(rows.buckets[i], width - 1, width));
    }
    pass_on();
  }

  std::string_view type() const override { return single_ ? "filter" : "filters"; }

  json::Value result(uint32_t parent) override {
    const auto width = static_cast<uint32_t>(node_.filters.size() + (node_.other_bucket_key ? 1 : 0));
    scope_.answer(width);
    json::Array list;
    json::Object keyed;
    for (uint32_t f = 0; f < width; ++f) {
      json::Object bucket;
      print_into(bucket, bucket_of(parent, f, width));
      if (single_) return bucket;
      const std::string& name = f < node_.filters.size() ? node_.filters[f].first : *node_.other_bucket_key;
      if (node_.keyed)
        keyed.append(name, std::move(bucket));
      else
        list.push_back(std::move(bucket));
    }
    return json::Object{{"buckets", node_.keyed ? json::Value(std::move(keyed)) : json::Value(std::move(list))}};
  }

 private:
  bool single_bucket() const override { return single_; }
  uint32_t bucket_of(uint32_t parent, uint32_t filter, uint32_t width) {
    if (parent == UINT32_MAX) return UINT32_MAX;  // a bucket that was made to fill a gap
    const uint64_t bucket = uint64_t{parent} * width + filter;
    if (bucket >= kCollectedMax) scope_.collect(kCollectedMax + 1);
    return static_cast<uint32_t>(bucket);
  }
  const FiltersAggregation node_;
  const bool single_;
  std::vector<DocSet> passing_;
};

class MissingCollector final : public BucketCollector {
 public:
  MissingCollector(const MissingAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), reader_(node.field) {}
  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    reader_.any_type().open(context);
  }
  void collect(const Rows& rows) override {
    begin(rows);
    reader_.load(rows.block);
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      if (reader_.values(rows.docs[i]).empty()) count(rows.docs[i], rows.buckets[i]);
    }
    pass_on();
  }
  std::string_view type() const override { return "missing"; }

  json::Value result(uint32_t bucket) override {
    json::Object out;
    print_into(out, bucket);
    return out;
  }

 private:
  bool single_bucket() const override { return true; }
  FieldReader reader_;
};

// All documents, whatever the query: collects when a segment opens.
class GlobalCollector final : public BucketCollector {
 public:
  using BucketCollector::BucketCollector;
  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    Rows rows;
    for (uint32_t block = 0; block < block_count(context.docs()); ++block) {
      rows.block = block;
      begin(rows);
      live.each(block * kBlockDocs, (block + 1) * kBlockDocs, [&](uint32_t doc) { count(doc, 0); });
      pass_on();
    }
  }
  void collect(const Rows&) override {}
  std::string_view type() const override { return "global"; }

  json::Value result(uint32_t) override {
    json::Object out;
    print_into(out, 0);
    return out;
  }
};

}  // namespace

std::unique_ptr<Collector> collect_filter(const FilterAggregation& node, const Aggregation& aggregation,
                                          AggregationScope& scope) {
  return std::make_unique<FiltersCollector>(FiltersAggregation{.filters = {{"", node.filter}}}, true, aggregation,
                                            scope);
}
std::unique_ptr<Collector> collect_filters(const FiltersAggregation& node, const Aggregation& aggregation,
                                           AggregationScope& scope) {
  return std::make_unique<FiltersCollector>(node, false, aggregation, scope);
}
std::unique_ptr<Collector> collect_missing(const MissingAggregation& node, const Aggregation& aggregation,
                                           AggregationScope& scope) {
  return std::make_unique<MissingCollector>(node, aggregation, scope);
}
std::unique_ptr<Collector> collect_global(const Aggregation& aggregation, AggregationScope& scope) {
  return std::make_unique<GlobalCollector>(aggregation, scope);
}

}  // namespace standpipe::search
