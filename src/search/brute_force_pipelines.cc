// The judge's pipelines: those that random_requests.h makes, over a list of buckets with "doc_count" and "s".
#include <cmath>
#include <optional>

#include "search/brute_force.h"

namespace standpipe::search::brute {
namespace {

double value_of(const json::Value& bucket, const std::string& path) {
  if (path == "_count") return bucket.find("doc_count")->number();
  return bucket.find(path)->find("value")->number();
}

void within(const std::string& name, const std::string& kind, const json::Value& options, json::Array& buckets) {
  const std::string path = options.text("buckets_path");
  double sum = 0;
  for (size_t i = 0; i < buckets.size(); ++i) {
    json::Object& bucket = buckets[i].object();
    std::optional<double> value;
    const bool empty = *bucket.find("doc_count") == json::Value(0);
    if (kind == "cumulative_sum") {
      if (!empty || path == "_count") sum += value_of(buckets[i], path);
      value = sum;
    }
    if (kind == "derivative" && i > 0) value = value_of(buckets[i], path) - value_of(buckets[i - 1], path);
    if (kind == "serial_diff") {
      const auto lag = static_cast<size_t>(options.find("lag")->integer());
      if (i >= lag) value = value_of(buckets[i], path) - value_of(buckets[i - lag], path);
    }
    if (kind == "bucket_script") {
      const double a = value_of(buckets[i], "_count"), b = value_of(buckets[i], "s");
      value = b > 1 ? a * 2 : -(b - 1) / 4;
    }
    if (value) bucket.append(name, json::Object{{"value", *value}});
  }
}

json::Value beside(const std::string& kind, const std::string& path, const json::Array& buckets) {
  double sum = 0, best = kind == "max_bucket" ? -INFINITY : INFINITY;
  json::Array keys;
  int count = 0;
  for (const json::Value& bucket : buckets) {
    const double value = value_of(bucket, path);
    sum += value;
    ++count;
    if (kind == "max_bucket" ? value > best : value < best) keys.clear(), best = value;
    if (value == best) keys.push_back(json::print(*bucket.find("key")));
  }
  if (kind == "sum_bucket") return json::Object{{"value", sum}};
  if (kind == "avg_bucket") return json::Object{{"value", count == 0 ? json::Value() : json::Value(sum / count)}};
  return json::Object{{"value", count == 0 ? json::Value() : json::Value(best)}, {"keys", std::move(keys)}};
}

}  // namespace

void run_pipelines(const json::Value& aggregations, json::Object& results) {
  for (const auto& [name, definition] : aggregations.object()) {
    const json::Value* children = definition.find("aggs");
    json::Value* result = results.find(name);
    if (children == nullptr || result == nullptr || definition.find("histogram") == nullptr) continue;
    for (const auto& [child, inner] : children->object()) {
      const auto& [kind, options] = *inner.object().begin();
      if (options.find("buckets_path") != nullptr)
        within(child, kind, options, result->object().find("buckets")->array());
    }
  }
  for (const auto& [name, definition] : aggregations.object()) {
    const auto& [kind, options] = *definition.object().begin();
    const std::string path = options.text("buckets_path");
    const size_t arrow = path.find('>');
    if (arrow == std::string::npos) continue;
    const json::Value* source = results.find(path.substr(0, arrow));
    results.append(name, beside(kind, path.substr(arrow + 1), source->find("buckets")->array()));
  }
}

}  // namespace standpipe::search::brute
