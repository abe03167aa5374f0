// Metric math, as far as it goes here: numbers, ids of other queries, + - * / and parentheses, point by point.
// Functions are refused by name. Nesting is bounded.
#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace standpipe::cloudwatch {

struct InvalidExpression : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Curve = std::map<int64_t, double>;  // time → value

// What an expression comes to: a number, or a value per point in time.
using ExpressionValue = std::variant<double, Curve>;

// `find` gives the curve of an id; it may throw InvalidExpression. Points that not all operands have are left out, and
// so are divisions by zero.
ExpressionValue evaluate(std::string_view expression, const std::function<Curve(const std::string& id)>& find);

}  // namespace standpipe::cloudwatch
