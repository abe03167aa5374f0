#include "aws/codec.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/bytes.h"

namespace standpipe::aws {
namespace {

template <class T>
bool read_integer(std::string_view text, void* out) {
  const auto value = parse_int(text);
  if (!value || *value < std::numeric_limits<T>::min() || *value > std::numeric_limits<T>::max()) return false;
  *static_cast<T*>(out) = static_cast<T>(*value);
  return true;
}

std::optional<double> read_number(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return parse_double(text);
}

bool read_timestamp(std::string_view text, TimeFormat format, Timestamp& out) {
  std::optional<Timestamp> time;
  if (format == TimeFormat::http_date) time = parse_http_date(text);
  if (!time) time = parse_iso8601(text);
  if (!time) {
    const auto seconds = parse_double(text);
    if (!seconds || !(*seconds >= kSecondsMin && *seconds <= kSecondsMax)) return false;
    time = from_epoch_ms(std::llround(*seconds * 1000));
  }
  out = *time;
  return true;
}

std::string print_number(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  std::string text;
  json::append_number(text, number);
  return text;
}

}  // namespace

std::string Path::print() const {
  std::string text = parent ? parent->print() : "";
  if (!text.empty()) text += '.';
  if (name.empty()) return text + std::to_string(index) + ".member";
  return text.append(name);
}

void note_missing(Decoding& decoding, const Shape& structure, const Seen& seen, const Path* path, JsonForm form) {
  for (size_t i = 0; i < structure.members.size(); ++i) {
    const Member& member = structure.members[i];
    const bool here = form == JsonForm::whole || member.location == Location::body;
    if (member.required && !seen[i] && here) decoding.note_missing(path, member.path);
  }
}

const Member* find_body_member(const Shape& structure, std::string_view wire, size_t& hint) {
  const size_t count = structure.members.size();
  for (size_t i = 0; i < count; ++i) {
    const size_t at = hint + i < count ? hint + i : hint + i - count;
    const Member& member = structure.members[at];
    if (member.wire == wire && member.location == Location::body) {
      hint = at + 1 < count ? at + 1 : 0;
      return &member;
    }
  }
  return nullptr;
}

bool read_scalar(const Shape& shape, std::string_view text, TimeFormat format, void* out) {
  switch (shape.kind) {
    case Kind::string:
      if (!valid_utf8(text)) return false;
      static_cast<std::string*>(out)->assign(text);
      return true;
    case Kind::blob: {
      auto bytes = base64_decode(text);
      if (!bytes) return false;
      static_cast<Blob*>(out)->bytes = std::move(*bytes);
      return true;
    }
    case Kind::integer: return read_integer<int32_t>(text, out);
    case Kind::long_integer: return read_integer<int64_t>(text, out);
    case Kind::float_number:
    case Kind::double_number: {
      const auto number = read_number(text);
      if (!number) return false;
      if (shape.kind == Kind::double_number) {
        *static_cast<double*>(out) = *number;
      } else {
        *static_cast<float*>(out) = static_cast<float>(*number);
      }
      return true;
    }
    case Kind::boolean:
      *static_cast<bool*>(out) = equal_ignoring_case(text, "true");
      return *static_cast<bool*>(out) || equal_ignoring_case(text, "false");
    case Kind::timestamp: return read_timestamp(text, format, *static_cast<Timestamp*>(out));
    default: return false;
  }
}

std::string print_scalar(const Shape& shape, const void* value, TimeFormat format) {
  switch (shape.kind) {
    case Kind::string: return *static_cast<const std::string*>(value);
    case Kind::blob: return base64_encode(static_cast<const Blob*>(value)->bytes);
    case Kind::integer: return std::to_string(*static_cast<const int32_t*>(value));
    case Kind::long_integer: return std::to_string(*static_cast<const int64_t*>(value));
    case Kind::float_number: {
      char text[32];  // shortest for a float: 0.1, not 0.10000000149
      const float number = *static_cast<const float*>(value);
      if (!std::isfinite(number)) return print_number(number);
      return {text, std::to_chars(text, text + sizeof text, number).ptr};
    }
    case Kind::double_number: return print_number(*static_cast<const double*>(value));
    case Kind::boolean: return *static_cast<const bool*>(value) ? "true" : "false";
    case Kind::timestamp: {
      const Timestamp time = *static_cast<const Timestamp*>(value);
      switch (format) {
        case TimeFormat::http_date: return format_http_date(time);
        case TimeFormat::epoch_seconds: {
          const int64_t ms = epoch_ms(time);
          const int64_t seconds = ms >= 0 ? ms / 1000 : -((999 - ms) / 1000), rest = ms - seconds * 1000;
          if (seconds < 0) {
            std::string text;
            json::append_number(text, static_cast<double>(ms) / 1000);
            return text;
          }
          std::string fraction = std::to_string(rest);
          return std::to_string(seconds) + "." + std::string(3 - fraction.size(), '0') + fraction;
        }
        case TimeFormat::iso8601: return format_iso8601(time);
        default: return epoch_ms(time) % 1000 == 0 ? format_iso8601_seconds(time) : format_iso8601(time);
      }
    }
    default: return {};
  }
}

}  // namespace standpipe::aws
