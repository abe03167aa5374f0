// Computes aggregations. One collector per node of the request's tree gathers over all segments of all indices, one
// after the other; buckets of the whole search are numbered through, and a child keeps a row per bucket of its parent.
// Nothing has to be merged at the end. For one search; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "search/aggregation.h"
#include "search/embedded/aggregation/scope.h"

namespace standpipe::search {

// Documents of one block of a segment, each with the bucket that it falls into: docs rise, buckets of one document are
// next to each other.
struct Rows {
  uint32_t block = 0;
  std::vector<uint32_t> docs, buckets;
  void clear() {
    docs.clear();
    buckets.clear();
  }
  void add(uint32_t doc, uint32_t bucket) {
    docs.push_back(doc);
    buckets.push_back(bucket);
  }
};

class Collector {
 public:
  virtual ~Collector() = default;
  // A segment begins; `context` stays valid until `close`. `live`: its documents that are not deleted.
  virtual void open(const QueryContext& context, const DocSet& live) = 0;
  virtual void collect(const Rows& rows) = 0;
  virtual void close() {}
  // What typed keys call it: "sterms", "avg" …
  virtual std::string_view type() const = 0;
  // The JSON of one bucket of the parent; also for buckets that never got a row.
  virtual json::Value result(uint32_t bucket) = 0;
  // The number by which the parent may order its buckets; nullopt if there is no such one.
  virtual std::optional<double> metric(uint32_t bucket, std::string_view name) = 0;
};

using Children = std::vector<std::pair<std::string, std::unique_ptr<Collector>>>;
Children make_collectors(const std::vector<Aggregation>& aggregations, AggregationScope& scope);

// A collector that makes buckets and hands their rows to its children.
class BucketCollector : public Collector {
 public:
  BucketCollector(const Aggregation& aggregation, AggregationScope& scope);
  void open(const QueryContext& context, const DocSet& live) override;
  void close() override;
  std::optional<double> metric(uint32_t bucket, std::string_view name) override;

 protected:
  // One bucket per bucket of the parent, with the same number: a parent may be ordered by what is in it.
  virtual bool single_bucket() const { return false; }
  // Counts the row and keeps it for the children.
  void count(uint32_t doc, uint32_t bucket) {
    ++counts_[bucket];
    if (!children_.empty()) rows_.add(doc, bucket);
  }
  void begin(const Rows& rows) {
    rows_.clear();
    rows_.block = rows.block;
  }
  void pass_on();
  int64_t count_of(uint32_t bucket) const {
    const int64_t* seen = counts_.find(bucket);
    return seen == nullptr ? 0 : *seen;
  }
  // "doc_count" and the children's results.
  void print_into(json::Object& out, uint32_t bucket);
  // By "_count", "_key" (nullopt here) or a child's metric.
  std::optional<double> order_value(uint32_t bucket, const std::string& path);
  const std::string& name() const { return name_; }

  AggregationScope& scope_;
  Children children_;

 private:
  std::string name_;
  PerBucket<int64_t> counts_;
  Rows rows_;
};

// Buckets by (bucket of the parent, key): numbers keys as they come.
class BucketTable {
 public:
  explicit BucketTable(AggregationScope& scope) : scope_(scope) {}
  uint32_t bucket(uint32_t parent, int64_t key);
  struct Entry {
    uint32_t parent, bucket;
    int64_t key;
  };
  // Those of one parent; call only after collecting.
  std::vector<Entry> of(uint32_t parent);

 private:
  AggregationScope& scope_;
  static size_t hash(uint32_t parent, int64_t key);
  void grow();
  std::vector<uint32_t> slots_;  // open addressing: one more than the number of an entry, 0: free
  std::vector<Entry> entries_;
  std::vector<std::vector<uint32_t>> by_parent_;
};

// The values of a field, block by block.
class FieldReader {
 public:
  explicit FieldReader(std::string field, std::optional<json::Value> missing = {})
      : field_(std::move(field)), missing_(std::move(missing)) {}
  // Values are only asked whether there are any: points and ranges are welcome.
  FieldReader& any_type() {
    any_type_ = true;
    return *this;
  }
  // Throws illegal_argument if the field is no geo_point: "… is not supported for aggregation [geo_bounds]".
  void require_points(std::string_view aggregation) const;
  // Throws illegal_argument if the field has no numbers: "… is not supported for aggregation [avg]".
  void require_numbers(std::string_view aggregation) const;
  // Finds the field; throws illegal_argument for text and for fields without doc values.
  void open(const QueryContext& context);
  void load(uint32_t block);
  // Values of a document of the loaded block. If it has none: the `missing` value, if there is one and it is a number.
  std::span<const int64_t> values(uint32_t doc) const {
    const uint32_t row = doc - block_.first, start = block_.starts[row], end = block_.starts[row + 1];
    if (start == end && missing_stored_) return {&*missing_stored_, 1};
    return {block_.values.data() + start, end - start};
  }
  const FieldSpec* spec() const { return spec_; }    // of the current index; null: unmapped
  const FieldSpec* known() const { return known_; }  // of the first index that has it
  const Terms* terms() const { return terms_; }
  bool numeric() const { return known_ != nullptr && known_->type->numeric(); }
  // Dates as milliseconds, whatever the field's unit.
  int64_t ms(int64_t stored) const { return known_->type->date() ? date_ms(*known_, stored) : stored; }
  double number(int64_t stored) const { return known_->type->number(*known_, stored); }
  const std::optional<json::Value>& missing() const { return missing_; }

 private:
  [[noreturn]] void refuse_type(std::string_view aggregation) const;
  std::string field_;
  bool any_type_ = false;
  std::optional<json::Value> missing_;
  std::optional<int64_t> missing_stored_;
  const FieldSpec* spec_ = nullptr;
  const FieldSpec* known_ = nullptr;
  FieldSpec copy_;
  const Column* column_ = nullptr;
  const Terms* terms_ = nullptr;
  uint32_t docs_ = 0;
  BlockValues block_;
};

// A stored number as answers show it: whole, with a fraction, or null.
json::Value print_number(const FieldSpec& field, int64_t stored);
// Throws illegal_argument: the field has no values by document.
[[noreturn]] void refuse_field_data(const FieldSpec& field);

std::unique_ptr<Collector> collect_terms(const TermsAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_date_histogram(const DateHistogramAggregation&, const Aggregation&,
                                                  AggregationScope&);
std::unique_ptr<Collector> collect_histogram(const HistogramAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_range(const RangeAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_filter(const FilterAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_filters(const FiltersAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_missing(const MissingAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_global(const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_metric(const MetricAggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_cardinality(const MetricAggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_percentiles(const PercentilesAggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_adjacency_matrix(const AdjacencyMatrixAggregation&, const Aggregation&,
                                                    AggregationScope&);
std::unique_ptr<Collector> collect_composite(const CompositeAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_geo_bounds(const GeoBoundsAggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_geo_centroid(const GeoCentroidAggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_geo_grid(const GeoGridAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_matrix_stats(const MatrixStatsAggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_significant_terms(const SignificantTermsAggregation&, const Aggregation&,
                                                     AggregationScope&);
std::unique_ptr<Collector> collect_ip_range(const IpRangeAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_median_absolute_deviation(const MedianAbsoluteDeviationAggregation&,
                                                             AggregationScope&);
std::unique_ptr<Collector> collect_multi_terms(const MultiTermsAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_nested(const NestedAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_reverse_nested(const ReverseNestedAggregation&, const Aggregation&,
                                                  AggregationScope&);
std::unique_ptr<Collector> collect_rare_terms(const RareTermsAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_sampler(const SamplerAggregation&, const Aggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_top_metrics(const TopMetricsAggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_weighted_avg(const WeightedAvgAggregation&, AggregationScope&);
std::unique_ptr<Collector> collect_top_hits(const TopHitsAggregation&, AggregationScope&);

}  // namespace standpipe::search
