// AWS JSON to structs and back. simdjson validates UTF-8 and does not recurse; the walk is as deep as the shapes, which
// do not recurse either, and never enters what it does not know.
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "aws/codec.h"
#include "base/base64.h"
#include "base/bytes.h"

namespace standpipe::aws {
namespace {

namespace dom = simdjson::dom;
using dom::element_type;

constexpr size_t kParserKeptBytes = 256 * 1024;

class JsonDecoder {
 public:
  JsonDecoder(Decoding& decoding, JsonForm form) : decoding_(decoding), whole_(form == JsonForm::whole) {}

  void structure(const Shape& shape, dom::element element, void* out, const Path* path) {
    if (element.type() != element_type::OBJECT) throw unexpected(element, "Structure");
    Seen seen;
    size_t hint = 0;
    for (const auto field : dom::object(element)) {
      const Member* member = whole_ ? find_by_name(shape, field.key) : find_body_member(shape, field.key, hint);
      if (!member || field.value.is_null()) continue;
      seen.set(static_cast<size_t>(member - shape.members.data()));
      const Path here{path, member->path};
      value(*member->shape, field.value, time_format(*member), emplace(*member, out), &here);
    }
    note_missing(decoding_, shape, seen, path, whole_ ? JsonForm::whole : JsonForm::wire);
  }

 private:
  static const Member* find_by_name(const Shape& shape, std::string_view name) {
    const auto found = std::ranges::find(shape.members, name, &Member::name);
    return found == shape.members.end() ? nullptr : &*found;
  }

  void value(const Shape& shape, dom::element element, TimeFormat format, void* out, const Path* path) {
    switch (shape.kind) {
      case Kind::structure: return structure(shape, element, out, path);
      case Kind::list: return list(shape, element, out, path);
      case Kind::map: return map(shape, element, out, path);
      case Kind::string:
        if (element.type() != element_type::STRING) throw unexpected(element, "String");
        static_cast<std::string*>(out)->assign(std::string_view(element));
        return;
      case Kind::blob: return blob(element, *static_cast<Blob*>(out));
      case Kind::stream: return stream(element, *static_cast<Stream*>(out));
      case Kind::events: throw decoding_.error("A stream cannot be part of a document.");
      case Kind::integer: *static_cast<int32_t*>(out) = integer<int32_t>(element, "Integer"); return;
      case Kind::long_integer: *static_cast<int64_t*>(out) = integer<int64_t>(element, "Long"); return;
      case Kind::float_number: *static_cast<float*>(out) = static_cast<float>(number(element, "Float")); return;
      case Kind::double_number: *static_cast<double*>(out) = number(element, "Double"); return;
      case Kind::boolean:
        if (element.type() != element_type::BOOL) throw unexpected(element, "Boolean");
        *static_cast<bool*>(out) = bool(element);
        return;
      case Kind::timestamp: return timestamp(element, format, *static_cast<Timestamp*>(out));
      case Kind::document: *static_cast<json::Value*>(out) = json::parse(simdjson::minify(element)); return;
    }
  }

  void list(const Shape& shape, dom::element element, void* out, const Path* path) {
    if (element.type() != element_type::ARRAY) throw unexpected(element, "List");
    shape.access->clear(out);
    Path here{path};
    for (const auto item : dom::array(element)) {
      decoding_.count_element();
      ++here.index;
      void* slot = shape.access->append(out);
      if (item.is_null()) {
        decoding_.note_missing(&here, {});
      } else {
        value(*shape.element, item, shape.element->time_format, slot, &here);
      }
    }
  }

  void map(const Shape& shape, dom::element element, void* out, const Path* path) {
    if (element.type() != element_type::OBJECT) throw unexpected(element, "Map");
    shape.access->clear(out);
    for (const auto field : dom::object(element)) {
      decoding_.count_element();
      if (field.value.is_null()) continue;
      const Path here{path, field.key};
      value(*shape.element, field.value, shape.element->time_format, shape.access->insert(out, std::string(field.key)),
            &here);
    }
  }

  void blob(dom::element element, Blob& out) {
    if (element.type() != element_type::STRING) throw unexpected(element, "Blob");
    auto bytes = base64_decode(std::string_view(element));
    if (!bytes) throw decoding_.error("A blob is not valid base64.");
    out.bytes = std::move(*bytes);
  }

  void stream(dom::element element, Stream& out) {
    if (!whole_) throw decoding_.error("A stream cannot be part of a document.");
    Blob bytes;
    blob(element, bytes);
    out.body = net::Body(std::move(bytes.bytes));
  }

  template <class T>
  T integer(dom::element element, const char* type) {
    switch (element.type()) {
      case element_type::INT64: {
        const int64_t integral(element);
        if (integral < std::numeric_limits<T>::min() || integral > std::numeric_limits<T>::max()) break;
        return static_cast<T>(integral);
      }
      case element_type::DOUBLE: {
        const double floating(element);
        if (std::trunc(floating) != floating || std::abs(floating) >= 9.2e18) break;
        const auto integral = static_cast<int64_t>(floating);
        if (integral < std::numeric_limits<T>::min() || integral > std::numeric_limits<T>::max()) break;
        return static_cast<T>(integral);
      }
      default: break;
    }
    throw unexpected(element, type);
  }

  double number(dom::element element, const char* type) {
    double result = 0;
    if (element.get_double().get(result) == simdjson::SUCCESS) return result;
    if (element.type() == element_type::STRING) {
      const std::string_view text(element);
      if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
      if (text == "Infinity") return std::numeric_limits<double>::infinity();
      if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
    }
    throw unexpected(element, type);
  }

  void timestamp(dom::element element, TimeFormat format, Timestamp& out) {
    if (element.type() == element_type::STRING && !whole_ && format != TimeFormat::unspecified &&
        format != TimeFormat::epoch_seconds) {
      const std::string_view text(element);
      const auto time = format == TimeFormat::iso8601 ? parse_iso8601(text) : parse_http_date(text);
      if (!time) throw decoding_.error("A timestamp is malformed.");
      out = *time;
      return;
    }
    const double seconds = number(element, "Timestamp");
    if (!(seconds >= kSecondsMin && seconds <= kSecondsMax)) throw decoding_.error("A timestamp is out of range.");
    out = from_epoch_ms(std::llround(seconds * 1000));
  }

  Error unexpected(dom::element element, const char* expected) const {
    const std::string article = std::string_view("AEIOU").find(expected[0]) == std::string_view::npos ? "a " : "an ";
    const auto not_converted = [&](const char* token) {
      return decoding_.error(std::string(token) + " can not be converted to " + article + expected);
    };
    switch (element.type()) {
      case element_type::ARRAY: return decoding_.error("Start of list found where not expected");
      case element_type::OBJECT: return decoding_.error("Start of structure or map found where not expected.");
      case element_type::STRING: return not_converted("STRING_VALUE");
      case element_type::DOUBLE: return not_converted("DECIMAL_VALUE");
      case element_type::BOOL: return not_converted(bool(element) ? "TRUE_VALUE" : "FALSE_VALUE");
      case element_type::NULL_VALUE: return not_converted("NULL_VALUE");
      default: return not_converted("NUMBER_VALUE");
    }
  }

  Decoding& decoding_;
  const bool whole_;
};

class JsonEncoder {
 public:
  JsonEncoder(std::string& out, JsonForm form) : out_(out), whole_(form == JsonForm::whole) {}

  void structure(const Shape& shape, const void* from) {
    out_ += '{';
    bool first = true;
    for (const Member& member : shape.members) {
      const void* present = whole_ || member.location == Location::body ? get(member, from) : nullptr;
      if (!present) continue;
      separate(first);
      out_ += '"';
      out_ += whole_ ? member.name : member.wire;
      out_ += "\":";
      value(*member.shape, present, time_format(member));
    }
    out_ += '}';
  }

 private:
  void separate(bool& first) {
    if (!first) out_ += ',';
    first = false;
  }

  void value(const Shape& shape, const void* from, TimeFormat format) {
    switch (shape.kind) {
      case Kind::structure: return structure(shape, from);
      case Kind::list: {
        out_ += '[';
        bool first = true;
        for (size_t i = 0, size = shape.access->size(from); i < size; ++i) {
          separate(first);
          value(*shape.element, shape.access->at(from, i), shape.element->time_format);
        }
        out_ += ']';
        return;
      }
      case Kind::map: {
        out_ += '{';
        bool first = true;
        each_entry(shape, from, [&](const std::string& key, const void* item) {
          separate(first);
          json::append_quoted(out_, key);
          out_ += ':';
          value(*shape.element, item, shape.element->time_format);
        });
        out_ += '}';
        return;
      }
      case Kind::document: out_ += json::print(*static_cast<const json::Value*>(from)); return;
      case Kind::timestamp:
        if (whole_ || format == TimeFormat::unspecified) format = TimeFormat::epoch_seconds;
        if (format != TimeFormat::epoch_seconds) return json::append_quoted(out_, print_scalar(shape, from, format));
        out_ += print_scalar(shape, from, format);
        return;
      case Kind::string: return json::append_quoted(out_, *static_cast<const std::string*>(from));
      case Kind::blob:
        out_ += '"';
        append_base64(out_, static_cast<const Blob*>(from)->bytes);
        out_ += '"';
        return;
      case Kind::stream: return stream(*static_cast<const Stream*>(from));
      case Kind::float_number: return number(shape, from, *static_cast<const float*>(from));
      case Kind::double_number: return number(shape, from, *static_cast<const double*>(from));
      default: out_ += print_scalar(shape, from, format);
    }
  }

  void stream(const Stream& stream) {
    std::string bytes;
    const uint64_t size = stream.source ? stream.source->size() : stream.body.size();
    if (size > kInlineStreamBytesMax) {
      throw Error("ContentTooLarge", 413,
                  "The answer holds " + std::to_string(size) + " bytes; at most " +
                      std::to_string(kInlineStreamBytesMax) + " can be part of a document.");
    }
    if (stream.source) {
      bytes.resize(size);
      size_t got = 0;
      while (got < size) {
        const size_t count = stream.source->read(bytes.data() + got, size - got);
        if (count == 0) break;
        got += count;
      }
      bytes.resize(got);
    } else {
      bytes = stream.body.view();
    }
    out_.append("\"").append(base64_encode(bytes)).append("\"");
  }

  void number(const Shape& shape, const void* from, double as_double) {
    if (std::isfinite(as_double)) {
      out_ += print_scalar(shape, from, {});
    } else {
      json::append_quoted(out_, print_scalar(shape, from, {}));
    }
  }

  std::string& out_;
  const bool whole_;
};

}  // namespace

void decode_json(Decoding& decoding, const Shape& structure, std::string_view text, void* out, JsonForm form) {
  // As in base/json: a parser that grew for one large text is not kept, the memory would stay with the thread.
  thread_local std::unique_ptr<dom::parser> kept;
  std::unique_ptr<dom::parser> own;
  auto& parser = text.size() > kParserKeptBytes ? own : kept;
  if (!parser) parser = std::make_unique<dom::parser>();
  const auto result = parser->parse(text.data(), text.size(), true);
  if (result.error() != simdjson::SUCCESS) throw decoding.error("The body is not valid JSON.");
  try {
    JsonDecoder(decoding, form).structure(structure, result.value_unsafe(), out, nullptr);
  } catch (const json::ParseError& error) {
    throw decoding.error(error.what());
  }
}

std::string encode_json(const Shape& structure, const void* value, JsonForm form) {
  std::string out;
  JsonEncoder(out, form).structure(structure, value);
  return out;
}

}  // namespace standpipe::aws
