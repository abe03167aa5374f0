// One scalar of a document or of a query, before a mapping says what it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace standpipe::search {

struct Scalar {
  enum class Kind { text, integer, real, boolean };
  Kind kind = Kind::text;
  std::string_view string;  // text: refers to the document or query
  int64_t integer = 0;
  double real = 0;
  bool boolean = false;
  uint64_t big = 0;  // real: the whole number that it was, if that is beyond 64 bits with a sign

  static Scalar of(std::string_view value) { return {.kind = Kind::text, .string = value}; }
  static Scalar of(int64_t value) { return {.kind = Kind::integer, .integer = value}; }
  static Scalar of_big(uint64_t value) {
    return {.kind = Kind::real, .real = static_cast<double>(value), .big = value};
  }
  static Scalar of(double value) { return {.kind = Kind::real, .real = value}; }
  static Scalar of(bool value) { return {.kind = Kind::boolean, .boolean = value}; }
  // Of a scalar; arrays, objects and null read as empty text.
  static Scalar of(const json::Value& value) {
    if (value.is_int()) return of(value.integer());
    if (value.is_double()) return of(value.number());
    if (value.is_bool()) return of(value.boolean());
    return of(value.is_string() ? std::string_view(value.string()) : std::string_view());
  }

  std::string text() const {  // as it would be spelled
    switch (kind) {
      case Kind::text: return std::string(string);
      case Kind::integer: return std::to_string(integer);
      case Kind::boolean: return boolean ? "true" : "false";
      case Kind::real: break;
    }
    if (big != 0) return std::to_string(big);
    std::string out;
    json::append_number(out, real);
    return out;
  }
};

}  // namespace standpipe::search
