#include <cmath>

#include "base/bytes.h"
#include "base/check.h"
#include "search/embedded/aggregation/collector.h"
#include "search/error.h"

namespace standpipe::search {

std::string AggregationScope::key(const std::string& name, const Collector& collector) const {
  return typed_keys ? std::string(collector.type()) + "#" + name : name;
}

void AggregationScope::take(size_t more) {
  bytes += more;
  if (bytes > kAggregationBytesMax) {
    throw Error("circuit_breaking_exception", 429,
                "[request] Data too large, data for the aggregations of this request would be [" +
                    std::to_string(bytes) + "b], which is larger than the limit of [" +
                    std::to_string(kAggregationBytesMax) + "b]");
  }
}

uint32_t AggregationScope::bucket_of(uint32_t parent, size_t child, size_t width) {
  if (parent == UINT32_MAX) return UINT32_MAX;  // a bucket that was made to fill a gap
  const uint64_t bucket = uint64_t{parent} * width + child;
  if (bucket >= kAggregationBytesMax) take(bucket);
  return static_cast<uint32_t>(bucket);
}

void AggregationScope::answer(size_t buckets) {
  answered += buckets;
  if (answered > kBucketsMax) {
    throw Error("too_many_buckets_exception", 503,
                "Trying to create too many buckets. Must be less than or equal to: [" + std::to_string(kBucketsMax) +
                    "] but was [" + std::to_string(answered) +
                    "]. This limit can be set by changing the [search.max_buckets] cluster level setting.");
  }
}

BucketCollector::BucketCollector(const Aggregation& aggregation, AggregationScope& scope)
    : scope_(scope), children_(make_collectors(aggregation.children, scope)), name_(aggregation.name), counts_(scope) {}

void BucketCollector::open(const QueryContext& context, const DocSet& live) {
  for (auto& [name, child] : children_) child->open(context, live);
}
void BucketCollector::close() {
  for (auto& [name, child] : children_) child->close();
}
void BucketCollector::pass_on() {
  if (rows_.docs.empty()) return;
  for (auto& [name, child] : children_) child->collect(rows_);
}

void BucketCollector::print_into(json::Object& out, uint32_t bucket) {
  out.append("doc_count", count_of(bucket));
  for (auto& [name, child] : children_) out.append(scope_.key(name, *child), child->result(bucket));
}

std::optional<double> BucketCollector::metric(uint32_t bucket, std::string_view name) {
  if (!single_bucket()) return std::nullopt;
  if (name == "_count" || name == "value") return static_cast<double>(count_of(bucket));
  return name.starts_with('>') ? order_value(bucket, std::string(name.substr(1))) : std::nullopt;
}

std::optional<double> BucketCollector::order_value(uint32_t bucket, const std::string& path) {
  if (path == "_count") return static_cast<double>(count_of(bucket));
  if (path == "_key") return std::nullopt;
  const size_t split = path.find_first_of(".[");
  const size_t deeper = path.find('>');  // "filter>average.value": through a bucket that stands alone
  const std::string child_name = path.substr(0, std::min(split, deeper));
  std::string metric_name = deeper < split               ? path.substr(deeper)
                            : split == std::string::npos ? "value"
                                                         : path.substr(split + 1);
  if (!metric_name.empty() && metric_name.back() == ']') metric_name.pop_back();
  for (auto& [name, child] : children_) {
    if (name != child_name) continue;
    const auto value = child->metric(bucket, metric_name);
    if (!value) break;
    return value;
  }
  throw illegal_argument(
      "Invalid aggregator order path [" + path + "]. The provided aggregation [" + child_name +
      "] either does not exist, or is a pipeline aggregation and cannot be used to sort the buckets.");
}

uint32_t BucketTable::bucket(uint32_t parent, int64_t key) {
  if (entries_.size() * 2 >= slots_.size()) grow();
  const size_t mask = slots_.size() - 1;
  for (size_t slot = hash(parent, key) & mask;; slot = (slot + 1) & mask) {
    const uint32_t taken = slots_[slot];
    if (taken == 0) {
      scope_.take(sizeof(Entry));
      entries_.push_back({parent, static_cast<uint32_t>(entries_.size()), key});
      slots_[slot] = static_cast<uint32_t>(entries_.size());
      return entries_.back().bucket;
    }
    const Entry& entry = entries_[taken - 1];
    if (entry.parent == parent && entry.key == key) return entry.bucket;
  }
}

size_t BucketTable::hash(uint32_t parent, int64_t key) {
  const uint64_t mixed = (static_cast<uint64_t>(key) ^ uint64_t{parent} << 32) * 0x9E3779B97F4A7C15ULL;
  return mixed >> 20 ^ mixed >> 42;
}

void BucketTable::grow() {
  const size_t size = std::max<size_t>(64, slots_.size() * 2);
  scope_.take((size - slots_.size()) * sizeof slots_[0]);
  slots_.assign(size, 0);
  for (const Entry& entry : entries_) {
    size_t slot = hash(entry.parent, entry.key) & (size - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
    slots_[slot] = entry.bucket + 1;
  }
}

std::vector<BucketTable::Entry> BucketTable::of(uint32_t parent) {
  if (by_parent_.empty()) {
    for (const Entry& entry : entries_) {
      if (by_parent_.size() <= entry.parent) by_parent_.resize(entry.parent + 1);
      by_parent_[entry.parent].push_back(entry.bucket);
    }
  }
  std::vector<Entry> out;
  if (parent < by_parent_.size()) {
    for (const uint32_t bucket : by_parent_[parent]) out.push_back(entries_[bucket]);
  }
  return out;
}

void refuse_field_data(const FieldSpec& field) {
  if (field.type->storage == FieldType::Storage::text) {
    throw illegal_argument(
        "Text fields are not optimised for operations that require per-document field data like aggregations and "
        "sorting, "
        "so these operations are disabled by default. Please use a keyword field instead. Alternatively, set "
        "fielddata=true on [" +
        field.path +
        "] in order to load field data by uninverting the inverted index. Note that this can use significant memory.");
  }
  throw illegal_argument("Can't load fielddata on [" + field.path +
                         "] because fielddata is unsupported on fields of type [" + std::string(field.type->name) +
                         "]. Use doc values instead.");
}

void FieldReader::require_points(std::string_view aggregation) const {
  if (known_ != nullptr && known_->type != &geo_point_type()) refuse_type(aggregation);
}

void FieldReader::require_numbers(std::string_view aggregation) const {
  if (known_ != nullptr && !numeric()) refuse_type(aggregation);
}

void FieldReader::refuse_type(std::string_view aggregation) const {
  throw illegal_argument("Field [" + field_ + "] of type [" + std::string(known_->type->name) +
                         "] is not supported for aggregation [" + std::string(aggregation) + "]");
}

void FieldReader::open(const QueryContext& context) {
  spec_ = context.mapping.find(field_);
  column_ = nullptr;
  terms_ = nullptr;
  docs_ = context.docs();
  if (spec_ == nullptr) return;
  const bool opaque = spec_->type->opaque && !any_type_;
  if (spec_->type->storage == FieldType::Storage::text || !spec_->doc_values || opaque) refuse_field_data(*spec_);
  if (known_ == nullptr) {
    copy_ = *spec_;  // outlives the mapping that it came from
    known_ = &copy_;
    if (missing_ && numeric()) {
      try {
        missing_stored_ = known_->type->encode(*known_, Scalar::of(*missing_));
      } catch (const BadValue& bad) {
        throw illegal_argument(bad.what());
      }
    }
  } else if (known_->type != spec_->type && (known_->type->numeric() != spec_->type->numeric() ||
                                             known_->type->whole_numbers != spec_->type->whole_numbers)) {
    throw illegal_argument("Field [" + field_ + "] is of type [" + std::string(known_->type->name) +
                           "] in one index and of type [" + std::string(spec_->type->name) + "] in another");
  }
  const auto field = context.segment.field(field_);
  if (!field) return;
  column_ = field->column;
  terms_ = field->terms;
}

void FieldReader::load(uint32_t block) {
  block_.first = block * kBlockDocs;
  block_.docs = std::min(kBlockDocs, docs_ - block_.first);
  if (column_ != nullptr) {
    column_->decode(block, block_);
    return;
  }
  block_.starts.assign(block_.docs + 1, 0);
  block_.values.clear();
}

json::Value print_number(const FieldSpec& field, int64_t stored) {
  if (field.type == &unsigned_long_type()) {
    const double number = field.type->number(field, stored);
    if (number >= 0x1p63) return number;
    return static_cast<int64_t>(static_cast<uint64_t>(stored) ^ uint64_t{1} << 63);
  }
  if (field.type->whole_numbers) return stored;
  return field.type->number(field, stored);
}

namespace {

// Every aggregation type, in the order of AggregationNode.
struct Table {
  const Aggregation& aggregation;
  AggregationScope& scope;
  using Made = std::unique_ptr<Collector>;
  Made operator()(const TermsAggregation& node) const { return collect_terms(node, aggregation, scope); }
  Made operator()(const DateHistogramAggregation& node) const {
    return collect_date_histogram(node, aggregation, scope);
  }
  Made operator()(const HistogramAggregation& node) const { return collect_histogram(node, aggregation, scope); }
  Made operator()(const RangeAggregation& node) const { return collect_range(node, aggregation, scope); }
  Made operator()(const FilterAggregation& node) const { return collect_filter(node, aggregation, scope); }
  Made operator()(const FiltersAggregation& node) const { return collect_filters(node, aggregation, scope); }
  Made operator()(const MissingAggregation& node) const { return collect_missing(node, aggregation, scope); }
  Made operator()(const GlobalAggregation&) const { return collect_global(aggregation, scope); }
  Made operator()(const MetricAggregation& node) const {
    return node.kind == MetricAggregation::Kind::cardinality ? collect_cardinality(node, scope)
                                                                : collect_metric(node, scope);
  }
  Made operator()(const PercentilesAggregation& node) const { return collect_percentiles(node, scope); }
  Made operator()(const TopHitsAggregation& node) const { return collect_top_hits(node, scope); }
  Made operator()(const RareTermsAggregation& node) const { return collect_rare_terms(node, aggregation, scope); }
  Made operator()(const MultiTermsAggregation& node) const { return collect_multi_terms(node, aggregation, scope); }
  Made operator()(const CompositeAggregation& node) const { return collect_composite(node, aggregation, scope); }
  Made operator()(const AutoDateHistogramAggregation&) const {
    check(false, "an auto_date_histogram got no interval");  // search/embedded/auto_interval.h gives it one
    return nullptr;
  }
  Made operator()(const IpRangeAggregation& node) const { return collect_ip_range(node, aggregation, scope); }
  Made operator()(const AdjacencyMatrixAggregation& node) const {
    return collect_adjacency_matrix(node, aggregation, scope);
  }
  Made operator()(const SamplerAggregation& node) const { return collect_sampler(node, aggregation, scope); }
  Made operator()(const MedianAbsoluteDeviationAggregation& node) const {
    return collect_median_absolute_deviation(node, scope);
  }
  Made operator()(const WeightedAvgAggregation& node) const { return collect_weighted_avg(node, scope); }
  Made operator()(const TopMetricsAggregation& node) const { return collect_top_metrics(node, scope); }
  Made operator()(const NestedAggregation& node) const { return collect_nested(node, aggregation, scope); }
  Made operator()(const ReverseNestedAggregation& node) const {
    return collect_reverse_nested(node, aggregation, scope);
  }
  Made operator()(const GeoGridAggregation& node) const { return collect_geo_grid(node, aggregation, scope); }
  Made operator()(const GeoBoundsAggregation& node) const { return collect_geo_bounds(node, scope); }
  Made operator()(const GeoCentroidAggregation& node) const { return collect_geo_centroid(node, scope); }
  Made operator()(const SignificantTermsAggregation& node) const {
    return collect_significant_terms(node, aggregation, scope);
  }
  Made operator()(const MatrixStatsAggregation& node) const { return collect_matrix_stats(node, scope); }
  Made operator()(const PipelineAggregation&) const { return nullptr; }  // has nothing to collect
};

// Adds the request's "meta" to what a collector answers.
class WithMeta final : public Collector {
 public:
  WithMeta(std::unique_ptr<Collector> inner, json::Value meta) : inner_(std::move(inner)), meta_(std::move(meta)) {}
  void open(const QueryContext& context, const DocSet& live) override { inner_->open(context, live); }
  void collect(const Rows& rows) override { inner_->collect(rows); }
  void close() override { inner_->close(); }
  std::string_view type() const override { return inner_->type(); }
  json::Value result(uint32_t bucket) override {
    json::Object out{{"meta", meta_}};
    const json::Value inner = inner_->result(bucket);
    for (const auto& [name, value] : inner.object()) out.append(name, value);
    return out;
  }
  std::optional<double> metric(uint32_t bucket, std::string_view name) override { return inner_->metric(bucket, name); }

 private:
  std::unique_ptr<Collector> inner_;
  json::Value meta_;
};

}  // namespace

Children make_collectors(const std::vector<Aggregation>& aggregations, AggregationScope& scope) {
  Children out;
  for (const Aggregation& aggregation : aggregations) {
    auto collector = std::visit(Table{aggregation, scope}, aggregation.node);
    if (!collector) continue;
    if (aggregation.meta) collector = std::make_unique<WithMeta>(std::move(collector), *aggregation.meta);
    out.emplace_back(aggregation.name, std::move(collector));
  }
  return out;
}

}  // namespace standpipe::search
