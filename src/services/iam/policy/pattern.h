// Text of a policy that is compared with text of a request: with '*' and '?' where the element allows them and with
// policy variables "${key}" and "${key, 'default'}". What a variable brings in is always literal, so that a user named
// "*" gains nothing. Immutable, thread-safe.
#pragma once

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "services/iam/policy/context.h"

namespace standpipe::policy {

// The text of a policy breaks IAM's grammar; the message is what AWS says in MalformedPolicyDocument.
struct PolicyError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Match { no, yes, unresolved };  // unresolved: a variable without a single value; the statement cannot apply

class Pattern {
 public:
  enum Options : unsigned { literal = 0, wildcards = 1, variables = 2, ignore_case = 4 };

  Pattern() = default;
  Pattern(std::string_view text, unsigned options);

  Match matches(std::string_view text, const Context& context) const;
  bool matches_all() const { return pieces_.size() == 1 && pieces_[0].text == kEverything; }
  // The text with its variables replaced; wildcards remain in their inner form. nullopt: unresolved.
  std::optional<std::string> resolve(const Context& context) const;

 private:
  friend class ArnPattern;
  struct Piece {
    std::string text;                      // literal text, or the key of a variable
    bool variable = false;
    std::optional<std::string> otherwise;  // of a variable
  };
  // Wildcards inside a piece; '*' and '?' stand for themselves there. Policies cannot contain these bytes.
  static constexpr char kAnyRun = '\x01', kAnyOne = '\x02';
  static constexpr std::string_view kEverything = "\x01";

  static bool glob(std::string_view pattern, std::string_view text);
  void add_variable(std::string_view inside);

  std::vector<Piece> pieces_;
  bool has_variables_ = false, ignore_case_ = false;
};

// An ARN in a policy: the first five segments are compared one by one, so that '*' in one cannot reach over a colon
// into the next; the rest, which may contain colons, as a whole. "*" is every resource.
class ArnPattern {
 public:
  ArnPattern() = default;
  ArnPattern(std::string_view text, bool variables);
  Match matches(std::string_view arn, const Context& context) const;

 private:
  bool everything_ = false, malformed_ = false;
  std::array<Pattern, 6> segments_;
};

// Six parts; the last takes the remaining colons. nullopt unless it begins with "arn:" and has six.
std::optional<std::array<std::string_view, 6>> split_arn(std::string_view arn);

}  // namespace standpipe::policy
