// The judge's aggregations.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "search/brute_force.h"

namespace standpipe::search::brute {
namespace {

json::Value number_or_null(double value) { return std::isfinite(value) ? json::Value(value) : json::Value(); }

json::Value keyed_number(const std::string& type, double number) {
  if (type == "double") return number;
  return static_cast<int64_t>(number);
}

std::string start_of_month(double ms, int months_later) {
  const std::string text = print_time(ms);
  int year = std::stoi(text.substr(0, 4)), month = std::stoi(text.substr(5, 2)) + months_later;
  if (month > 12) ++year, month -= 12;
  char out[48];
  std::snprintf(out, sizeof out, "%04d-%02d-01T00:00:00.000Z", year, month);
  return out;
}

}  // namespace

json::Value Evaluator::bucket(json::Object head, const Documents& documents, const Documents& all,
                              const json::Value& children) const {
  head.append("doc_count", static_cast<int64_t>(documents.size()));
  if (children.is_object()) {
    const json::Value results = aggregate(documents, all, children);
    for (const auto& [name, result] : results.object()) head.append(name, result);
  }
  return head;
}

json::Value Evaluator::terms(const Documents& documents, const Documents& all, const json::Value& options,
                             const json::Value& children) const {
  const std::string field = options.text("field"), kind = type(field);
  std::map<std::string, Documents> by_text;
  std::map<double, Documents> by_number;
  for (const Document* document : documents) {
    if (kind == "keyword") {
      auto have = tokens(*document, field);
      if (have.empty() && options.find("missing")) have.push_back(options.text("missing"));
      for (const std::string& term : std::set<std::string>(have.begin(), have.end())) by_text[term].push_back(document);
    } else {
      const auto have = numbers(*document, field);
      for (const double number : std::set<double>(have.begin(), have.end())) by_number[number].push_back(document);
    }
  }
  struct Entry {
    json::Object head;
    const Documents* documents;
  };
  std::vector<Entry> entries;
  for (const auto& [term, members] : by_text) entries.push_back({{{"key", term}}, &members});
  for (const auto& [number, members] : by_number) {
    json::Object head{{"key", keyed_number(kind, number)}};
    if (kind == "boolean") head.append("key_as_string", number != 0 ? "true" : "false");
    if (kind == "date") head.append("key_as_string", print_time(number));
    entries.push_back({std::move(head), &members});
  }
  const json::Value* least = options.find("min_doc_count");
  std::erase_if(entries, [&](const Entry& entry) {
    return least != nullptr && static_cast<int64_t>(entry.documents->size()) < least->integer();
  });
  int64_t total = 0;
  for (const Entry& entry : entries) total += static_cast<int64_t>(entry.documents->size());
  const json::Value* order = options.find("order");
  if (order == nullptr) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return a.documents->size() > b.documents->size(); });
  } else if (order->text("_key") == "desc") {
    std::reverse(entries.begin(), entries.end());
  }
  const json::Value* size = options.find("size");
  const size_t kept = size == nullptr ? 10 : static_cast<size_t>(size->integer());
  if (entries.size() > kept) entries.resize(kept);
  json::Array shown;
  for (Entry& entry : entries) {
    total -= static_cast<int64_t>(entry.documents->size());
    shown.push_back(bucket(std::move(entry.head), *entry.documents, all, children));
  }
  return json::Object{
      {"doc_count_error_upper_bound", 0}, {"sum_other_doc_count", json::Value(total)}, {"buckets", std::move(shown)}};
}

json::Value Evaluator::histogram(const Documents& documents, const Documents& all, const json::Value& options,
                                 const json::Value& children, bool dates) const {
  const std::string field = options.text("field");
  const bool months = options.text("calendar_interval") == "month";
  const double interval = dates ? (options.text("fixed_interval") == "6h" ? 6 : 24) * 3'600'000.0
                                : options.find("interval")->number();
  const auto floor = [&](double value) {
    return months ? read_time(start_of_month(value, 0)) : std::floor(value / interval) * interval;
  };
  const auto next = [&](double key) { return months ? read_time(start_of_month(key, 1)) : key + interval; };
  std::map<double, Documents> buckets;
  for (const Document* document : documents) {
    std::set<double> keys;
    for (const double number : numbers(*document, field)) keys.insert(floor(number));
    for (const double key : keys) buckets[key].push_back(document);
  }
  const json::Value* least = options.find("min_doc_count");
  if (least == nullptr && !buckets.empty()) {
    for (double key = buckets.begin()->first; key < buckets.rbegin()->first; key = next(key)) buckets[key];
  }
  json::Array shown;
  for (const auto& [key, members] : buckets) {
    if (least != nullptr && static_cast<int64_t>(members.size()) < least->integer()) continue;
    json::Object head;
    if (dates) head = {{"key_as_string", print_time(key)}, {"key", static_cast<int64_t>(key)}};
    else head = {{"key", key}};
    shown.push_back(bucket(std::move(head), members, all, children));
  }
  return json::Object{{"buckets", std::move(shown)}};
}

json::Value Evaluator::metric(const Documents& documents, const std::string& kind, const json::Value& options) const {
  const std::string field = options.text("field");
  std::vector<double> seen;
  std::set<std::string> different;
  int64_t count = 0;
  for (const Document* document : documents) {
    const auto have = numbers(*document, field);
    seen.insert(seen.end(), have.begin(), have.end());
    std::set<std::string> terms;
    for (const std::string& term : tokens(*document, field)) terms.insert(term);
    different.insert(terms.begin(), terms.end());
    count += static_cast<int64_t>(type(field) == "keyword" ? terms.size() : have.size());
  }
  std::sort(seen.begin(), seen.end());
  double sum = 0;
  for (const double number : seen) sum += number;
  const auto n = static_cast<double>(seen.size());
  const double min = seen.empty() ? INFINITY : seen.front(), max = seen.empty() ? -INFINITY : seen.back();
  if (kind == "value_count") return json::Object{{"value", json::Value(count)}};
  if (kind == "cardinality") return json::Object{{"value", static_cast<int64_t>(different.size())}};
  if (kind == "sum") return json::Object{{"value", sum}};
  if (kind == "avg") return json::Object{{"value", number_or_null(sum / n)}};
  if (kind == "min") return json::Object{{"value", number_or_null(min)}};
  if (kind == "max") return json::Object{{"value", number_or_null(max)}};
  if (kind == "percentiles") {
    json::Object out;
    for (const json::Value& percent : options.find("percents")->array()) {
      const double index = percent.number() / 100 * n;
      const size_t place = std::min(static_cast<size_t>(index), seen.empty() ? 0 : seen.size() - 1);
      out.append(json::print(json::Value(percent.number())), seen.empty() ? json::Value() : json::Value(seen[place]));
    }
    return json::Object{{"values", std::move(out)}};
  }
  return json::Object{{"count", static_cast<int64_t>(seen.size())},
                      {"min", number_or_null(min)},
                      {"max", number_or_null(max)},
                      {"avg", number_or_null(sum / n)},
                      {"sum", sum}};
}

json::Value Evaluator::aggregate_one(const Documents& documents, const Documents& all, const std::string& kind,
                                     const json::Value& options, const json::Value& children) const {
  const auto those = [&](auto test) {
    Documents out;
    for (const Document* document : documents) {
      if (test(*document)) out.push_back(document);
    }
    return out;
  };
  if (kind == "terms") return terms(documents, all, options, children);
  if (kind == "histogram" || kind == "date_histogram")
    return histogram(documents, all, options, children, kind != "histogram");
  if (kind == "global") return bucket({}, all, all, children);
  if (kind == "filter") {
    return bucket({}, those([&](const Document& one) { return matches(one, options); }), all, children);
  }
  if (kind == "missing") {
    return bucket({}, those([&](const Document& one) { return values(one, options.text("field")).empty(); }), all,
                  children);
  }
  if (kind == "filters") {
    json::Object shown;
    for (const auto& [name, query] : options.find("filters")->object()) {
      shown.append(name, bucket({}, those([&](const Document& one) { return matches(one, query); }), all, children));
    }
    return json::Object{{"buckets", std::move(shown)}};
  }
  if (kind == "range") {
    json::Array shown;
    for (const json::Value& range : options.find("ranges")->array()) {
      const json::Value *from = range.find("from"), *to = range.find("to");
      const auto inside = [&](const Document& one) {
        const auto have = numbers(one, options.text("field"));
        return std::any_of(have.begin(), have.end(), [&](double number) {
          return (from == nullptr || number >= from->number()) && (to == nullptr || number < to->number());
        });
      };
      json::Object head{{"key", range.text("key")}};
      if (from != nullptr) head.append("from", from->number());
      if (to != nullptr) head.append("to", to->number());
      shown.push_back(bucket(std::move(head), those(inside), all, children));
    }
    return json::Object{{"buckets", std::move(shown)}};
  }
  if (kind == "top_hits") {
    json::Array ids;
    for (const Document* document : sorted(documents, *options.find("sort"))) {
      if (static_cast<int64_t>(ids.size()) < options.find("size")->integer()) ids.push_back(document->id);
    }
    return json::Object{{"total", static_cast<int64_t>(documents.size())}, {"ids", std::move(ids)}};
  }
  if (kind == "rare_terms" || kind == "multi_terms" || kind == "adjacency_matrix")
    return rarer(documents, all, kind, options, children);
  if (kind == "significant_terms") return significant(documents, all, options, children);
  if (kind == "nested" || kind == "reverse_nested") return joined(documents, all, kind, options, children);
  return metric(documents, kind, options);
}

json::Value Evaluator::aggregate(const Documents& documents, const Documents& all,
                                 const json::Value& aggregations) const {
  json::Object out;
  for (const auto& [name, definition] : aggregations.object()) {
    const json::Value* children = definition.find("aggs");
    for (const auto& [kind, options] : definition.object()) {
      if (kind != "aggs" && options.find("buckets_path") == nullptr)
        out.append(name, aggregate_one(documents, all, kind, options, children ? *children : json::Value()));
    }
  }
  run_pipelines(aggregations, out);
  return out;
}

}  // namespace standpipe::search::brute
