#include "base/json.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

namespace standpipe::json {
namespace {

// A parser that grew for one large text is not kept: memory would stay with the thread.
constexpr size_t kParserKeptBytes = 256 * 1024;

Value convert(simdjson::dom::element element, size_t depth_left) {
  if (depth_left == 0) throw ParseError("The JSON is nested too deeply");
  switch (element.type()) {
    case simdjson::dom::element_type::ARRAY: {
      Array array;
      const simdjson::dom::array items = element;
      array.reserve(items.size());
      for (const auto item : items) array.push_back(convert(item, depth_left - 1));
      return array;
    }
    case simdjson::dom::element_type::OBJECT: {
      Object object;
      for (const auto field : simdjson::dom::object(element)) {
        object.append(std::string(field.key), convert(field.value, depth_left - 1));
      }
      return object;
    }
    case simdjson::dom::element_type::INT64: return Value(int64_t(element));
    case simdjson::dom::element_type::UINT64: return Value(static_cast<double>(uint64_t(element)));
    case simdjson::dom::element_type::DOUBLE: return Value(double(element));
    case simdjson::dom::element_type::STRING: return Value(std::string_view(element));
    case simdjson::dom::element_type::BOOL: return Value(bool(element));
    case simdjson::dom::element_type::NULL_VALUE: break;
  }
  return {};
}

void print_into(std::string& out, const Value& value, int indent);

void new_line(std::string& out, int indent) {
  if (indent < 0) return;
  out += '\n';
  out.append(static_cast<size_t>(indent) * 2, ' ');
}

template <class Items, class Print>
void print_items(std::string& out, const Items& items, char open, char close, int indent, Print print_item) {
  out += open;
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    new_line(out, indent < 0 ? -1 : indent + 1);
    print_item(item);
  }
  if (!first) new_line(out, indent);
  out += close;
}

void print_into(std::string& out, const Value& value, int indent) {
  const int inner = indent < 0 ? -1 : indent + 1;
  if (value.is_null()) {
    out += "null";
  } else if (value.is_bool()) {
    out += value.boolean() ? "true" : "false";
  } else if (value.is_int()) {
    out += std::to_string(value.integer());
  } else if (value.is_double()) {
    append_number(out, value.number());
  } else if (value.is_string()) {
    append_quoted(out, value.string());
  } else if (value.is_array()) {
    print_items(out, value.array(), '[', ']', indent, [&](const Value& item) { print_into(out, item, inner); });
  } else {
    print_items(out, value.object(), '{', '}', indent, [&](const Object::Entry& entry) {
      append_quoted(out, entry.first);
      out += indent < 0 ? ":" : ": ";
      print_into(out, entry.second, inner);
    });
  }
}

template <class Kind, class Variant>
auto& as(Variant& data, const char* wanted) {
  auto* held = std::get_if<Kind>(&data);
  if (held == nullptr) throw WrongKind(std::string("JSON value is not ") + wanted);
  return *held;
}

}  // namespace

Object::Object(std::initializer_list<Entry> entries) : entries_(entries) {}

const Value* Object::find(std::string_view name) const {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [&](const Entry& e) { return e.first == name; });
  return found == entries_.rend() ? nullptr : &found->second;
}

Value* Object::find(std::string_view name) { return const_cast<Value*>(std::as_const(*this).find(name)); }

Value& Object::operator[](std::string_view name) {
  if (Value* found = find(name)) return *found;
  return entries_.emplace_back(std::string(name), Value{}).second;
}

void Object::append(std::string name, Value value) { entries_.emplace_back(std::move(name), std::move(value)); }
bool Object::erase(std::string_view name) {
  return std::erase_if(entries_, [&](const Entry& entry) { return entry.first == name; }) > 0;
}
size_t Object::size() const { return entries_.size(); }
bool Object::empty() const { return entries_.empty(); }
std::vector<Object::Entry>::const_iterator Object::begin() const { return entries_.begin(); }
std::vector<Object::Entry>::const_iterator Object::end() const { return entries_.end(); }
std::vector<Object::Entry>::iterator Object::begin() { return entries_.begin(); }
std::vector<Object::Entry>::iterator Object::end() { return entries_.end(); }

bool Object::operator==(const Object& other) const {
  return size() == other.size() && std::all_of(begin(), end(), [&](const Entry& entry) {
           const Value* found = other.find(entry.first);
           return found != nullptr && *found == entry.second;
         });
}

bool Value::boolean() const { return as<bool>(data_, "a boolean"); }
int64_t Value::integer() const { return as<int64_t>(data_, "an integer"); }
double Value::number() const { return is_int() ? static_cast<double>(integer()) : as<double>(data_, "a number"); }
const std::string& Value::string() const { return as<std::string>(data_, "a string"); }
const Array& Value::array() const { return as<Array>(data_, "an array"); }
const Object& Value::object() const { return as<Object>(data_, "an object"); }
Array& Value::array() { return as<Array>(data_, "an array"); }
Object& Value::object() { return as<Object>(data_, "an object"); }

const Value* Value::find(std::string_view name) const {
  const Object* held = std::get_if<Object>(&data_);
  return held == nullptr ? nullptr : held->find(name);
}

std::string Value::text(std::string_view name, std::string_view otherwise) const {
  const Value* member = find(name);
  return member != nullptr && member->is_string() ? member->string() : std::string(otherwise);
}

bool Value::operator==(const Value& other) const {
  if (is_number() && other.is_number() && is_int() != other.is_int()) return number() == other.number();
  return data_ == other.data_;
}

Value parse(std::string_view text, size_t depth_max) {
  thread_local std::unique_ptr<simdjson::dom::parser> kept;
  std::unique_ptr<simdjson::dom::parser> own;
  auto& parser = text.size() > kParserKeptBytes ? own : kept;
  if (!parser) parser = std::make_unique<simdjson::dom::parser>();
  // simdjson's own limit only guards its stack; ours is the request's, checked while converting.
  if (parser->allocate(std::max<size_t>(text.size(), 1024), 1024) != simdjson::SUCCESS) throw ParseError("too large");
  const auto result = parser->parse(text.data(), text.size(), true);
  if (result.error() != simdjson::SUCCESS) throw ParseError(simdjson::error_message(result.error()));
  return convert(result.value_unsafe(), depth_max);
}

std::string print(const Value& value) {
  std::string out;
  print_into(out, value, -1);
  return out;
}

std::string print_pretty(const Value& value) {
  std::string out;
  print_into(out, value, 0);
  return out;
}

void append_quoted(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  size_t plain = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text, plain, text.size() - plain);
  out += '"';
}

void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {  // JSON has no word for it
    out += "null";
    return;
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

}  // namespace standpipe::json
