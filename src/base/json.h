// A JSON value: what policies, templates, events, queries and stored documents are read into.
// Objects keep their order; of duplicate names the last wins. Not thread-safe; copies are deep.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace standpipe::json {

class Value;
using Array = std::vector<Value>;

// Ordered name → value. Lookups are linear: objects of requests are small, and parsing never looks up.
class Object {
 public:
  using Entry = std::pair<std::string, Value>;
  Object() = default;
  Object(std::initializer_list<Entry> entries);

  const Value* find(std::string_view name) const;  // nullptr if absent
  Value* find(std::string_view name);
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  Value& operator[](std::string_view name);  // inserts null if absent
  void append(std::string name, Value value);  // without looking for a duplicate
  bool erase(std::string_view name);
  size_t size() const;
  bool empty() const;
  std::vector<Entry>::const_iterator begin() const;
  std::vector<Entry>::const_iterator end() const;
  std::vector<Entry>::iterator begin();
  std::vector<Entry>::iterator end();
  bool operator==(const Object& other) const;  // order does not matter

 private:
  std::vector<Entry> entries_;
};

// Asked for a kind that the value is not. Parsers of requests check kinds first; this ends the request otherwise.
struct WrongKind : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : data_(value) {}
  Value(int value) : data_(int64_t{value}) {}
  Value(unsigned value) : data_(int64_t{value}) {}
  Value(long value) : data_(int64_t{value}) {}
  Value(long long value) : data_(int64_t{value}) {}
  Value(unsigned long value) : data_(static_cast<int64_t>(value)) {}
  Value(double value) : data_(value) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(Array value) : data_(std::move(value)) {}
  Value(Object value) : data_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_int() const { return std::holds_alternative<int64_t>(data_); }
  bool is_double() const { return std::holds_alternative<double>(data_); }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_array() const { return std::holds_alternative<Array>(data_); }
  bool is_object() const { return std::holds_alternative<Object>(data_); }

  // Throw WrongKind if the value is of another kind; number() takes both kinds of numbers.
  bool boolean() const;
  int64_t integer() const;
  double number() const;
  const std::string& string() const;
  const Array& array() const;
  const Object& object() const;
  Array& array();
  Object& object();

  // Member of an object, or nullptr if there is none or this is not an object.
  const Value* find(std::string_view name) const;
  // Member's text, or `otherwise` if it is absent or not a string.
  std::string text(std::string_view name, std::string_view otherwise = {}) const;

  bool operator==(const Value& other) const;  // 1 and 1.0 are equal

 private:
  std::variant<std::nullptr_t, bool, int64_t, double, std::string, Array, Object> data_;
};

struct ParseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr size_t kDepthMax = 512;

// The whole text is one value; throws ParseError. Input must be UTF-8.
Value parse(std::string_view text, size_t depth_max = kDepthMax);

std::string print(const Value& value);         // compact
std::string print_pretty(const Value& value);  // two spaces
void append_quoted(std::string& out, std::string_view text);
void append_number(std::string& out, double number);  // shortest text that reads back the same

}  // namespace standpipe::json
