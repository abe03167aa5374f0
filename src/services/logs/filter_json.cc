// The JSON form of filter patterns: { $.a.b[0] = "x*" && ($.n > 3 || $.flag IS TRUE) }.
#include <algorithm>

#include "base/bytes.h"
#include "services/logs/filter_pattern.h"

namespace standpipe::logs {
namespace {

constexpr size_t kDepthMax = 32;
constexpr size_t kConditionsMax = 128;

Condition parse_any(PatternReader& reader, size_t depth, size_t& count);

std::vector<std::string> parse_path(PatternReader& reader) {
  reader.expect("$");
  std::vector<std::string> path;
  while (true) {
    if (reader.peek() == '.') {
      reader.advance();
      if (reader.peek() == '[') continue;
      std::string name = reader.word("-@#:/");
      if (name.empty()) reader.fail("expected a property name");
      path.push_back(std::move(name));
    } else if (reader.peek() == '[') {
      reader.advance();
      const char quote = reader.peek();
      if (quote == '\'' || quote == '"') {
        reader.advance();
        std::string name;
        for (; reader.peek() != quote; reader.advance()) {
          if (reader.peek() == '\0') reader.fail("unterminated property name");
          name += reader.peek();
        }
        reader.advance();
        path.push_back(std::move(name));
      } else {
        const std::string index = reader.word("");
        if (!parse_int(index)) reader.fail("expected an array index");
        path.push_back("[" + index + "]");
      }
      reader.expect("]");
    } else {
      break;
    }
  }
  if (path.empty()) reader.fail("expected a property");
  return path;
}

Condition parse_comparison(PatternReader& reader) {
  Condition condition{.kind = Condition::Kind::compare};
  reader.skip_space();
  condition.path = parse_path(reader);
  if (reader.take("IS") || reader.take("is")) {
    reader.skip_space();
    const std::string what = to_lower(reader.word(""));
    if (what == "null") condition.comparison = Comparison::is_null;
    else if (what == "true") condition.comparison = Comparison::is_true;
    else if (what == "false") condition.comparison = Comparison::is_false;
    else reader.fail("expected NULL, TRUE or FALSE");
    return condition;
  }
  if (reader.take("NOT") || reader.take("not")) {
    if (!reader.take("EXISTS") && !reader.take("exists")) reader.fail("expected EXISTS");
    condition.comparison = Comparison::missing;
    return condition;
  }
  if (reader.take("EXISTS") || reader.take("exists")) {
    condition.comparison = Comparison::exists;
    return condition;
  }
  if (reader.take("!=")) condition.comparison = Comparison::not_equal;
  else if (reader.take("<=")) condition.comparison = Comparison::less_equal;
  else if (reader.take(">=")) condition.comparison = Comparison::greater_equal;
  else if (reader.take("=")) condition.comparison = Comparison::equal;
  else if (reader.take("<")) condition.comparison = Comparison::less;
  else if (reader.take(">")) condition.comparison = Comparison::greater;
  else reader.fail("expected an operator");
  condition.operand = reader.operand();
  return condition;
}

Condition parse_one(PatternReader& reader, size_t depth, size_t& count) {
  if (++count > kConditionsMax) reader.fail("too many conditions");
  if (reader.take("(")) {
    Condition inner = parse_any(reader, depth + 1, count);
    reader.expect(")");
    return inner;
  }
  return parse_comparison(reader);
}

Condition parse_all(PatternReader& reader, size_t depth, size_t& count) {
  Condition all{.kind = Condition::Kind::all};
  do {
    all.parts.push_back(parse_one(reader, depth, count));
  } while (reader.take("&&"));
  return all;
}

Condition parse_any(PatternReader& reader, size_t depth, size_t& count) {
  if (depth > kDepthMax) reader.fail("nested too deeply");
  Condition any{.kind = Condition::Kind::any};
  do {
    any.parts.push_back(parse_all(reader, depth, count));
  } while (reader.take("||"));
  return any;
}

const json::Value* follow(const json::Value& value, const std::vector<std::string>& path) {
  const json::Value* at = &value;
  for (const std::string& step : path) {
    if (step.starts_with('[') && at->is_array()) {
      const auto index = static_cast<size_t>(parse_int(std::string_view(step).substr(1, step.size() - 2)).value_or(-1));
      if (index >= at->array().size()) return nullptr;
      at = &at->array()[index];
    } else {
      at = at->find(step);
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

bool equals(const Operand& operand, const json::Value& value) {
  if (value.is_string()) return operand.equals(value.string());
  if (value.is_number()) {
    if (operand.has_number) return value.number() == operand.number;
    return operand.equals(json::print(value));
  }
  if (value.is_bool()) return operand.text == (value.boolean() ? "true" : "false");
  return false;
}

bool compare(const Condition& condition, const json::Value& message) {
  const json::Value* value = follow(message, condition.path);
  switch (condition.comparison) {
    case Comparison::exists: return value != nullptr;
    case Comparison::missing: return value == nullptr;
    case Comparison::is_null: return value != nullptr && value->is_null();
    case Comparison::is_true: return value != nullptr && value->is_bool() && value->boolean();
    case Comparison::is_false: return value != nullptr && value->is_bool() && !value->boolean();
    case Comparison::equal: return value != nullptr && equals(condition.operand, *value);
    case Comparison::not_equal: return value != nullptr && !equals(condition.operand, *value);
    default: break;
  }
  if (value == nullptr || !value->is_number() || !condition.operand.has_number) return false;
  const double left = value->number();
  const double right = condition.operand.number;
  switch (condition.comparison) {
    case Comparison::less: return left < right;
    case Comparison::less_equal: return left <= right;
    case Comparison::greater: return left > right;
    default: return left >= right;
  }
}

}  // namespace

Condition parse_json_condition(PatternReader& reader) {
  size_t count = 0;
  return parse_any(reader, 0, count);
}

bool json_matches(const Condition& condition, const json::Value& message) {
  const auto part_matches = [&](const Condition& part) { return json_matches(part, message); };
  switch (condition.kind) {
    case Condition::Kind::all: return std::all_of(condition.parts.begin(), condition.parts.end(), part_matches);
    case Condition::Kind::any: return std::any_of(condition.parts.begin(), condition.parts.end(), part_matches);
    case Condition::Kind::compare: break;
  }
  return compare(condition, message);
}

}  // namespace standpipe::logs
