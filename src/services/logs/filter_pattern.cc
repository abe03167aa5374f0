#include "services/logs/filter_pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>

#include "base/bytes.h"

namespace standpipe::logs {
namespace {

constexpr size_t kTermsMax = 128;
constexpr size_t kFieldsMax = 128;
constexpr int64_t kExpressionMemoryBytesMax = 1 << 20;

bool word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::shared_ptr<const re2::RE2> compile(const std::string& text) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kExpressionMemoryBytesMax);
  auto expression = std::make_shared<const RE2>(text, options);
  if (!expression->ok()) throw InvalidPattern("Invalid regular expression in filter pattern: " + text);
  return expression;
}

// Splits a message at white space; "…" and […] keep theirs and lose their marks.
std::vector<std::string_view> split_fields(std::string_view message, size_t fields_max) {
  std::vector<std::string_view> fields;
  size_t at = 0;
  while (fields.size() <= fields_max) {
    while (at < message.size() && space(message[at])) ++at;
    if (at == message.size()) break;
    const char open = message[at];
    if (open == '"' || open == '[') {
      const size_t close = message.find(open == '"' ? '"' : ']', at + 1);
      if (close != std::string_view::npos) {
        fields.push_back(message.substr(at + 1, close - at - 1));
        at = close + 1;
        continue;
      }
    }
    size_t end = at;
    while (end < message.size() && !space(message[end])) ++end;
    fields.push_back(message.substr(at, end - at));
    at = end;
  }
  return fields;
}

bool compare_field(const Condition& condition, std::string_view value) {
  const Operand& operand = condition.operand;
  if (condition.comparison == Comparison::equal) return operand.equals(value);
  if (condition.comparison == Comparison::not_equal) return !operand.equals(value);
  const std::optional<double> number = parse_double(value);
  if (!number || !operand.has_number) return false;
  switch (condition.comparison) {
    case Comparison::less: return *number < operand.number;
    case Comparison::less_equal: return *number <= operand.number;
    case Comparison::greater: return *number > operand.number;
    case Comparison::greater_equal: return *number >= operand.number;
    default: return false;
  }
}

bool fields_match(const Condition& condition, const std::vector<std::string_view>& fields) {
  const auto part_matches = [&](const Condition& part) { return fields_match(part, fields); };
  switch (condition.kind) {
    case Condition::Kind::all: return std::all_of(condition.parts.begin(), condition.parts.end(), part_matches);
    case Condition::Kind::any: return std::any_of(condition.parts.begin(), condition.parts.end(), part_matches);
    case Condition::Kind::compare: break;
  }
  return condition.field < fields.size() && compare_field(condition, fields[condition.field]);
}

}  // namespace

bool Operand::equals(std::string_view value) const {
  if (expression) return RE2::PartialMatch(re2::StringPiece(value.data(), value.size()), *expression);
  if (has_number && !quoted) {
    if (const std::optional<double> other = parse_double(value)) return *other == number;
  }
  return wildcard ? glob_match(text, value) : text == value;
}

void PatternReader::skip_space() {
  while (at_ < text_.size() && space(text_[at_])) ++at_;
}

bool PatternReader::at_end() {
  skip_space();
  return at_ == text_.size();
}

bool PatternReader::take(std::string_view token) {
  skip_space();
  if (!text_.substr(at_).starts_with(token)) return false;
  at_ += token.size();
  return true;
}

void PatternReader::expect(std::string_view token) {
  if (!take(token)) fail("expected '" + std::string(token) + "'");
}

std::string PatternReader::word(std::string_view extra) {
  const size_t begin = at_;
  while (at_ < text_.size() && (word_character(text_[at_]) || extra.find(text_[at_]) != std::string_view::npos)) ++at_;
  return std::string(text_.substr(begin, at_ - begin));
}

Operand PatternReader::operand() {
  skip_space();
  Operand operand;
  if (peek() == '%') {
    const size_t end = text_.find('%', at_ + 1);
    if (end == std::string_view::npos) fail("unterminated regular expression");
    operand.text = std::string(text_.substr(at_ + 1, end - at_ - 1));
    operand.expression = compile(operand.text);
    at_ = end + 1;
    return operand;
  }
  if (peek() == '"') {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      operand.text += text_[at_++];
    }
    if (at_ == text_.size()) fail("unterminated string");
    ++at_;
    operand.quoted = true;
  } else {
    operand.text = word("*.-+:/@#$;");
    if (operand.text.empty()) fail("expected a value");
    if (const std::optional<double> number = parse_double(operand.text)) {
      operand.has_number = true;
      operand.number = *number;
    }
  }
  operand.wildcard = operand.text.find('*') != std::string::npos;
  return operand;
}

void PatternReader::fail(std::string_view what) const {
  throw InvalidPattern("Invalid filter pattern: " + std::string(what) + " at position " + std::to_string(at_));
}

FilterPattern FilterPattern::parse(std::string_view text) {
  FilterPattern pattern;
  const std::string_view trimmed = trim(text);
  if (trimmed.starts_with('{')) {
    pattern.form_ = Form::json;
    PatternReader reader(trimmed);
    reader.expect("{");
    pattern.condition_ = parse_json_condition(reader);
    reader.expect("}");
    if (!reader.at_end()) reader.fail("text after '}'");
  } else if (trimmed.starts_with('[')) {
    pattern.form_ = Form::fields;
    pattern.parse_fields(trimmed);
  } else {
    pattern.parse_terms(trimmed);
  }
  return pattern;
}

void FilterPattern::parse_terms(std::string_view text) {
  PatternReader reader(text);
  while (!reader.at_end()) {
    if (terms_.size() == kTermsMax) reader.fail("too many terms");
    Term term;
    if (reader.peek() == '-' || reader.peek() == '?') {
      term.role = reader.peek() == '-' ? Term::Role::excluded : Term::Role::optional;
      reader.advance();
    }
    if (reader.peek() == '"' || reader.peek() == '%') {
      term.operand = reader.operand();
    } else {
      term.operand.text = reader.word("");
      if (term.operand.text.empty() || !(reader.peek() == '\0' || space(reader.peek()))) {
        throw InvalidPattern("Invalid character(s) in term '" + term.operand.text + std::string(1, reader.peek()) +
                             "'");
      }
    }
    terms_.push_back(std::move(term));
  }
  // As on AWS, optional terms say nothing beside required or excluded ones.
  const auto optional = [](const Term& term) { return term.role == Term::Role::optional; };
  if (!std::all_of(terms_.begin(), terms_.end(), optional)) std::erase_if(terms_, optional);
}

void FilterPattern::parse_fields(std::string_view text) {
  static const std::pair<std::string_view, Comparison> kOperators[] = {
      {"!=", Comparison::not_equal}, {"<=", Comparison::less_equal}, {">=", Comparison::greater_equal},
      {"=", Comparison::equal},      {"<", Comparison::less},        {">", Comparison::greater}};
  PatternReader reader(text);
  reader.expect("[");
  while (true) {
    if (fields_ == kFieldsMax) reader.fail("too many fields");
    if (reader.take("...")) {
      if (ellipsis_ != SIZE_MAX) reader.fail("more than one ellipsis");
      ellipsis_ = fields_;
    } else {
      // name, or name=value, or name=value || name=value …: all about the same field.
      Condition any{.kind = Condition::Kind::any};
      std::vector<Condition> all;
      bool compared = false;
      do {
        all.clear();
        do {
          reader.skip_space();
          if (reader.word("-").empty() && any.parts.empty() && all.empty()) break;  // an unnamed field
          reader.skip_space();
          const auto found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                          [&](const auto& row) { return reader.take(row.first); });
          if (found == std::end(kOperators)) break;
          Condition condition{.kind = Condition::Kind::compare, .field = fields_, .comparison = found->second};
          condition.operand = reader.operand();
          all.push_back(std::move(condition));
          compared = true;
          if (all.size() + any.parts.size() > kTermsMax) reader.fail("too many conditions");
        } while (reader.take("&&"));
        any.parts.push_back(Condition{.kind = Condition::Kind::all, .parts = all});
      } while (reader.take("||"));
      if (compared) condition_.parts.push_back(std::move(any));
      ++fields_;
    }
    if (reader.take("]")) break;
    reader.expect(",");
  }
  if (!reader.at_end()) reader.fail("text after ']'");
}

bool FilterPattern::matches(std::string_view message) const {
  if (form_ == Form::terms) return matches_terms(message);
  if (form_ == Form::fields) return matches_fields(message);
  const std::string_view trimmed = trim(message);
  if (!trimmed.starts_with('{')) return false;
  try {
    return json_matches(condition_, json::parse(trimmed, 64));
  } catch (const json::ParseError&) {
    return false;
  }
}

bool FilterPattern::matches_terms(std::string_view message) const {
  bool any_optional = false;
  bool optional_found = false;
  for (const Term& term : terms_) {
    const bool found = term.operand.expression ? term.operand.equals(message)
                                               : message.find(term.operand.text) != std::string_view::npos;
    if (term.role == Term::Role::required && !found) return false;
    if (term.role == Term::Role::excluded && found) return false;
    if (term.role == Term::Role::optional) {
      any_optional = true;
      optional_found |= found;
    }
  }
  return !any_optional || optional_found;
}

bool FilterPattern::matches_fields(std::string_view message) const {
  std::vector<std::string_view> fields = split_fields(message, ellipsis_ == SIZE_MAX ? fields_ : message.size());
  if (ellipsis_ == SIZE_MAX) {
    if (fields.size() != fields_) return false;
  } else {
    if (fields.size() < fields_) return false;
    // What the ellipsis stands for falls out, so that the fields after it have the pattern's numbers.
    const auto begin = fields.begin() + static_cast<ptrdiff_t>(ellipsis_);
    fields.erase(begin, begin + static_cast<ptrdiff_t>(fields.size() - fields_));
  }
  return fields_match(condition_, fields);
}

}  // namespace standpipe::logs
