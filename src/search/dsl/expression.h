// The arithmetic of bucket_script and bucket_selector: numbers, parameters ("params.total"), + - * / %, comparisons,
// && || !, a ? b : c and parentheses. What else a script may hold is refused by name. Immutable, thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace standpipe::search::dsl {

class Expression {
 public:
  using Lookup = std::function<double(const std::string& name)>;
  explicit Expression(std::string_view text);  // throws illegal_argument
  double evaluate(const Lookup& parameter) const { return value_of(*root_, parameter); }

 private:
  struct Node {
    std::string op;  // "number", "parameter", "+", "?:" …
    double number = 0;
    std::string name;
    std::vector<std::shared_ptr<const Node>> parts;
  };
  class Reader;
  static double value_of(const Node& node, const Lookup& parameter);
  std::shared_ptr<const Node> root_;
};

}  // namespace standpipe::search::dsl
