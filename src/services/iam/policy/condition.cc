#include "services/iam/policy/condition.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/clock.h"

namespace standpipe::policy {
namespace {

[[noreturn]] void syntax_error() { throw PolicyError("Syntax errors in policy."); }
[[noreturn]] void legacy_error() { throw PolicyError("The policy failed legacy parsing"); }

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// ISO 8601 or seconds since 1970.
std::optional<double> parse_date(std::string_view text) {
  if (const auto seconds = parse_double(text)) return seconds;
  if (const auto time = parse_iso8601(text)) return static_cast<double>(epoch_ms(*time)) / 1000.0;
  return std::nullopt;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  Network network;
  const size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  int bits_max = 128, offset = 0;
  if (address.find(':') != std::string::npos) {
    if (inet_pton(AF_INET6, address.c_str(), network.address.data()) != 1) return std::nullopt;
  } else {
    if (inet_pton(AF_INET, address.c_str(), network.address.data() + 12) != 1) return std::nullopt;
    network.address[10] = network.address[11] = 0xFF;
    bits_max = 32;
    offset = 96;
  }
  if (slash != std::string_view::npos) {
    const auto bits = parse_int(text.substr(slash + 1));
    if (!bits || *bits < 0 || *bits > bits_max) return std::nullopt;
    network.bits = static_cast<int>(*bits) + offset;
  }
  return network;
}

bool Network::contains(const Network& other) const {
  if (other.bits < bits) return false;
  for (int i = 0; i < bits; i += 8) {
    const uint8_t mask = bits - i >= 8 ? 0xFF : static_cast<uint8_t>(0xFF << (8 - (bits - i)));
    const auto at = static_cast<size_t>(i / 8);
    if ((address[at] ^ other.address[at]) & mask) return false;
  }
  return true;
}

Condition::Condition(std::string_view operator_name, std::string_view key, const std::vector<std::string>& values,
                     bool variables)
    : key_(to_lower(key)) {
  read_operator(operator_name);
  for (const std::string& value : values) values_.push_back(read_value(value, variables));
}

void Condition::read_operator(std::string_view name) {
  // Operators' names are taken without regard to case, as IAM does.
  const std::string lower = to_lower(name);
  std::string_view rest = lower;
  if (take_prefix(rest, "forallvalues:")) quantifier_ = Quantifier::all;
  else if (take_prefix(rest, "foranyvalue:")) quantifier_ = Quantifier::any;
  if (rest == "null") {
    kind_ = Kind::null;
    return;
  }
  if_exists_ = take_suffix(rest, "ifexists");
  if (rest == "bool") {
    kind_ = Kind::boolean;
  } else if (rest == "binaryequals") {
    kind_ = Kind::binary;
  } else if (rest == "ipaddress" || rest == "notipaddress") {
    kind_ = Kind::address;
    negated_ = rest == "notipaddress";
  } else if (take_prefix(rest, "string")) {
    negated_ = take_prefix(rest, "not");
    if (rest == "equalsignorecase") ignore_case_ = true;
    else if (rest == "like") wildcards_ = true;
    else if (rest != "equals") syntax_error();
  } else if (take_prefix(rest, "arn")) {
    kind_ = Kind::arn;
    negated_ = take_prefix(rest, "not");
    if (rest != "equals" && rest != "like") syntax_error();
  } else if (rest.starts_with("numeric") || rest.starts_with("date")) {
    kind_ = take_prefix(rest, "numeric") ? Kind::number : Kind::date;
    if (kind_ == Kind::date) take_prefix(rest, "date");
    negated_ = take_prefix(rest, "not");
    if (rest == "equals") order_ = Order::equal;
    else if (negated_) syntax_error();
    else if (rest == "lessthan") order_ = Order::less;
    else if (rest == "lessthanequals") order_ = Order::less_equal;
    else if (rest == "greaterthan") order_ = Order::greater;
    else if (rest == "greaterthanequals") order_ = Order::greater_equal;
    else syntax_error();
  } else {
    syntax_error();
  }
}

Condition::Value Condition::read_value(const std::string& text, bool variables) const {
  Value value{.text = text};
  switch (kind_) {
    case Kind::text: {
      unsigned options = Pattern::literal;
      if (wildcards_) options |= Pattern::wildcards;
      if (variables) options |= Pattern::variables;
      if (ignore_case_) options |= Pattern::ignore_case;
      value.pattern = Pattern(text, options);
      break;
    }
    case Kind::boolean:
      value.pattern = Pattern(text, (variables ? Pattern::variables : Pattern::literal) | Pattern::ignore_case);
      break;
    case Kind::arn: value.arn = ArnPattern(text, variables); break;
    case Kind::number: {
      const auto number = parse_double(text);
      if (!number) legacy_error();
      value.number = *number;
      break;
    }
    case Kind::date: {
      const auto date = parse_date(text);
      if (!date) legacy_error();
      value.number = *date;
      break;
    }
    case Kind::address: {
      const auto network = Network::parse(text);
      if (!network) legacy_error();
      value.network = *network;
      break;
    }
    case Kind::null:
      if (!equal_ignoring_case(text, "true") && !equal_ignoring_case(text, "false")) legacy_error();
      break;
    case Kind::binary:
      if (!base64_decode(text)) legacy_error();
      break;
  }
  return value;
}

bool Condition::holds_missing() const {
  if (if_exists_ || quantifier_ == Quantifier::all) return true;
  if (quantifier_ == Quantifier::any) return false;
  return negated_;
}

bool Condition::holds(const Context& context) const {
  const Context::Values* values = context.find(key_);
  if (kind_ == Kind::null) {
    return std::ranges::any_of(values_, [&](const Value& wanted) {
      return equal_ignoring_case(wanted.text, "true") == (values == nullptr);
    });
  }
  if (values == nullptr) return holds_missing();
  const auto accepted = [&](const std::string& value) { return accepts(value, context); };
  // Without a quantifier one matching value decides: it satisfies a positive operator and spoils a negated one.
  const bool all = quantifier_ == Quantifier::all || (quantifier_ == Quantifier::none && negated_);
  return all ? std::ranges::all_of(*values, accepted) : std::ranges::any_of(*values, accepted);
}

bool Condition::accepts(const std::string& value, const Context& context) const {
  for (const Value& wanted : values_) {
    const Match match = matches(wanted, value, context);
    if (match == Match::yes) return !negated_;
    if (match == Match::unresolved && negated_) return false;
  }
  return negated_;
}

Match Condition::matches(const Value& wanted, const std::string& value, const Context& context) const {
  const auto answer = [](bool yes) { return yes ? Match::yes : Match::no; };
  switch (kind_) {
    case Kind::text:
    case Kind::boolean: return wanted.pattern.matches(value, context);
    case Kind::arn: return wanted.arn.matches(value, context);
    case Kind::binary: return answer(wanted.text == value);
    case Kind::number: {
      const auto number = parse_double(value);
      return answer(number && compare(*number, wanted.number));
    }
    case Kind::date: {
      const auto date = parse_date(value);
      return answer(date && compare(*date, wanted.number));
    }
    case Kind::address: {
      const auto address = Network::parse(value);
      return answer(address && wanted.network.contains(*address));
    }
    case Kind::null: break;
  }
  return Match::no;
}

bool Condition::compare(double left, double right) const {
  switch (order_) {
    case Order::equal: return left == right;
    case Order::less: return left < right;
    case Order::less_equal: return left <= right;
    case Order::greater: return left > right;
    case Order::greater_equal: return left >= right;
  }
  return false;
}

}  // namespace standpipe::policy
