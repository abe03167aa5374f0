#include "services/cloudwatch/expression.h"

#include <cmath>

#include "base/bytes.h"

namespace standpipe::cloudwatch {
namespace {

constexpr size_t kDepthMax = 32;

double apply(char operation, double left, double right) {
  switch (operation) {
    case '+': return left + right;
    case '-': return left - right;
    case '*': return left * right;
    default: return left / right;
  }
}

ExpressionValue apply(char operation, const ExpressionValue& left, const ExpressionValue& right) {
  const double* left_number = std::get_if<double>(&left);
  const double* right_number = std::get_if<double>(&right);
  if (left_number && right_number) return apply(operation, *left_number, *right_number);
  Curve result;
  const Curve& over = std::get<Curve>(left_number ? right : left);
  for (const auto& [time, value] : over) {
    double left_value = left_number ? *left_number : value;
    double right_value = right_number ? *right_number : value;
    if (!left_number && !right_number) {
      const Curve& other = std::get<Curve>(right);
      const auto found = other.find(time);
      if (found == other.end()) continue;
      right_value = found->second;
    }
    const double point = apply(operation, left_value, right_value);
    if (std::isfinite(point)) result[time] = point;
  }
  return result;
}

class Parser {
 public:
  Parser(std::string_view text, const std::function<Curve(const std::string&)>& find) : text_(text), find_(find) {}

  ExpressionValue whole() {
    ExpressionValue value = sum(0);
    if (peek() != '\0') fail("unexpected '" + std::string(1, peek()) + "'");
    return value;
  }

 private:
  char peek() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  [[noreturn]] void fail(const std::string& what) const { throw InvalidExpression(what); }

  ExpressionValue sum(size_t depth) {
    if (depth > kDepthMax) fail("nested too deeply");
    ExpressionValue value = product(depth);
    while (peek() == '+' || peek() == '-') {
      const char operation = text_[at_++];
      value = apply(operation, value, product(depth));
    }
    return value;
  }

  ExpressionValue product(size_t depth) {
    ExpressionValue value = factor(depth);
    while (peek() == '*' || peek() == '/') {
      const char operation = text_[at_++];
      value = apply(operation, value, factor(depth));
    }
    return value;
  }

  ExpressionValue factor(size_t depth) {
    bool negative = false;
    for (; peek() == '-'; ++at_) negative = !negative;
    ExpressionValue value = operand(depth);
    return negative ? apply('*', -1.0, value) : value;
  }

  ExpressionValue operand(size_t depth) {
    if (peek() == '(') {
      ++at_;
      ExpressionValue value = sum(depth + 1);
      if (peek() != ')') fail("expected ')'");
      ++at_;
      return value;
    }
    const size_t begin = at_;
    const auto word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    };
    while (at_ < text_.size() && word(text_[at_])) ++at_;
    const std::string name(text_.substr(begin, at_ - begin));
    if (name.empty()) fail("expected a value");
    if (peek() == '(') fail("the function " + name + " is not supported");
    if (name[0] >= 'a' && name[0] <= 'z') return find_(name);
    if (const std::optional<double> number = parse_double(name)) return *number;
    fail("'" + name + "' is neither an id nor a number");
  }

  std::string_view text_;
  const std::function<Curve(const std::string&)>& find_;
  size_t at_ = 0;
};

}  // namespace

ExpressionValue evaluate(std::string_view expression, const std::function<Curve(const std::string&)>& find) {
  return Parser(expression, find).whole();
}

}  // namespace standpipe::cloudwatch
