// date_histogram: a bucket per interval of time, fixed or of the calendar, in a time zone.
#include <algorithm>

#include "search/embedded/aggregation/collector.h"
#include "search/embedded/aggregation/date_rounding.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

class DateHistogramCollector final : public BucketCollector {
 public:
  DateHistogramCollector(const DateHistogramAggregation& histogram, const Aggregation& aggregation,
                         AggregationScope& scope)
      : BucketCollector(aggregation, scope),
        histogram_(histogram),
        reader_(histogram.field, histogram.missing),
        table_(scope),
        rounding_(histogram) {
    if (!histogram.format.empty()) format_ = DateFormat::parse(histogram.format);
  }

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    reader_.open(context);
    now_ms_ = context.now_ms;
    if (reader_.known() == nullptr) return;
    if (!reader_.numeric() || !reader_.known()->type->whole_numbers) {
      throw illegal_argument("Field [" + histogram_.field + "] of type [" + std::string(reader_.known()->type->name) +
                             "] is not supported for aggregation [date_histogram]");
    }
    if (!format_) format_ = reader_.known()->format;
    if (histogram_.hard_bounds) hard_ = read_bounds(*histogram_.hard_bounds);
  }

  void collect(const Rows& rows) override {
    begin(rows);
    reader_.load(rows.block);
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      int64_t last = INT64_MIN;
      for (const int64_t stored : reader_.values(rows.docs[i])) {
        const int64_t time = reader_.ms(stored);
        if (hard_ && (time < hard_->first || time > hard_->second)) continue;
        const int64_t key = key_of(time);
        if (key != last) count(rows.docs[i], bucket_of(rows.buckets[i], key));
        last = key;
      }
    }
    pass_on();
  }

  std::string_view type() const override { return "date_histogram"; }

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
      const std::string text = format().print(entry.key, rounding_.zone());
      json::Object bucket{{"key_as_string", text}, {"key", json::Value(entry.key)}};
      print_into(bucket, entry.bucket);
      if (histogram_.keyed)
        keyed.append(text, std::move(bucket));
      else
        list.push_back(std::move(bucket));
    }
    return json::Object{{"buckets", histogram_.keyed ? json::Value(std::move(keyed)) : json::Value(std::move(list))}};
  }

 private:
  const DateFormat& format() const { return format_ ? *format_ : *DateFormat::standard(); }

  // Times mostly come in order: the interval of the last one is tried first.
  int64_t key_of(int64_t time) {
    if (time >= seen_from_ && time < seen_to_) return seen_from_;
    seen_from_ = rounding_.floor(time);
    seen_to_ = rounding_.next(seen_from_);
    return seen_from_;
  }
  uint32_t bucket_of(uint32_t parent, int64_t key) {
    if (parent == last_parent_ && key == last_key_) return last_bucket_;
    last_parent_ = parent;
    last_key_ = key;
    return last_bucket_ = table_.bucket(parent, key);
  }

  std::pair<int64_t, int64_t> read_bounds(const std::pair<json::Value, json::Value>& bounds) const {
    const auto read = [&](const json::Value& value, bool up, int64_t otherwise) {
      if (value.is_null()) return otherwise;
      if (value.is_int()) return value.integer();
      return read_date_math(Scalar::of(value).text(), now_ms_, format(), rounding_.zone(), up);
    };
    return {read(bounds.first, false, INT64_MIN), read(bounds.second, true, INT64_MAX)};
  }

  void fill_gaps(uint32_t parent, std::vector<BucketTable::Entry>& buckets) {
    int64_t from = buckets.empty() ? INT64_MAX : buckets.front().key,
            to = buckets.empty() ? INT64_MIN : buckets.back().key;
    if (histogram_.extended_bounds) {
      const auto [low, high] = read_bounds(*histogram_.extended_bounds);
      if (low != INT64_MIN) from = std::min(from, rounding_.floor(low));
      if (high != INT64_MAX) to = std::max(to, rounding_.floor(high));
    }
    std::vector<BucketTable::Entry> all;
    auto at = buckets.begin();
    for (int64_t key = from; key <= to;) {
      if (all.size() > kBucketsMax) scope_.answer(all.size());
      // Buckets across a change of the clocks may not be where counting on would put them.
      if (at != buckets.end() && at->key <= key) {
        key = at->key;
        all.push_back(*at++);
      } else {
        all.push_back({parent, UINT32_MAX, key});
      }
      key = rounding_.next(key);
    }
    for (; at != buckets.end(); ++at) all.push_back(*at);
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

  const DateHistogramAggregation& histogram_;
  FieldReader reader_;
  BucketTable table_;
  DateRounding rounding_;
  std::shared_ptr<const DateFormat> format_;
  std::optional<std::pair<int64_t, int64_t>> hard_;
  int64_t now_ms_ = 0;
  int64_t seen_from_ = 0, seen_to_ = 0;
  uint32_t last_parent_ = UINT32_MAX, last_bucket_ = 0;
  int64_t last_key_ = 0;
};

}  // namespace

std::unique_ptr<Collector> collect_date_histogram(const DateHistogramAggregation& node, const Aggregation& aggregation,
                                                  AggregationScope& scope) {
  return std::make_unique<DateHistogramCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
