// Which events an event source mapping keeps: a pattern of EventBridge's syntax, as far as Lambda's filters have it.
//
//   {"data": {"city": ["Oslo", {"prefix": "B"}], "degrees": [{"numeric": [">", 20, "<=", 35]}]}}
//
// Every named field must have a value that one of its tests takes; of an array's elements one is enough. "$or" holds
// alternatives. Tests: a text, number, true, false or null itself · prefix · suffix · equals-ignore-case · anything-but
// (also of prefix, suffix and equals-ignore-case) · numeric · exists.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
#pragma once

#include <memory>
#include <stdexcept>
#include <string_view>

#include "base/json.h"

namespace standpipe::lambda {

struct InvalidPattern : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Immutable, thread-safe.
class EventPattern {
 public:
  static EventPattern parse(std::string_view text);  // throws InvalidPattern
  bool matches(const json::Value& event) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

}  // namespace standpipe::lambda
