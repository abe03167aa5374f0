// filter, filters, missing, global: buckets of documents that pass a test.
#include "search/embedded/aggregation/collector.h"
#include "search/embedded/aggregation/passing_filters.h"

namespace standpipe::search {
namespace {

// A bucket per filter; each document falls into all that it passes.
class FiltersCollector final : public BucketCollector {
 public:
  FiltersCollector(FiltersAggregation node, bool single, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope),
        filters_(std::move(node.filters)),
        other_(std::move(node.other_bucket_key)),
        keyed_(node.keyed),
        single_(single) {}

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
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      bool passed = false;
      for (size_t f = 0; f < filters_.size(); ++f) {
        if (!filters_.passes(f, rows.docs[i])) continue;
        passed = true;
        count(rows.docs[i], scope_.bucket_of(rows.buckets[i], f, width()));
      }
      if (!passed && other_) count(rows.docs[i], scope_.bucket_of(rows.buckets[i], filters_.size(), width()));
    }
    pass_on();
  }

  std::string_view type() const override { return single_ ? "filter" : "filters"; }

  json::Value result(uint32_t parent) override {
    scope_.answer(width());
    json::Array list;
    json::Object keyed;
    for (size_t f = 0; f < width(); ++f) {
      json::Object bucket;
      print_into(bucket, scope_.bucket_of(parent, f, width()));
      if (single_) return bucket;
      const std::string& name = f < filters_.size() ? filters_.name(f) : *other_;
      if (keyed_)
        keyed.append(name, std::move(bucket));
      else
        list.push_back(std::move(bucket));
    }
    return json::Object{{"buckets", keyed_ ? json::Value(std::move(keyed)) : json::Value(std::move(list))}};
  }

 private:
  bool single_bucket() const override { return single_; }
  size_t width() const { return filters_.size() + (other_ ? 1 : 0); }
  PassingFilters filters_;
  const std::optional<std::string> other_;  // the bucket of documents that pass none
  const bool keyed_, single_;
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
