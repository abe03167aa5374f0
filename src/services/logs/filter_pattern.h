// The filter pattern language of CloudWatch Logs in its three forms: terms (`ERROR -"exit code 0"`, `?WARN ?ERROR`),
// JSON
// (`{ $.status >= 500 && $.path = "/a*" }`) and space-delimited fields (`[ip, user, status = 4*, ...]`).
// Immutable; matching is linear in the message, nesting is bounded.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace re2 {
class RE2;
}

namespace standpipe::logs {

struct InvalidPattern : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a term or a value is compared with: text (with wildcards where the form has them), number, or %expression%.
struct Operand {
  std::string text;
  bool wildcard = false;  // text holds '*'
  bool quoted = false;
  bool has_number = false;
  double number = 0;
  std::shared_ptr<const re2::RE2> expression;

  bool equals(std::string_view value) const;
};

enum class Comparison {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  is_null,
  is_true,
  is_false,
  exists,
  missing
};

struct Condition {
  enum class Kind { all, any, compare };
  Kind kind = Kind::all;
  std::vector<Condition> parts;   // of all and any
  std::vector<std::string> path;  // JSON: names, indices as "[3]"
  size_t field = 0;               // space-delimited
  Comparison comparison = Comparison::equal;
  Operand operand;
};

class FilterPattern {
 public:
  // Throws InvalidPattern.
  static FilterPattern parse(std::string_view text);
  bool matches(std::string_view message) const;
  bool matches_all() const { return form_ == Form::terms && terms_.empty(); }

 private:
  enum class Form { terms, json, fields };
  struct Term {
    enum class Role { required, optional, excluded };
    Role role = Role::required;
    Operand operand;
  };
  bool matches_terms(std::string_view message) const;
  bool matches_fields(std::string_view message) const;
  void parse_terms(std::string_view text);
  void parse_fields(std::string_view text);

  Form form_ = Form::terms;
  std::vector<Term> terms_;
  Condition condition_;
  // Space-delimited: how many fields a message must have; with an ellipsis at `ellipsis_` at least so many.
  size_t fields_ = 0;
  size_t ellipsis_ = SIZE_MAX;
};

// Shared by the parsers of the JSON and the space-delimited form.
class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}
  void skip_space();
  bool at_end();
  bool take(std::string_view token);  // after white space
  void expect(std::string_view token);
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void advance() { ++at_; }
  std::string word(std::string_view extra);  // letters, digits, '_' and the characters of `extra`
  Operand operand();                         // "text", %expression%, number or bare word
  [[noreturn]] void fail(std::string_view what) const;

 private:
  std::string_view text_;
  size_t at_ = 0;
};

// { … } without its braces having been read.
Condition parse_json_condition(PatternReader& reader);
bool json_matches(const Condition& condition, const json::Value& message);

}  // namespace standpipe::logs
