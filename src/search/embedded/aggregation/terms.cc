// terms: a bucket per value.
#include <algorithm>
#include <deque>
#include <set>

#include "search/dsl/options.h"
#include "search/embedded/aggregation/collector.h"
#include "search/embedded/aggregation/term_filter.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

class TermsCollector final : public BucketCollector {
 public:
  TermsCollector(const TermsAggregation& terms, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), terms_(terms), reader_(terms.field, terms.missing),
        table_(scope), test_(terms.include, terms.exclude) {
  }

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    reader_.open(context);
    ids_.assign(reader_.terms() == nullptr ? 0 : reader_.terms()->count(), UINT32_MAX);
    if (terms_.min_doc_count == 0 && reader_.terms() != nullptr) {
      for (uint32_t ordinal = 0; ordinal < ids_.size(); ++ordinal) id_of(ordinal);
    }
  }

  void collect(const Rows& rows) override {
    begin(rows);
    reader_.load(rows.block);
    const bool numbers = reader_.numeric();
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      const auto values = reader_.values(rows.docs[i]);
      if (values.empty() && !numbers && terms_.missing) {
        add(rows.docs[i], rows.buckets[i], intern(Scalar::of(*terms_.missing).text()));
      }
      for (size_t v = 0; v < values.size(); ++v) {
        if (v > 0 && values[v] == values[v - 1]) continue;
        add(rows.docs[i], rows.buckets[i], numbers ? values[v] : int64_t{id_of(static_cast<uint32_t>(values[v]))});
      }
    }
    pass_on();
  }

  std::string_view type() const override {
    if (reader_.known() == nullptr) return "umterms";
    if (!reader_.numeric()) return "sterms";
    return reader_.known()->type->whole_numbers ? "lterms" : "dterms";
  }

  json::Value result(uint32_t parent) override {
    std::vector<BucketTable::Entry> buckets = table_.of(parent);
    if (terms_.min_doc_count == 0) add_empty(parent, buckets);
    std::erase_if(buckets, [&](const auto& entry) {
      return count_of(entry.bucket) < terms_.min_doc_count || !wanted(entry.key);
    });
    int64_t total = 0;
    for (const auto& entry : buckets) total += count_of(entry.bucket);
    sort(buckets);
    if (buckets.size() > terms_.size) buckets.resize(terms_.size);
    scope_.answer(buckets.size());
    json::Array out;
    for (const auto& entry : buckets) {
      total -= count_of(entry.bucket);
      json::Object bucket;
      print_key(bucket, entry.key);
      print_into(bucket, entry.bucket);
      out.push_back(std::move(bucket));
    }
    return json::Object{
        {"doc_count_error_upper_bound", 0}, {"sum_other_doc_count", json::Value(total)}, {"buckets", std::move(out)}};
  }

 private:
  // Terms of all segments get one numbering, in which buckets are keyed.
  uint32_t id_of(uint32_t ordinal) {
    uint32_t& id = ids_[ordinal];
    if (id == UINT32_MAX) {
      reader_.terms()->read(ordinal, scratch_);
      id = intern(scratch_);
    }
    return id;
  }
  uint32_t intern(const std::string& term) {
    const auto known = known_.find(term);
    if (known != known_.end()) return known->second;
    scope_.take(kInternedBytes + term.size());
    const auto id = static_cast<uint32_t>(names_.size());
    known_.emplace(names_.emplace_back(term), id);
    return id;
  }

  void add(uint32_t doc, uint32_t parent, int64_t key) {
    if (parent == 0 && key >= 0 && key < kDirect) {
      if (direct_.size() <= static_cast<size_t>(key)) direct_.resize(static_cast<size_t>(key) + 1, UINT32_MAX);
      uint32_t& bucket = direct_[static_cast<size_t>(key)];
      if (bucket == UINT32_MAX) bucket = table_.bucket(parent, key);
      count(doc, bucket);
      return;
    }
    count(doc, table_.bucket(parent, key));
  }

  void add_empty(uint32_t parent, std::vector<BucketTable::Entry>& buckets) const {
    std::set<int64_t> present;
    for (const auto& entry : buckets) present.insert(entry.key);
    for (int64_t id = 0; id < static_cast<int64_t>(names_.size()); ++id) {
      if (!present.contains(id)) buckets.push_back({parent, UINT32_MAX, id});
    }
  }

  std::string spelled(int64_t key) const {
    if (!reader_.numeric()) {
      const std::string& term = names_[static_cast<size_t>(key)];
      return reader_.known() != nullptr ? reader_.known()->type->spell(term) : term;
    }
    return dsl::as_text(print_number(*reader_.known(), key)).value_or("");
  }
  bool wanted(int64_t key) const {
    if (test_.admits_everything()) return true;
    return test_.admits(reader_.known() != nullptr && reader_.known()->type == &boolean_type()
                            ? (key != 0 ? "true" : "false")
                            : spelled(key));
  }

  void print_key(json::Object& bucket, int64_t key) const {
    if (!reader_.numeric()) {
      bucket.append("key", spelled(key));
      return;
    }
    const FieldSpec& field = *reader_.known();
    bucket.append("key", print_number(field, key));
    if (field.type == &boolean_type()) bucket.append("key_as_string", key != 0 ? "true" : "false");
    if (field.type->date()) bucket.append("key_as_string", print_date(field, key, *field.format));
  }

  int compare_keys(int64_t a, int64_t b) const {
    if (reader_.numeric()) return a < b ? -1 : a > b ? 1 : 0;
    return names_[static_cast<size_t>(a)].compare(names_[static_cast<size_t>(b)]);
  }

  void sort(std::vector<BucketTable::Entry>& buckets) {
    struct Ordered {
      BucketTable::Entry entry;
      std::vector<double> values;
    };
    std::vector<Ordered> ordered;
    ordered.reserve(buckets.size());
    for (const auto& entry : buckets) {
      Ordered one{entry, {}};
      for (const BucketOrder& order : terms_.order)
        one.values.push_back(order_value(entry.bucket, order.path).value_or(0));
      ordered.push_back(std::move(one));
    }
    const auto before = [&](const Ordered& a, const Ordered& b) {
      for (size_t i = 0; i < terms_.order.size(); ++i) {
        const BucketOrder& order = terms_.order[i];
        if (order.path == "_key") {
          const int keys = compare_keys(a.entry.key, b.entry.key);
          if (keys != 0) return order.descending ? keys > 0 : keys < 0;
        } else if (a.values[i] != b.values[i]) {
          // Buckets without a number come last either way.
          if (a.values[i] != a.values[i] || b.values[i] != b.values[i])
            return b.values[i] != b.values[i] && a.values[i] == a.values[i];
          return order.descending ? a.values[i] > b.values[i] : a.values[i] < b.values[i];
        }
      }
      return compare_keys(a.entry.key, b.entry.key) < 0;
    };
    const size_t kept = std::min<size_t>(terms_.size, ordered.size());
    std::partial_sort(ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(kept), ordered.end(), before);
    for (size_t i = 0; i < ordered.size(); ++i) buckets[i] = ordered[i].entry;
  }

  static constexpr int64_t kDirect = 1 << 20;
  const TermsAggregation& terms_;
  FieldReader reader_;
  BucketTable table_;
  const TermTest test_;
  std::vector<uint32_t> ids_;     // by ordinal of the segment
  std::vector<uint32_t> direct_;  // buckets of the only parent, by key
  std::deque<std::string> names_;
  std::unordered_map<std::string_view, uint32_t> known_;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<Collector> collect_terms(const TermsAggregation& node, const Aggregation& aggregation,
                                         AggregationScope& scope) {
  return std::make_unique<TermsCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
