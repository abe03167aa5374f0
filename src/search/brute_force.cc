#include "search/brute_force.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <regex>
#include <set>

#include "base/bytes.h"
#include "base/check.h"

namespace standpipe::search::brute {
namespace {

std::string text_of(const json::Value& value) { return value.is_string() ? value.string() : json::print(value); }

// The only member of an object that is not an option of the clause itself.
const json::Object::Entry& only(const json::Value& object) {
  for (const auto& entry : object.object()) {
    if (entry.first != "boost") return entry;
  }
  throw std::logic_error("empty clause");
}

json::Array list(const json::Value* value) {
  if (value == nullptr) return {};
  return value->is_array() ? value->array() : json::Array{*value};
}

bool flag(const json::Value& object, const char* name) {
  const json::Value* found = object.find(name);
  return found != nullptr && *found == json::Value(true);
}

bool wildcard(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return wildcard(pattern.substr(1), text) || (!text.empty() && wildcard(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) && wildcard(pattern.substr(1), text.substr(1));
}

// Insertions, deletions, changes and swaps of neighbours that turn one into the other.
int edits(const std::string& a, const std::string& b) {
  std::vector<std::vector<int>> cost(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = static_cast<int>(i + j);
        continue;
      }
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

int edits_allowed(const json::Value& fuzziness, const std::string& term) {
  if (text_of(fuzziness) != "AUTO") return std::stoi(text_of(fuzziness));
  return term.size() < 3 ? 0 : term.size() < 6 ? 1 : 2;
}

int required(const json::Value* spec, int clauses, int otherwise) {
  if (spec == nullptr) return otherwise;
  std::string text = text_of(*spec);
  const bool percent = text.ends_with('%');
  if (percent) text.pop_back();
  int value = std::stoi(text);
  if (percent) value = value * clauses / 100;
  return std::max(0, value < 0 ? clauses + value : value);
}

}  // namespace

double read_time(const std::string& text) {
  int year, month, day, hour, minute, second;
  check(std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour, &minute, &second) == 6);
  const std::chrono::sys_days date(std::chrono::year(year) / month / day);
  return (static_cast<double>(date.time_since_epoch().count()) * 86'400 + hour * 3600 + minute * 60 + second) * 1000;
}

std::string print_time(double ms) {
  const auto seconds = static_cast<int64_t>(ms / 1000);
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(seconds / 86'400))};
  char out[40];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.000Z", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(seconds % 86'400 / 3600), static_cast<int>(seconds % 3600 / 60),
                static_cast<int>(seconds % 60));
  return out;
}

std::vector<Document> Evaluator::objects(const Document& document, const std::string& path) const {
  std::vector<Document> out;
  for (const json::Value& object : values(document, path)) {
    json::Object members;
    for (const auto& [name, value] : object.object()) members.append(path + "." + name, value);
    out.push_back({document.id, std::move(members), &document});
  }
  return out;
}

json::Array Evaluator::values(const Document& document, const std::string& field) const {
  json::Array out;
  for (const json::Value& value : list(document.source.find(field))) {
    if (!value.is_null()) out.push_back(value);
  }
  return out;
}

std::vector<double> Evaluator::numbers(const Document& document, const std::string& field) const {
  std::vector<double> out;
  for (const json::Value& value : values(document, field)) {
    if (value.is_number())
      out.push_back(value.number());
    else if (value.is_bool())
      out.push_back(value.boolean() ? 1 : 0);
    else if (type(field) == "date")
      out.push_back(read_time(value.string()));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> Evaluator::tokens(const Document& document, const std::string& field) const {
  std::vector<std::string> out;
  for (const json::Value& value : values(document, field)) {
    if (type(field) != "text") {
      out.push_back(text_of(value));
      continue;
    }
    for (std::string& word : split(value.string(), ' ')) out.push_back(std::move(word));
  }
  return out;
}

bool Evaluator::has_value(const Document& document, const std::string& field, const json::Value& wanted) const {
  if (field == "_id") return document.id == text_of(wanted);
  if (type(field) == "text" || type(field) == "keyword") {
    const auto have = tokens(document, field);
    return std::find(have.begin(), have.end(), text_of(wanted)) != have.end();
  }
  double number = 0;
  if (wanted.is_bool())
    number = wanted.boolean() ? 1 : 0;
  else
    number = wanted.is_number() ? wanted.number() : read_time(wanted.string());
  const auto have = numbers(document, field);
  return std::find(have.begin(), have.end(), number) != have.end();
}

bool Evaluator::matches_range(const Document& document, const std::string& field, const json::Value& bounds) const {
  const auto inside = [&](const auto& value, const auto& read) {
    for (const auto& [name, bound] : bounds.object()) {
      if (name == "gte" && !(value >= read(bound))) return false;
      if (name == "gt" && !(value > read(bound))) return false;
      if (name == "lte" && !(value <= read(bound))) return false;
      if (name == "lt" && !(value < read(bound))) return false;
    }
    return true;
  };
  if (type(field) == "keyword" || type(field) == "text") {
    const auto have = tokens(document, field);
    return std::any_of(have.begin(), have.end(), [&](const std::string& term) { return inside(term, text_of); });
  }
  const auto read = [](const json::Value& bound) {
    return bound.is_number() ? bound.number() : read_time(bound.string());
  };
  const auto have = numbers(document, field);
  return std::any_of(have.begin(), have.end(), [&](double number) { return inside(number, read); });
}

// prefix, wildcard, regexp, fuzzy: tests on single terms.
bool Evaluator::any_term(const Document& document, const std::string& field, const std::string& kind,
                         const json::Value& options) const {
  const json::Value* given = options.find("value");
  std::string pattern = text_of(given != nullptr ? *given : options);
  const bool ignore_case = flag(options, "case_insensitive");
  if (ignore_case) pattern = to_lower(pattern);
  const auto fits = [&](std::string term) {
    if (ignore_case) term = to_lower(term);
    if (kind == "prefix") return term.starts_with(pattern);
    if (kind == "wildcard") return wildcard(pattern, term);
    if (kind == "regexp") return std::regex_match(term, std::regex(pattern));
    const json::Value* fuzziness = options.find("fuzziness");
    const json::Value* length = options.find("prefix_length");
    const size_t prefix = length != nullptr ? static_cast<size_t>(length->integer()) : 0;
    return edits(pattern, term) <= edits_allowed(fuzziness ? *fuzziness : json::Value("AUTO"), pattern) &&
           term.substr(0, prefix) == pattern.substr(0, prefix);
  };
  const auto have = tokens(document, field);
  return std::any_of(have.begin(), have.end(), fits);
}

bool Evaluator::matches_text(const Document& document, const std::string& field, const std::string& kind,
                             const json::Value& options) const {
  const json::Value* given = options.find("query");
  const std::string text = text_of(given != nullptr ? *given : options);
  if (type(field) != "text" && type(field) != "keyword") return has_value(document, field, json::parse(text));
  const std::vector<std::string> wanted = type(field) == "text" ? split(text, ' ') : std::vector<std::string>{text};
  const std::vector<std::string> have = tokens(document, field);
  const json::Value* fuzziness = options.find("fuzziness");
  const bool open = kind == "match_phrase_prefix" || kind == "match_bool_prefix";
  const auto same = [&](size_t i, const std::string& term) {
    if (open && i + 1 == wanted.size()) return term.starts_with(wanted[i]);
    if (fuzziness != nullptr) return edits(wanted[i], term) <= edits_allowed(*fuzziness, wanted[i]);
    return term == wanted[i];
  };
  if (kind == "match_phrase" || kind == "match_phrase_prefix") {
    for (size_t at = 0; at + wanted.size() <= have.size(); ++at) {
      size_t i = 0;
      while (i < wanted.size() && same(i, have[at + i])) ++i;
      if (i == wanted.size()) return true;
    }
    return false;
  }
  int count = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    count += std::any_of(have.begin(), have.end(), [&](const std::string& term) { return same(i, term); });
  }
  const int all = static_cast<int>(wanted.size());
  if (all == 1) return count == 1;  // there is nothing to count
  if (options.text("operator") == "and") return count == all;
  const int least = required(options.find("minimum_should_match"), all, 1);
  return count >= std::max(least, 1);
}

bool Evaluator::matches_bool(const Document& document, const json::Value& clause) const {
  const auto hits = [&](const char* name) {
    int count = 0;
    for (const json::Value& query : list(clause.find(name))) count += matches(document, query);
    return count;
  };
  const auto size = [&](const char* name) { return static_cast<int>(list(clause.find(name)).size()); };
  if (hits("must") < size("must") || hits("filter") < size("filter") || hits("must_not") > 0) return false;
  const int optional = size("should");
  if (optional == 0) return true;
  const int least = size("must") + size("filter") == 0 ? 1 : 0;
  return hits("should") >= std::max(least, required(clause.find("minimum_should_match"), optional, least));
}

bool Evaluator::matches(const Document& document, const json::Value& query) const {
  const auto& [kind, body] = only(query);
  const auto any = [&](const json::Array& queries) {
    return std::any_of(queries.begin(), queries.end(), [&](const json::Value& one) { return matches(document, one); });
  };
  if (kind == "match_all") return true;
  if (kind == "match_none") return false;
  if (kind == "bool") return matches_bool(document, body);
  if (kind == "constant_score") return matches(document, *body.find("filter"));
  if (kind == "dis_max") return any(list(body.find("queries")));
  if (kind == "boosting") return matches(document, *body.find("positive"));
  if (kind == "function_score") return matches(document, *body.find("query"));
  if (kind == "exists") return !values(document, body.text("field")).empty();
  if (kind == "ids") {
    const json::Array ids = list(body.find("values"));
    return std::find(ids.begin(), ids.end(), json::Value(document.id)) != ids.end();
  }
  if (kind == "multi_match") {
    const json::Array fields = list(body.find("fields"));
    const std::string type = body.text("type");
    return std::any_of(fields.begin(), fields.end(), [&](const json::Value& field) {
      return matches_text(document, field.string(), type == "phrase" ? "match_phrase" : "match", body);
    });
  }
  if (kind == "nested") {
    const auto inner = objects(document, body.text("path"));
    return std::any_of(inner.begin(), inner.end(),
                       [&](const Document& object) { return matches(object, *body.find("query")); });
  }
  const auto& [field, options] = only(body);
  if (kind == "term") {
    const json::Value* value = options.find("value");
    return has_value(document, field, value != nullptr ? *value : options);
  }
  if (kind == "terms") {
    const json::Array wanted = list(&options);
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const json::Value& one) { return has_value(document, field, one); });
  }
  if (kind == "terms_set") {
    int count = 0;
    for (const json::Value& value : list(options.find("terms"))) count += has_value(document, field, value);
    const auto least = numbers(document, options.text("minimum_should_match_field"));
    return !least.empty() && count >= std::max(1.0, least.front());
  }
  if (kind == "range") return matches_range(document, field, options);
  if (kind.starts_with("match")) return matches_text(document, field, kind, options);
  return any_term(document, field, kind, options);
}

Documents Evaluator::sorted(Documents documents, const json::Value& sort) const {
  struct Key {
    bool missing = true;
    double number = 0;
    std::string text;
  };
  const auto key = [&](const Document& owner, const std::string& field, const json::Value& options) {
    Key out;
    Document document = owner;
    if (const json::Value* nested = options.find("nested")) {  // the values of the objects that count, as its own
      json::Array together;
      for (const Document& object : objects(owner, nested->text("path"))) {
        const json::Value* filter = nested->find("filter");
        if (filter != nullptr && !matches(object, *filter)) continue;
        for (const json::Value& value : values(object, field)) together.push_back(value);
      }
      document.source = json::Object{{field, std::move(together)}};
    }
    const bool descending = options.text("order") == "desc";
    const std::string mode = options.text("mode", descending ? "max" : "min");
    if (type(field) == "keyword") {
      auto have = tokens(document, field);
      if (have.empty()) return out;
      std::sort(have.begin(), have.end());
      out.missing = false;
      out.text = mode == "max" ? have.back() : have.front();
      return out;
    }
    const auto have = numbers(document, field);
    if (have.empty()) return out;
    out.missing = false;
    double sum = 0;
    for (const double number : have) sum += number;
    const size_t middle = have.size() / 2;
    const bool whole = type(field) != "double";
    const auto rounded = [&](double number) { return whole ? std::floor(number + 0.5) : number; };
    if (mode == "min") out.number = have.front();
    if (mode == "max") out.number = have.back();
    if (mode == "sum") out.number = sum;
    if (mode == "avg") out.number = rounded(sum / static_cast<double>(have.size()));
    if (mode == "median")
      out.number = rounded(have.size() % 2 == 1 ? have[middle] : (have[middle - 1] + have[middle]) / 2);
    return out;
  };
  std::sort(documents.begin(), documents.end(), [&](const Document* a, const Document* b) {
    for (const json::Value& item : sort.array()) {
      const auto& [field, options] = *item.object().begin();
      const Key left = key(*a, field, options), right = key(*b, field, options);
      if (left.missing && right.missing) continue;
      if (left.missing != right.missing) return left.missing == (options.text("missing") == "_first");
      if (left.number == right.number && left.text == right.text) continue;
      const bool less = left.number != right.number ? left.number < right.number : left.text < right.text;
      return less != (options.text("order") == "desc");
    }
    return a->id < b->id;
  });
  return documents;
}

}  // namespace standpipe::search::brute
