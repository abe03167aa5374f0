// Reads the members of one clause of a request body and refuses what nobody asked for, in OpenSearch's words.
// Numbers and booleans may be given as text, as OpenSearch allows.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "search/error.h"

namespace standpipe::search::dsl {

// What an unexpected JSON token is called in error texts: START_OBJECT, VALUE_STRING …
std::string_view token_name(const json::Value& value);

std::optional<int64_t> as_integer(const json::Value& value);
std::optional<double> as_number(const json::Value& value);
std::optional<bool> as_boolean(const json::Value& value);
// Text of a scalar as a query would spell it; nullopt for objects, arrays and null.
std::optional<std::string> as_text(const json::Value& value);

class Options {
 public:
  // `clause` names the clause in errors: "term". `body` must outlive this and be an object, else it is refused.
  Options(std::string clause, const json::Value& body);

  const json::Value* take(std::string_view name);  // nullptr if absent
  std::string text(std::string_view name, std::string_view otherwise = {});
  int64_t integer(std::string_view name, int64_t otherwise, int64_t min, int64_t max);
  double number(std::string_view name, double otherwise);
  bool boolean(std::string_view name, bool otherwise);
  std::vector<std::string> texts(std::string_view name);  // one text or an array of them
  float boost() { return static_cast<float>(number("boost", 1)); }
  const std::string& clause() const { return clause_; }

  // Call last: "[term] query does not support [x]".
  void finish(std::string_view kind = "query") const;

 private:
  std::string clause_;
  const json::Object* members_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace standpipe::search::dsl
