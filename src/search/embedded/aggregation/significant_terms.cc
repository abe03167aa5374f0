// significant_terms: values that are more frequent among the documents of a bucket than in the index. Counts are exact.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "search/embedded/aggregation/key_reader.h"
#include "search/embedded/aggregation/term_filter.h"

namespace standpipe::search {
namespace {

using Heuristic = SignificantTermsAggregation::Heuristic;

// How often a value occurs: among the documents of the bucket and among all.
struct Frequencies {
  double here, size_here, all, size_all;
};

// As the documentation of OpenSearch and the papers that it names define them.
double jlh(const Frequencies& f) {
  const double part_here = f.here / f.size_here, part_all = std::max(f.all, 1.0) / f.size_all;
  return part_here <= part_all ? 0 : (part_here - part_all) * (part_here / part_all);
}

double normalized_distance(const Frequencies& f) {
  if (f.all == f.size_here && f.all == f.here) return 1;  // always together
  const double distance = (std::max(std::log(f.all), std::log(f.size_here)) - std::log(f.here)) /
                          (std::log(f.size_all) - std::min(std::log(f.all), std::log(f.size_here)));
  return std::exp(-distance);
}

// Documents with (1) and without (0) the value, in (1) and outside (0) of the bucket.
struct Contingency {
  explicit Contingency(const Frequencies& f)
      : n11(f.here), n10(f.all - f.here), n01(f.size_here - f.here), n00(f.size_all - f.all - n01), n(f.size_all) {}
  bool rarer_here() const { return n11 / (n11 + n01) < n10 / (n10 + n00); }
  double chi_square() const {
    const double cross = n11 * n00 - n01 * n10;
    return n * cross * cross / ((n11 + n01) * (n11 + n10) * (n01 + n00) * (n10 + n00));
  }
  double mutual_information() const {
    const auto part = [&](double cell, double row, double column) {
      return cell == 0 ? 0 : cell / n * std::log2(n * cell / (row * column));
    };
    return part(n11, n11 + n10, n11 + n01) + part(n10, n11 + n10, n10 + n00) + part(n01, n01 + n00, n11 + n01) +
           part(n00, n01 + n00, n10 + n00);
  }
  double n11, n10, n01, n00, n;
};

double score(const SignificantTermsAggregation& node, const Frequencies& f) {
  if (f.size_here == 0 || f.size_all == 0 || f.here == 0) return 0;
  switch (node.heuristic) {
    case Heuristic::jlh: return jlh(f);
    case Heuristic::percentage: return f.all == 0 ? 0 : f.here / f.all;
    case Heuristic::gnd: return normalized_distance(f);
    default: break;
  }
  const Contingency table(f);
  if (!node.include_negatives && table.rarer_here()) return 0;
  return node.heuristic == Heuristic::chi_square ? table.chi_square() : table.mutual_information();
}

class SignificantTermsCollector final : public BucketCollector {
 public:
  SignificantTermsCollector(const SignificantTermsAggregation& node, const Aggregation& aggregation,
                            AggregationScope& scope)
      : BucketCollector(aggregation, scope),
        node_(node),
        reader_(node.field, {}, scope),
        table_(scope),
        sizes_(scope),
        test_(node.include, node.exclude) {}

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    reader_.open(context);
    DocSet background = live;
    if (node_.background) background &= evaluate(context, *node_.background, false).docs;
    size_all_ += background.count();
    for (uint32_t block = 0; block < block_count(context.docs()); ++block) {
      if (!background.any(block * kBlockDocs, (block + 1) * kBlockDocs)) continue;
      reader_.load(block);
      background.each(block * kBlockDocs, (block + 1) * kBlockDocs, [&](uint32_t doc) { count_background(doc); });
    }
  }

  void collect(const Rows& rows) override {
    begin(rows);
    reader_.load(rows.block);
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      ++sizes_[rows.buckets[i]];
      reader_.keys(rows.docs[i], keys_);
      for (const int64_t key : keys_) count(rows.docs[i], table_.bucket(rows.buckets[i], key));
    }
    pass_on();
  }

  std::string_view type() const override {
    if (reader_.reader().known() == nullptr) return "umsigterms";
    return reader_.numeric() ? "siglterms" : "sigsterms";
  }

  json::Value result(uint32_t parent) override {
    const int64_t* found = sizes_.find(parent);
    const int64_t size_here = found == nullptr ? 0 : *found;
    std::vector<Scored> scored = score_all(parent, size_here);
    if (scored.size() > node_.size) scored.resize(node_.size);
    scope_.answer(scored.size());
    json::Array list;
    for (const Scored& one : scored) {
      json::Object bucket{{"key", reader_.print(one.key)}};
      if (const auto text = reader_.print_as_string(one.key)) bucket.append("key_as_string", *text);
      json::Object inner;
      print_into(inner, one.bucket);
      bucket.append("doc_count", *inner.find("doc_count"));
      bucket.append("score", one.score);
      bucket.append("bg_count", one.all);
      for (const auto& [name, value] : inner) {
        if (name != "doc_count") bucket.append(name, value);
      }
      list.push_back(std::move(bucket));
    }
    return json::Object{{"doc_count", size_here}, {"bg_count", size_all_}, {"buckets", std::move(list)}};
  }

 private:
  struct Scored {
    double score;
    uint32_t bucket;
    int64_t key, all;
  };

  void count_background(uint32_t doc) {
    reader_.keys(doc, keys_);
    for (const int64_t key : keys_) {
      int64_t& seen = background_[key];
      if (seen++ == 0) scope_.take(kBackgroundBytes);
    }
  }

  std::vector<Scored> score_all(uint32_t parent, int64_t size_here) {
    std::vector<Scored> out;
    for (const auto& entry : table_.of(parent)) {
      const int64_t here = count_of(entry.bucket);
      if (here < node_.min_doc_count) continue;
      if (!test_.admits_everything() && !test_.admits(reader_.spell(entry.key))) continue;
      const auto all = background_.find(entry.key);
      const int64_t count_all = all == background_.end() ? 0 : all->second;
      const double value = score(node_, {static_cast<double>(here), static_cast<double>(size_here),
                                         static_cast<double>(count_all), static_cast<double>(size_all_)});
      if (value > 0) out.push_back({value, entry.bucket, entry.key, count_all});
    }
    std::sort(out.begin(), out.end(), [&](const Scored& a, const Scored& b) {
      if (a.score != b.score) return a.score > b.score;
      return reader_.compare(a.key, b.key) < 0;
    });
    return out;
  }

  static constexpr size_t kBackgroundBytes = 48;  // of a node and its place in the table
  const SignificantTermsAggregation& node_;
  KeyReader reader_;
  BucketTable table_;
  PerBucket<int64_t> sizes_;  // documents of each bucket of the parent
  const TermTest test_;
  std::unordered_map<int64_t, int64_t> background_;  // documents by key, of the whole index
  int64_t size_all_ = 0;
  std::vector<int64_t> keys_;
};

}  // namespace

std::unique_ptr<Collector> collect_significant_terms(const SignificantTermsAggregation& node,
                                                     const Aggregation& aggregation, AggregationScope& scope) {
  return std::make_unique<SignificantTermsCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
