// One line of a Condition block: an operator, a key and the values any of which satisfies it. Immutable, thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/iam/policy/context.h"
#include "services/iam/policy/pattern.h"

namespace standpipe::policy {

// An IPv4 or IPv6 network; IPv4 is kept in its IPv6-mapped form.
struct Network {
  std::array<uint8_t, 16> address{};
  int bits = 128;
  static std::optional<Network> parse(std::string_view text);  // "10.0.0.0/8", "2001:db8::/32", "10.1.2.3"
  bool contains(const Network& other) const;
};

class Condition {
 public:
  // `operator_name` as written: "ForAnyValue:StringLikeIfExists". Throws PolicyError for what IAM does not know.
  Condition(std::string_view operator_name, std::string_view key, const std::vector<std::string>& values,
            bool variables);
  bool holds(const Context& context) const;

  const std::string& key() const { return key_; }

 private:
  enum class Kind { text, arn, number, date, boolean, binary, address, null };
  enum class Order { equal, less, less_equal, greater, greater_equal };
  enum class Quantifier { none, all, any };
  struct Value {
    std::string text;
    Pattern pattern;
    ArnPattern arn;
    double number = 0;
    Network network;
  };

  void read_operator(std::string_view name);
  Value read_value(const std::string& text, bool variables) const;
  bool holds_missing() const;
  // Whether the request's value satisfies the operator, negation included.
  bool accepts(const std::string& value, const Context& context) const;
  Match matches(const Value& wanted, const std::string& value, const Context& context) const;
  bool compare(double left, double right) const;

  Kind kind_ = Kind::text;
  Order order_ = Order::equal;
  Quantifier quantifier_ = Quantifier::none;
  bool negated_ = false, if_exists_ = false, wildcards_ = false, ignore_case_ = false;
  std::string key_;
  std::vector<Value> values_;
};

}  // namespace standpipe::policy
