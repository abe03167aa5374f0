// composite: a bucket per combination of values, page by page.
#include <algorithm>
#include <cmath>

#include "search/dsl/options.h"
#include "search/embedded/aggregation/date_rounding.h"
#include "search/embedded/aggregation/key_reader.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

using Source = CompositeAggregation::Source;

// One source: the keys of a document, and how they are ordered and shown.
class Dimension {
 public:
  Dimension(const Source& source, AggregationScope& scope)
      : source_(source), keys_(source.field, std::nullopt, scope), rounding_(source.dates) {
    if (!source.dates.format.empty()) format_ = DateFormat::parse(source.dates.format);
  }
  void open(const QueryContext& context) {
    keys_.open(context);
    if (source_.kind != Source::Kind::terms && keys_.reader().known() != nullptr && !keys_.numeric()) {
      throw illegal_argument("invalid source: [" + source_.field + "] holds no numbers");
    }
  }
  void load(uint32_t block) { keys_.load(block); }

  void keys(uint32_t doc, std::vector<int64_t>& into) {
    keys_.keys(doc, into);
    if (source_.kind != Source::Kind::terms) {
      for (int64_t& key : into) key = stepped(key);
      into.erase(std::unique(into.begin(), into.end()), into.end());
    }
    if (into.empty() && source_.missing_bucket) into.push_back(kNoKey);
  }

  int compare(int64_t a, int64_t b) const {
    if (a == kNoKey || b == kNoKey) return a == b ? 0 : (a == kNoKey) == missing_first() ? -1 : 1;
    const int order = source_.kind == Source::Kind::terms ? keys_.compare(a, b) : a < b ? -1 : a > b ? 1 : 0;
    return source_.descending ? -order : order;
  }
  int compare_with(int64_t key, const json::Value& after) const {
    if (key == kNoKey || after.is_null()) {
      const bool same = (key == kNoKey) == after.is_null();
      return same ? 0 : (key == kNoKey) == missing_first() ? -1 : 1;
    }
    int order = 0;
    if (source_.kind == Source::Kind::terms) {
      order = keys_.compare_with(key, after);
    } else {
      const double wanted =
          source_.kind == Source::Kind::date_histogram && after.is_string() && format_
              ? static_cast<double>(read_date_math(after.string(), 0, *format_, rounding_.zone(), false))
              : dsl::as_number(after).value_or(0);
      const double here = number(key);
      order = here < wanted ? -1 : here > wanted ? 1 : 0;
    }
    return source_.descending ? -order : order;
  }
  json::Value print(int64_t key) const {
    if (key == kNoKey) return {};
    if (source_.kind == Source::Kind::terms) return keys_.print(key);
    if (source_.kind == Source::Kind::histogram) return number(key);
    return format_ ? json::Value(format_->print(key, rounding_.zone())) : json::Value(key);
  }
  const std::string& name() const { return source_.name; }

 private:
  bool missing_first() const { return source_.missing_first.value_or(!source_.descending); }
  int64_t stepped(int64_t stored) const {
    if (source_.kind == Source::Kind::date_histogram) return rounding_.floor(keys_.reader().ms(stored));
    return static_cast<int64_t>(std::clamp(std::floor(keys_.reader().number(stored) / source_.interval), -9e18, 9e18));
  }
  double number(int64_t key) const {
    return source_.kind == Source::Kind::histogram ? static_cast<double>(key) * source_.interval
                                                   : static_cast<double>(key);
  }

  const Source& source_;
  KeyReader keys_;
  DateRounding rounding_;
  std::shared_ptr<const DateFormat> format_;
};

class CompositeCollector final : public BucketCollector {
 public:
  CompositeCollector(const CompositeAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), node_(node), table_(scope) {
    for (const Source& source : node.sources) dimensions_.emplace_back(source, scope);
  }

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    for (Dimension& dimension : dimensions_) dimension.open(context);
  }

  void collect(const Rows& rows) override {
    begin(rows);
    for (Dimension& dimension : dimensions_) dimension.load(rows.block);
    std::vector<std::vector<int64_t>> keys(dimensions_.size());
    std::vector<int64_t> tuple(dimensions_.size());
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      for (size_t d = 0; d < dimensions_.size(); ++d) dimensions_[d].keys(rows.docs[i], keys[d]);
      combine(rows.docs[i], rows.buckets[i], keys, tuple, 0);
    }
    pass_on();
  }

  std::string_view type() const override { return "composite"; }

  json::Value result(uint32_t parent) override {
    std::vector<const TupleTable::Entry*> buckets = table_.of(parent);
    const size_t kept = std::min<size_t>(node_.size, buckets.size());
    std::partial_sort(buckets.begin(), buckets.begin() + static_cast<std::ptrdiff_t>(kept), buckets.end(),
                      [&](const auto* a, const auto* b) { return before(a->keys, b->keys); });
    buckets.resize(kept);
    scope_.answer(buckets.size());
    json::Array list;
    for (const TupleTable::Entry* entry : buckets) {
      json::Object bucket{{"key", print_key(entry->keys)}};
      print_into(bucket, entry->bucket);
      list.push_back(std::move(bucket));
    }
    json::Object out;
    if (!buckets.empty()) out.append("after_key", print_key(buckets.back()->keys));
    out.append("buckets", std::move(list));
    return out;
  }

 private:
  void combine(uint32_t doc, uint32_t parent, const std::vector<std::vector<int64_t>>& keys,
               std::vector<int64_t>& tuple, size_t at) {
    if (at == keys.size()) {
      if (!node_.after || after(tuple)) count(doc, table_.bucket(parent, tuple));
      return;
    }
    for (const int64_t key : keys[at]) {
      tuple[at] = key;
      combine(doc, parent, keys, tuple, at + 1);
    }
  }
  bool before(const std::vector<int64_t>& a, const std::vector<int64_t>& b) const {
    for (size_t d = 0; d < dimensions_.size(); ++d) {
      const int order = dimensions_[d].compare(a[d], b[d]);
      if (order != 0) return order < 0;
    }
    return false;
  }
  bool after(const std::vector<int64_t>& tuple) const {
    for (size_t d = 0; d < dimensions_.size(); ++d) {
      const int order = dimensions_[d].compare_with(tuple[d], *node_.after->find(dimensions_[d].name()));
      if (order != 0) return order > 0;
    }
    return false;
  }
  json::Object print_key(const std::vector<int64_t>& keys) const {
    json::Object out;
    for (size_t d = 0; d < dimensions_.size(); ++d) out.append(dimensions_[d].name(), dimensions_[d].print(keys[d]));
    return out;
  }

  const CompositeAggregation& node_;
  std::deque<Dimension> dimensions_;
  TupleTable table_;
};

}  // namespace

std::unique_ptr<Collector> collect_composite(const CompositeAggregation& node, const Aggregation& aggregation,
                                             AggregationScope& scope) {
  return std::make_unique<CompositeCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
