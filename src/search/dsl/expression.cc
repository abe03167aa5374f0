#include "search/dsl/expression.h"

#include <cmath>

#include "base/bytes.h"
#include "search/error.h"

namespace standpipe::search::dsl {
namespace {

constexpr size_t kTextMax = 4096;
constexpr int kDepthMax = 64;

// Loosest first; those of one level are read from left to right.
const std::vector<std::vector<std::string_view>>& levels() {
  static const std::vector<std::vector<std::string_view>> out = {
      {"||"}, {"&&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/", "%"}};
  return out;
}

}  // namespace

class Expression::Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::shared_ptr<const Node> read() {
    take("return ");
    auto out = ternary(0);
    take(";");
    skip();
    if (at_ < text_.size()) refuse();
    return out;
  }

 private:
  using Part = std::shared_ptr<const Node>;

  [[noreturn]] void refuse() const {
    throw illegal_argument("script [" + std::string(text_.substr(0, 200)) +
                           "] is not supported: only numbers, params, operators and parentheses are, near [" +
                           std::string(text_.substr(std::min(at_, text_.size()), 20)) + "]");
  }
  void skip() {
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) <= ' ') ++at_;
  }
  bool take(std::string_view token) {
    skip();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  static Part make(std::string_view op, std::vector<Part> parts) {
    return std::make_shared<const Node>(Node{std::string(op), 0, {}, std::move(parts)});
  }

  Part ternary(int depth) {
    if (depth > kDepthMax) refuse();
    Part condition = binary(0, depth);
    if (!take("?")) return condition;
    Part yes = ternary(depth + 1);
    if (!take(":")) refuse();
    return make("?:", {condition, yes, ternary(depth + 1)});
  }

  Part binary(size_t level, int depth) {
    if (level == levels().size()) return unary(depth);
    Part left = binary(level + 1, depth);
    while (true) {
      std::string_view found;
      for (const std::string_view op : levels()[level]) {
        if (take(op)) {
          found = op;
          break;
        }
      }
      if (found.empty()) return left;
      left = make(found, {left, binary(level + 1, depth)});
    }
  }

  Part unary(int depth) {
    if (depth > kDepthMax) refuse();
    if (take("!")) return make("!", {unary(depth + 1)});
    if (take("-")) return make("negative", {unary(depth + 1)});
    if (take("(")) {
      Part inner = ternary(depth + 1);
      if (!take(")")) refuse();
      return inner;
    }
    return value();
  }

  Part value() {
    skip();
    const size_t start = at_;
    const auto is = [&](std::string_view set) {
      return at_ < text_.size() && (set.find(text_[at_]) != std::string_view::npos);
    };
    if (is("0123456789.")) {
      while (is("0123456789.eE") || (at_ > start && is("+-") && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E')))
        ++at_;
      const auto number = parse_double(text_.substr(start, at_ - start));
      if (!number) refuse();
      return std::make_shared<const Node>(Node{"number", *number, {}, {}});
    }
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_' ||
                                  text_[at_] == '.')) {
      ++at_;
    }
    std::string name(text_.substr(start, at_ - start));
    if (name == "true" || name == "false")
      return std::make_shared<const Node>(Node{"number", name == "true" ? 1.0 : 0.0, {}, {}});
    if (name.starts_with("params.")) name = name.substr(7);
    skip();
    if (name.empty() || name.find('.') != std::string::npos || (at_ < text_.size() && text_[at_] == '(')) {
      at_ = start;
      refuse();
    }
    return std::make_shared<const Node>(Node{"parameter", 0, name, {}});
  }

  const std::string_view text_;
  size_t at_ = 0;
};

Expression::Expression(std::string_view text) {
  if (text.size() > kTextMax) throw illegal_argument("script is too long");
  root_ = Reader(text).read();
}

double Expression::value_of(const Node& node, const Lookup& parameter) {
  if (node.op == "number") return node.number;
  if (node.op == "parameter") return parameter(node.name);
  const double a = value_of(*node.parts[0], parameter);
  if (node.op == "!") return a == 0 ? 1 : 0;
  if (node.op == "negative") return -a;
  if (node.op == "?:") return value_of(*node.parts[a != 0 ? 1 : 2], parameter);
  if (node.op == "&&") return a != 0 && value_of(*node.parts[1], parameter) != 0 ? 1 : 0;
  if (node.op == "||") return a != 0 || value_of(*node.parts[1], parameter) != 0 ? 1 : 0;
  const double b = value_of(*node.parts[1], parameter);
  if (node.op == "+") return a + b;
  if (node.op == "-") return a - b;
  if (node.op == "*") return a * b;
  if (node.op == "/") return a / b;
  if (node.op == "%") return std::fmod(a, b);
  if (node.op == "==") return a == b ? 1 : 0;
  if (node.op == "!=") return a != b ? 1 : 0;
  if (node.op == "<") return a < b ? 1 : 0;
  if (node.op == "<=") return a <= b ? 1 : 0;
  if (node.op == ">") return a > b ? 1 : 0;
  return a >= b ? 1 : 0;
}

}  // namespace standpipe::search::dsl
