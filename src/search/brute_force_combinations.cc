// The judge's buckets of several keys: composite, multi_terms; and rare_terms, adjacency_matrix.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "search/brute_force.h"

namespace standpipe::search::brute {
namespace {

int compare(const json::Value& a, const json::Value& b) {
  if (a.is_string()) return a.string().compare(b.string());
  const auto number = [](const json::Value& value) {
    return value.is_bool() ? (value.boolean() ? 1.0 : 0.0) : value.number();
  };
  return number(a) < number(b) ? -1 : number(a) > number(b) ? 1 : 0;
}

// Every way to take one of each.
void combine(const std::vector<std::vector<json::Value>>& lists, json::Array& taken,
             const std::function<void(const json::Array&)>& visit) {
  if (taken.size() == lists.size()) return visit(taken);
  for (const json::Value& value : lists[taken.size()]) {
    taken.push_back(value);
    combine(lists, taken, visit);
    taken.pop_back();
  }
}

}  // namespace

std::vector<json::Value> Evaluator::keys(const Document& document, const std::string& field) const {
  std::vector<json::Value> out;
  if (type(field) == "keyword") {
    const auto have = tokens(document, field);
    for (const std::string& term : std::set<std::string>(have.begin(), have.end())) out.push_back(term);
    return out;
  }
  const auto have = numbers(document, field);
  for (const double number : std::set<double>(have.begin(), have.end())) {
    if (type(field) == "double") out.push_back(number);
    else if (type(field) == "boolean") out.push_back(number != 0);
    else out.push_back(static_cast<int64_t>(number));
  }
  return out;
}

std::vector<json::Value> Evaluator::source_keys(const Document& document, const json::Value& source) const {
  const auto& [kind, options] = *source.object().begin();
  std::vector<json::Value> out;
  if (kind == "terms") {
    out = keys(document, options.text("field"));
  } else {
    std::set<double> steps;
    for (const double number : numbers(document, options.text("field"))) {
      const double interval = kind == "histogram" ? options.find("interval")->number() : 1;
      steps.insert(kind == "histogram" ? std::floor(number / interval) * interval
                                       : read_time(print_time(number).substr(0, 8) + "01T00:00:00.000Z"));
    }
    for (const double step : steps)
      out.push_back(kind == "histogram" ? json::Value(step) : json::Value(static_cast<int64_t>(step)));
  }
  const json::Value* missing = options.find("missing_bucket");
  if (out.empty() && missing != nullptr && *missing == json::Value(true)) out.push_back(nullptr);
  return out;
}

json::Value Evaluator::significant(const Documents& documents, const Documents& all, const json::Value& options,
                                   const json::Value& children) const {
  const std::string field = options.text("field");
  std::map<std::string, Documents> here, everywhere;
  for (const Document* document : documents) {
    for (const json::Value& key : keys(*document, field)) here[key.string()].push_back(document);
  }
  for (const Document* document : all) {
    for (const json::Value& key : keys(*document, field)) everywhere[key.string()].push_back(document);
  }
  const auto size = [](const Documents& some) { return static_cast<double>(some.size()); };
  std::vector<std::pair<double, std::string>> scored;
  for (const auto& [key, members] : here) {
    const double part = size(members) / size(documents), part_of_all = size(everywhere[key]) / size(all);
    if (members.size() >= 3 && part > part_of_all)
      scored.emplace_back(-(part - part_of_all) * (part / part_of_all), key);
  }
  std::sort(scored.begin(), scored.end());
  json::Array shown;
  for (const auto& [score, key] : scored) {
    json::Object head{{"key", key}, {"score", -score}, {"bg_count", static_cast<int64_t>(everywhere[key].size())}};
    if (shown.size() < 10) shown.push_back(bucket(std::move(head), here[key], all, children));
  }
  return json::Object{{"doc_count", static_cast<int64_t>(documents.size())},
                      {"bg_count", static_cast<int64_t>(all.size())},
                      {"buckets", std::move(shown)}};
}

// nested and reverse_nested: the same aggregations of other documents.
json::Value Evaluator::joined(const Documents& documents, const Documents& all, const std::string& kind,
                              const json::Value& options, const json::Value& children) const {
  if (kind == "reverse_nested") {
    std::set<const Document*> parents;
    for (const Document* object : documents) parents.insert(object->parent);
    return bucket({}, Documents(parents.begin(), parents.end()), all, children);
  }
  std::vector<std::vector<Document>> each;
  for (const Document* document : documents) each.push_back(objects(*document, options.text("path")));
  Documents together;
  for (const auto& some : each) {
    for (const Document& object : some) together.push_back(&object);
  }
  return bucket({}, together, all, children);
}

json::Array Evaluator::composite(const Documents& documents, const json::Value& options) const {
  std::vector<std::string> names;
  std::vector<json::Value> definitions;
  std::vector<bool> descending;
  for (const json::Value& source : options.find("sources")->array()) {
    const auto& [name, definition] = *source.object().begin();
    names.push_back(name);
    definitions.push_back(definition);
    descending.push_back(definition.object().begin()->second.text("order") == "desc");
  }
  std::vector<std::pair<json::Array, int64_t>> buckets;
  for (const Document* document : documents) {
    std::vector<std::vector<json::Value>> lists;
    for (const json::Value& definition : definitions) lists.push_back(source_keys(*document, definition));
    json::Array taken;
    combine(lists, taken, [&](const json::Array& key) {
      for (auto& [known, count] : buckets) {
        if (json::print(known) == json::print(key)) {
          ++count;
          return;
        }
      }
      buckets.emplace_back(key, 1);
    });
  }
  std::sort(buckets.begin(), buckets.end(), [&](const auto& a, const auto& b) {
    for (size_t i = 0; i < names.size(); ++i) {
      const json::Value &left = a.first[i], &right = b.first[i];
      if (left.is_null() && right.is_null()) continue;
      // Without a value comes first if ascending, last if descending.
      if (left.is_null() || right.is_null()) return left.is_null() != descending[i];
      const int order = compare(left, right);
      if (order != 0) return (order < 0) != descending[i];
    }
    return false;
  });
  json::Array out;
  for (const auto& [values, count] : buckets) {
    json::Object key;
    for (size_t i = 0; i < names.size(); ++i) key.append(names[i], values[i]);
    out.push_back(json::Object{{"key", std::move(key)}, {"doc_count", json::Value(count)}});
  }
  return out;
}

json::Value Evaluator::rarer(const Documents& documents, const Documents& all, const std::string& kind,
                             const json::Value& options, const json::Value& children) const {
  json::Array shown;
  if (kind == "adjacency_matrix") {
    const json::Object& filters = options.find("filters")->object();
    for (auto a = filters.begin(); a != filters.end(); ++a) {
      for (auto b = a; b != filters.end(); ++b) {
        Documents both;
        for (const Document* document : documents) {
          if (matches(*document, a->second) && matches(*document, b->second)) both.push_back(document);
        }
        const std::string key = a == b ? a->first : a->first + "&" + b->first;
        if (!both.empty()) shown.push_back(bucket({{"key", key}}, both, all, children));
      }
    }
    return json::Object{{"buckets", std::move(shown)}};
  }
  std::vector<std::string> fields;
  if (kind == "rare_terms") {
    fields.push_back(options.text("field"));
  } else {
    for (const json::Value& source : options.find("terms")->array()) fields.push_back(source.text("field"));
  }
  std::vector<std::pair<json::Array, Documents>> buckets;
  for (const Document* document : documents) {
    std::vector<std::vector<json::Value>> lists;
    for (const std::string& field : fields) lists.push_back(keys(*document, field));
    json::Array taken;
    combine(lists, taken, [&](const json::Array& key) {
      for (auto& [known, members] : buckets) {
        if (json::print(known) == json::print(key)) return members.push_back(document);
      }
      buckets.emplace_back(key, Documents{document});
    });
  }
  const bool rare = kind == "rare_terms";
  std::sort(buckets.begin(), buckets.end(), [&](const auto& a, const auto& b) {
    if (a.second.size() != b.second.size()) return (a.second.size() < b.second.size()) == rare;
    for (size_t i = 0; i < a.first.size(); ++i) {
      const int order = compare(a.first[i], b.first[i]);
      if (order != 0) return order < 0;
    }
    return false;
  });
  int64_t others = 0;
  for (auto& [key, members] : buckets) {
    const auto count = static_cast<int64_t>(members.size());
    if (rare) {
      if (count <= options.find("max_doc_count")->integer())
        shown.push_back(bucket({{"key", key[0]}}, members, all, children));
    } else if (static_cast<int64_t>(shown.size()) == options.find("size")->integer()) {
      others += count;
    } else {
      std::string text;
      for (const json::Value& part : key)
        text += (text.empty() ? "" : "|") + (part.is_string() ? part.string() : json::print(part));
      if (key[0] == json::Value("")) text = "|" + (key[1].is_string() ? key[1].string() : json::print(key[1]));
      shown.push_back(bucket({{"key", key}, {"key_as_string", text}}, members, all, children));
    }
  }
  if (rare) return json::Object{{"buckets", std::move(shown)}};
  return json::Object{
      {"doc_count_error_upper_bound", 0}, {"sum_other_doc_count", json::Value(others)}, {"buckets", std::move(shown)}};
}

}  // namespace standpipe::search::brute
