// Those of a bucket's neighbours: derivative, cumulative_sum, moving_fn, serial_diff, bucket_script, bucket_selector,
// bucket_sort.
#include "search/embedded/aggregation/pipeline.h"

#include <algorithm>
#include <cmath>

#include "base/bytes.h"
#include "search/dsl/expression.h"
#include "search/dsl/options.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

using Kind = PipelineAggregation::Kind;
using Values = std::vector<std::optional<double>>;

// What typed keys call it.
std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::derivative: return "derivative";
    case Kind::min_bucket:
    case Kind::max_bucket: return "bucket_metric_value";
    case Kind::stats_bucket: return "stats_bucket";
    case Kind::extended_stats_bucket: return "extended_stats_bucket";
    case Kind::percentiles_bucket: return "percentiles_bucket";
    default: return "simple_value";
  }
}

json::Value shown(double value) {
  return json::Object{{"value", std::isfinite(value) ? json::Value(value) : json::Value()}};
}

double moved(const PipelineAggregation& node, const std::vector<double>& window) {
  const auto n = static_cast<double>(window.size());
  double sum = 0;
  for (const double value : window) sum += value;
  if (node.script == "sum") return sum;
  if (window.empty()) return std::nan("");
  if (node.script == "max") return *std::max_element(window.begin(), window.end());
  if (node.script == "min") return *std::min_element(window.begin(), window.end());
  if (node.script == "unweightedAvg") return sum / n;
  if (node.script == "stdDev") {
    double squares = 0;
    for (const double value : window) squares += (value - sum / n) * (value - sum / n);
    return std::sqrt(squares / n);
  }
  double out = 0, weights = 0;
  if (node.script == "linearWeightedAvg") {
    for (size_t i = 0; i < window.size(); ++i) {
      out += window[i] * static_cast<double>(i + 1);
      weights += static_cast<double>(i + 1);
    }
    return out / weights;
  }
  out = window[0];
  for (size_t i = 1; i < window.size(); ++i) out = window[i] * node.alpha + out * (1 - node.alpha);
  return out;
}

class Neighbours {
 public:
  Neighbours(const std::string& name, const PipelineAggregation& node, std::vector<json::Object*> buckets)
      : name_(name), node_(node), buckets_(std::move(buckets)) {}

  // What each bucket gets; nullopt: nothing.
  std::vector<std::optional<json::Value>> run() const {
    std::vector<std::optional<json::Value>> out(buckets_.size());
    switch (node_.kind) {
      case Kind::derivative: derivative(out); break;
      case Kind::cumulative_sum: cumulative_sum(out); break;
      case Kind::moving_fn: moving(out); break;
      case Kind::serial_diff: difference(out); break;
      default: script(out);
    }
    return out;
  }
  // Which buckets stay.
  std::vector<bool> select() const {
    const dsl::Expression expression(node_.script);
    std::vector<bool> out;
    for (const json::Object* bucket : buckets_) {
      const auto value = evaluate(expression, *bucket);
      out.push_back(value && *value != 0);
    }
    return out;
  }

 private:
  Values values(const std::string& path) const {
    Values out;
    for (const json::Object* bucket : buckets_) {
      auto value = bucket_value(*bucket, path);
      const json::Value* count = bucket->find("doc_count");
      const bool empty = count != nullptr && *count == json::Value(0) && path != "_count";
      if (empty || (value && std::isnan(*value))) value.reset();
      if (!value && node_.insert_zeros) value = 0;
      out.push_back(value);
    }
    return out;
  }
  double key(size_t i) const {
    const json::Value* found = buckets_[i]->find("key");
    return found == nullptr ? 0 : dsl::as_number(*found).value_or(0);
  }

  void derivative(std::vector<std::optional<json::Value>>& out) const {
    const Values all = values(node_.paths[0].second);
    std::optional<size_t> last;
    for (size_t i = 0; i < all.size(); ++i) {
      if (!all[i]) continue;
      if (last) {
        const double step = *all[i] - *all[*last];
        json::Object one = shown(step).object();
        if (node_.unit_ms > 0) {
          const double units = (key(i) - key(*last)) / static_cast<double>(node_.unit_ms);
          one.append("normalized_value", step / units);
        }
        out[i] = std::move(one);
      }
      last = i;
    }
  }
  void cumulative_sum(std::vector<std::optional<json::Value>>& out) const {
    const Values all = values(node_.paths[0].second);
    double sum = 0;
    for (size_t i = 0; i < all.size(); ++i) out[i] = shown(sum += all[i].value_or(0));
  }
  void moving(std::vector<std::optional<json::Value>>& out) const {
    const Values all = values(node_.paths[0].second);
    const auto size = static_cast<int64_t>(all.size());
    for (int64_t i = 0; i < size; ++i) {
      const int64_t to = std::clamp(i + node_.shift, int64_t{0}, size);
      const int64_t from = std::clamp(i + node_.shift - node_.window, int64_t{0}, size);
      std::vector<double> window;
      for (int64_t at = from; at < to; ++at) {
        if (all[static_cast<size_t>(at)]) window.push_back(*all[static_cast<size_t>(at)]);
      }
      if (all[static_cast<size_t>(i)]) out[static_cast<size_t>(i)] = shown(moved(node_, window));
    }
  }
  void difference(std::vector<std::optional<json::Value>>& out) const {
    const Values all = values(node_.paths[0].second);
    const auto lag = static_cast<size_t>(node_.lag);
    for (size_t i = lag; i < all.size(); ++i) {
      if (all[i] && all[i - lag]) out[i] = shown(*all[i] - *all[i - lag]);
    }
  }

  std::optional<double> evaluate(const dsl::Expression& expression, const json::Object& bucket) const {
    std::map<std::string, double> parameters;
    for (const auto& [name, path] : node_.paths) {
      auto value = bucket_value(bucket, path);
      if ((!value || std::isnan(*value)) && node_.insert_zeros) value = 0;
      if (!value || std::isnan(*value)) return std::nullopt;
      parameters[name] = *value;
    }
    return expression.evaluate([&](const std::string& name) { return parameters.at(name); });
  }
  void script(std::vector<std::optional<json::Value>>& out) const {
    const dsl::Expression expression(node_.script);
    for (size_t i = 0; i < buckets_.size(); ++i) {
      if (const auto value = evaluate(expression, *buckets_[i])) out[i] = shown(*value);
    }
  }

  const std::string& name_;
  const PipelineAggregation& node_;
  const std::vector<json::Object*> buckets_;
};

void sort_buckets(const PipelineAggregation& node, json::Array& buckets) {
  struct Ordered {
    json::Value bucket;
    std::vector<std::optional<double>> values;
    std::string key;
  };
  std::vector<Ordered> ordered;
  for (json::Value& bucket : buckets) {
    Ordered one;
    for (const BucketOrder& order : node.sort) one.values.push_back(bucket_value(bucket.object(), order.path));
    if (const json::Value* key = bucket.find("key")) one.key = dsl::as_text(*key).value_or("");
    one.bucket = std::move(bucket);
    // Buckets without a value to sort by are left out.
    const bool known =
        std::any_of(one.values.begin(), one.values.end(), [](const auto& value) { return value.has_value(); });
    const bool by_key =
        std::any_of(node.sort.begin(), node.sort.end(), [](const auto& order) { return order.path == "_key"; });
    if (known || by_key || node.sort.empty()) ordered.push_back(std::move(one));
  }
  std::stable_sort(ordered.begin(), ordered.end(), [&](const Ordered& a, const Ordered& b) {
    for (size_t i = 0; i < node.sort.size(); ++i) {
      const bool descending = node.sort[i].descending;
      if (node.sort[i].path == "_key" && !a.values[i]) {
        if (a.key != b.key) return descending ? a.key > b.key : a.key < b.key;
        continue;
      }
      if (a.values[i] == b.values[i]) continue;
      if (!a.values[i] || !b.values[i]) return a.values[i].has_value();
      return descending ? *a.values[i] > *b.values[i] : *a.values[i] < *b.values[i];
    }
    return false;
  });
  buckets.clear();
  for (size_t i = node.from; i < ordered.size() && (!node.size || i < size_t{node.from} + *node.size); ++i)
    buckets.push_back(std::move(ordered[i].bucket));
}

std::vector<json::Object*> buckets_of(json::Value& result) {
  std::vector<json::Object*> out;
  json::Value* buckets = result.is_object() ? result.object().find("buckets") : nullptr;
  if (buckets == nullptr) return out;
  if (buckets->is_array()) {
    for (json::Value& bucket : buckets->array()) out.push_back(&bucket.object());
  } else if (buckets->is_object()) {
    for (auto& [name, bucket] : buckets->object()) out.push_back(&bucket.object());
  }
  return out;
}

void run_parent(const Aggregation& aggregation, const PipelineAggregation& node, json::Value& result, bool typed) {
  if (node.kind == Kind::bucket_sort || node.kind == Kind::bucket_selector) {
    json::Value* buckets = result.object().find("buckets");
    if (buckets == nullptr || !buckets->is_array())
      throw illegal_argument("[" + aggregation.name + "] can only be used within buckets that are a list");
    if (node.kind == Kind::bucket_sort) return sort_buckets(node, buckets->array());
    const std::vector<bool> stays = Neighbours(aggregation.name, node, buckets_of(result)).select();
    json::Array kept;
    for (size_t i = 0; i < stays.size(); ++i) {
      if (stays[i]) kept.push_back(std::move(buckets->array()[i]));
    }
    *buckets = std::move(kept);
    return;
  }
  const std::vector<json::Object*> buckets = buckets_of(result);
  auto values = Neighbours(aggregation.name, node, buckets).run();
  const std::string name = typed ? std::string(type_name(node.kind)) + "#" + aggregation.name : aggregation.name;
  for (size_t i = 0; i < buckets.size(); ++i) {
    if (values[i]) buckets[i]->append(name, *std::move(values[i]));
  }
}

// Pipelines may build on each other: those whose paths name none that is still to come are next.
std::vector<const Aggregation*> in_order(const std::vector<Aggregation>& aggregations, bool of_parent) {
  std::vector<const Aggregation*> waiting, out;
  for (const Aggregation& aggregation : aggregations) {
    const auto* node = std::get_if<PipelineAggregation>(&aggregation.node);
    if (node != nullptr && node->of_parent() == of_parent) waiting.push_back(&aggregation);
  }
  while (!waiting.empty()) {
    const auto ready = std::find_if(waiting.begin(), waiting.end(), [&](const Aggregation* one) {
      const auto& paths = std::get<PipelineAggregation>(one->node).paths;
      return std::none_of(waiting.begin(), waiting.end(), [&](const Aggregation* other) {
        return other != one && std::any_of(paths.begin(), paths.end(), [&](const auto& path) {
                 return path.second.substr(0, path.second.find_first_of(".>[")) == other->name;
               });
      });
    });
    if (ready == waiting.end()) throw illegal_argument("Cycle found with aggregation [" + waiting[0]->name + "]");
    out.push_back(*ready);
    waiting.erase(ready);
  }
  return out;
}

}  // namespace

const json::Value* find_result(const json::Object& results, std::string_view name) {
  for (const auto& [key, value] : results) {
    if (key == name || (key.size() > name.size() && key.ends_with(name) && key[key.size() - name.size() - 1] == '#'))
      return &value;
  }
  return nullptr;
}

std::optional<double> bucket_value(const json::Object& bucket, const std::string& path) {
  if (path == "_count") return static_cast<double>(bucket.find("doc_count")->integer());
  if (path == "_key") {
    const json::Value* key = bucket.find("key");
    return key == nullptr ? std::nullopt : dsl::as_number(*key);
  }
  const size_t end = path.find_first_of(".>[");
  const std::string name = path.substr(0, end);
  const json::Value* found = find_result(bucket, name);
  if (found == nullptr || !found->is_object()) {
    // A pipeline before this one may have left it out of this bucket.
    return std::nullopt;
  }
  if (end == std::string::npos) {
    const json::Value* value = found->find("value");
    if (value == nullptr) throw illegal_argument("buckets_path [" + path + "] must reference a number value");
    return dsl::as_number(*value);
  }
  if (path[end] == '>') return bucket_value(found->object(), path.substr(end + 1));
  std::string member = path.substr(end + 1);
  if (member.ends_with(']')) member.pop_back();
  if (member == "_count" || member == "doc_count") member = "doc_count";
  const json::Value* value = found->find(member);
  if (value == nullptr) {
    if (const json::Value* percentiles = found->find("values"); percentiles != nullptr && percentiles->is_object()) {
      const auto percent = parse_double(member);
      if (percent) value = percentiles->find(json::print(json::Value(*percent)));
    }
  }
  if (value == nullptr) throw illegal_argument("buckets_path [" + path + "] does not exist");
  return dsl::as_number(*value);
}

void run_pipelines(const std::vector<Aggregation>& aggregations, json::Object& results, bool typed_keys) {
  for (const Aggregation& aggregation : aggregations) {
    if (std::holds_alternative<PipelineAggregation>(aggregation.node) || aggregation.children.empty()) continue;
    auto* result = const_cast<json::Value*>(find_result(results, aggregation.name));
    if (result == nullptr || !result->is_object()) continue;
    if (result->find("buckets") == nullptr) {
      run_pipelines(aggregation.children, result->object(), typed_keys);
    } else {
      for (json::Object* bucket : buckets_of(*result)) run_pipelines(aggregation.children, *bucket, typed_keys);
      for (const Aggregation* pipeline : in_order(aggregation.children, true))
        run_parent(*pipeline, std::get<PipelineAggregation>(pipeline->node), *result, typed_keys);
    }
  }
  for (const Aggregation* pipeline : in_order(aggregations, false)) {
    const auto& node = std::get<PipelineAggregation>(pipeline->node);
    results.append(typed_keys ? std::string(type_name(node.kind)) + "#" + pipeline->name : pipeline->name,
                   sibling_result(node, results));
  }
}

}  // namespace standpipe::search
