// Those beside other aggregations: avg_bucket, sum_bucket, min_bucket, max_bucket, stats_bucket, extended_stats_bucket,
// percentiles_bucket.
#include <algorithm>
#include <cmath>

#include "search/dsl/options.h"
#include "search/embedded/aggregation/pipeline.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

using Kind = PipelineAggregation::Kind;

struct Seen {
  std::vector<double> values;
  std::vector<std::string> keys;
};

std::string key_of(const std::string& name, const json::Object& bucket) {
  if (!name.empty()) return name;
  const json::Value* text = bucket.find("key_as_string");
  if (text == nullptr) text = bucket.find("key");
  return text == nullptr ? "" : dsl::as_text(*text).value_or(json::print(*text));
}

// "sales>price": the buckets of `sales`, in each of them what `price` says.
Seen look(const PipelineAggregation& node, const json::Object& results) {
  const std::string& path = node.paths[0].second;
  const size_t arrow = path.find('>');
  const std::string first = path.substr(0, arrow);
  const json::Value* found = find_result(results, first);
  if (found == nullptr)
    throw illegal_argument("Validation Failed: 1: buckets_path aggregation does not exist for aggregation: " + path +
                           ";");
  const std::string rest = arrow == std::string::npos ? "_count" : path.substr(arrow + 1);
  Seen out;
  const json::Value* buckets = found->find("buckets");
  if (buckets == nullptr) {
    if (found->is_object() && arrow != std::string::npos) {
      PipelineAggregation deeper = node;
      deeper.paths[0].second = rest;
      return look(deeper, found->object());
    }
    throw illegal_argument(
        "The first aggregation in buckets_path must be a multi-bucket aggregation for aggregation [" + path + "]");
  }
  const auto add = [&](const std::string& name, const json::Value& bucket) {
    auto value = bucket_value(bucket.object(), rest);
    if ((!value || std::isnan(*value)) && node.insert_zeros) value = 0;
    if (!value || std::isnan(*value)) return;
    out.values.push_back(*value);
    out.keys.push_back(key_of(name, bucket.object()));
  };
  if (buckets->is_array()) {
    for (const json::Value& bucket : buckets->array()) add("", bucket);
  } else {
    for (const auto& [name, bucket] : buckets->object()) add(name, bucket);
  }
  return out;
}

json::Value finite(double value) { return std::isfinite(value) ? json::Value(value) : json::Value(); }

json::Value extreme(const Seen& seen, bool most) {
  double best = most ? -INFINITY : INFINITY;
  json::Array keys;
  for (size_t i = 0; i < seen.values.size(); ++i) {
    if (most ? seen.values[i] > best : seen.values[i] < best) {
      best = seen.values[i];
      keys.clear();
    }
    if (seen.values[i] == best) keys.push_back(seen.keys[i]);
  }
  return json::Object{{"value", finite(best)}, {"keys", std::move(keys)}};
}

json::Value percentiles(const PipelineAggregation& node, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  json::Object out;
  for (const double percent : node.percents) {
    json::Value value;
    if (!values.empty()) {
      const double place = percent / 100 * static_cast<double>(values.size() - 1);
      value = values[static_cast<size_t>(std::floor(place + 0.5))];
    }
    out.append(json::print(json::Value(percent)), std::move(value));
  }
  return json::Object{{"values", std::move(out)}};
}

}  // namespace

json::Value sibling_result(const PipelineAggregation& node, const json::Object& results) {
  const Seen seen = look(node, results);
  if (node.kind == Kind::max_bucket || node.kind == Kind::min_bucket)
    return extreme(seen, node.kind == Kind::max_bucket);
  if (node.kind == Kind::percentiles_bucket) return percentiles(node, seen.values);
  const auto n = static_cast<double>(seen.values.size());
  double sum = 0, squares = 0, min = INFINITY, max = -INFINITY;
  for (const double value : seen.values) {
    sum += value;
    squares += value * value;
    min = std::min(min, value);
    max = std::max(max, value);
  }
  if (node.kind == Kind::sum_bucket) return json::Object{{"value", sum}};
  if (node.kind == Kind::avg_bucket) return json::Object{{"value", finite(sum / n)}};
  json::Object out{{"count", static_cast<int64_t>(seen.values.size())},
                   {"min", finite(min)},
                   {"max", finite(max)},
                   {"avg", finite(sum / n)},
                   {"sum", sum}};
  if (node.kind == Kind::stats_bucket) return out;
  const double variance = std::max(0.0, (squares - sum * sum / n) / n), deviation = std::sqrt(variance);
  out.append("sum_of_squares", finite(squares));
  out.append("variance", finite(variance));
  out.append("std_deviation", finite(deviation));
  out.append("std_deviation_bounds", json::Object{{"upper", finite(sum / n + node.sigma * deviation)},
                                                  {"lower", finite(sum / n - node.sigma * deviation)}});
  return out;
}

}  // namespace standpipe::search
