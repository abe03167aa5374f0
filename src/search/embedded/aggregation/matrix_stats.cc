// matrix_stats: moments of several fields, and how they go together. One pass: Pébay's update formulas, which lose no
// precision where sums of powers would.
#include <algorithm>
#include <cmath>

#include "search/embedded/aggregation/collector.h"

namespace standpipe::search {
namespace {

struct Moments {
  double count = 0;
  std::vector<double> mean, m2, m3, m4;  // by field; m…: sums of powers of the distance from the mean
  std::vector<double> product;           // by pair of fields: of the distances from both means

  void add(const std::vector<double>& values) {
    const size_t fields = values.size();
    if (count == 0) {
      for (auto* sums : {&mean, &m2, &m3, &m4}) sums->assign(fields, 0);
      product.assign(fields * fields, 0);
    }
    const double n = ++count;
    std::vector<double> away(fields);
    for (size_t i = 0; i < fields; ++i) away[i] = values[i] - mean[i];
    for (size_t i = 0; i < fields; ++i) {
      for (size_t j = 0; j < fields; ++j) product[i * fields + j] += away[i] * away[j] * (n - 1) / n;
      const double step = away[i] / n, term = away[i] * step * (n - 1);
      m4[i] += term * step * step * (n * n - 3 * n + 3) + 6 * step * step * m2[i] - 4 * step * m3[i];
      m3[i] += term * step * (n - 2) - 3 * step * m2[i];
      m2[i] += term;
      mean[i] += step;
    }
  }
};

class MatrixStatsCollector final : public Collector {
 public:
  MatrixStatsCollector(const MatrixStatsAggregation& node, AggregationScope& scope)
      : node_(node), scope_(scope), buckets_(scope) {
    for (size_t i = 0; i < node.fields.size(); ++i) readers_.emplace_back(node.fields[i], node.missing[i]);
  }

  void open(const QueryContext& context, const DocSet&) override {
    for (FieldReader& reader : readers_) {
      reader.open(context);
      reader.require_numbers(type());
    }
  }

  void collect(const Rows& rows) override {
    for (const FieldReader& reader : readers_) {
      if (reader.known() == nullptr) return;
    }
    for (FieldReader& reader : readers_) reader.load(rows.block);
    std::vector<double> values(readers_.size());
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      if (!read(rows.docs[i], values)) continue;
      Moments& moments = buckets_[rows.buckets[i]];
      if (moments.count == 0) scope_.take((4 + values.size()) * values.size() * sizeof(double));
      moments.add(values);
    }
  }

  std::string_view type() const override { return "matrix_stats"; }
  std::optional<double> metric(uint32_t, std::string_view) override { return std::nullopt; }

  json::Value result(uint32_t bucket) override {
    const Moments* seen = buckets_.find(bucket);
    if (seen == nullptr || seen->count == 0) return json::Object{{"doc_count", 0}};
    json::Array shown;
    for (size_t i = 0; i < node_.fields.size(); ++i) shown.push_back(print(*seen, i));
    return json::Object{{"doc_count", static_cast<int64_t>(seen->count)}, {"fields", std::move(shown)}};
  }

 private:
  // One value of each field, or none if any has none.
  bool read(uint32_t doc, std::vector<double>& into) const {
    for (size_t i = 0; i < readers_.size(); ++i) {
      const auto stored = readers_[i].values(doc);
      if (stored.empty()) return false;
      const auto number = [&](size_t at) { return readers_[i].number(stored[at]); };
      double sum = 0;
      for (size_t at = 0; at < stored.size(); ++at) sum += number(at);
      const size_t middle = stored.size() / 2;
      if (node_.mode == "min") into[i] = number(0);
      else if (node_.mode == "max") into[i] = number(stored.size() - 1);
      else if (node_.mode == "sum") into[i] = sum;
      else if (node_.mode == "median" && stored.size() % 2 == 1) into[i] = number(middle);
      else if (node_.mode == "median") into[i] = (number(middle - 1) + number(middle)) / 2;
      else into[i] = sum / static_cast<double>(stored.size());
    }
    return true;
  }

  static json::Value finite(double value) { return std::isfinite(value) ? json::Value(value) : json::Value(); }

  json::Value print(const Moments& seen, size_t i) const {
    const double n = seen.count;
    const auto product = [&](size_t a, size_t b) { return seen.product[a * node_.fields.size() + b]; };
    json::Object covariance, correlation;
    for (size_t j = 0; j < node_.fields.size(); ++j) {
      covariance.append(node_.fields[j], finite(product(i, j) / (n - 1)));
      const double together = i == j ? 1 : product(i, j) / std::sqrt(seen.m2[i] * seen.m2[j]);
      correlation.append(node_.fields[j], finite(together));
    }
    return json::Object{{"name", node_.fields[i]},
                        {"count", static_cast<int64_t>(n)},
                        {"mean", seen.mean[i]},
                        {"variance", finite(seen.m2[i] / (n - 1))},
                        {"skewness", finite(std::sqrt(n) * seen.m3[i] / std::pow(seen.m2[i], 1.5))},
                        {"kurtosis", finite(n * seen.m4[i] / (seen.m2[i] * seen.m2[i]))},
                        {"covariance", std::move(covariance)},
                        {"correlation", std::move(correlation)}};
  }

  const MatrixStatsAggregation& node_;
  AggregationScope& scope_;
  std::vector<FieldReader> readers_;
  PerBucket<Moments> buckets_;
};

}  // namespace

std::unique_ptr<Collector> collect_matrix_stats(const MatrixStatsAggregation& node, AggregationScope& scope) {
  return std::make_unique<MatrixStatsCollector>(node, scope);
}

}  // namespace standpipe::search
