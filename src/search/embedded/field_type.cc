// boolean, ip, text; and the table of all types.
#include "search/embedded/field_type.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>

#include "base/bytes.h"

namespace standpipe::search {
namespace {

using Storage = FieldType::Storage;

double number_plain(const FieldSpec&, int64_t stored) { return static_cast<double>(stored); }

int64_t encode_boolean(const FieldSpec&, const Scalar& value) {
  if (value.kind == Scalar::Kind::boolean) return value.boolean ? 1 : 0;
  const std::string text = value.text();
  if (text == "true") return 1;
  if (text == "false" || text.empty()) return 0;
  throw BadValue("Failed to parse value [" + text + "] as only [true] or [false] are allowed.");
}

std::optional<int64_t> bound_boolean(const FieldSpec& field, const Scalar& value, bool lower, bool inclusive) {
  const int64_t stored = encode_boolean(field, value);
  return inclusive ? stored : lower ? stored + 1 : stored - 1;
}

std::string term_plain(const FieldSpec&, const Scalar& value) { return value.text(); }
std::string spell_plain(std::string_view term) { return std::string(term); }

std::string term_ip(const FieldSpec&, const Scalar& value) {
  auto bytes = value.kind == Scalar::Kind::text ? parse_ip(value.string) : std::nullopt;
  if (!bytes) throw BadValue("'" + value.text() + "' is not an IP string literal.");
  return *std::move(bytes);
}

constexpr std::string_view kMappedPrefix("\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12);

}  // namespace

std::optional<std::string> parse_ip(std::string_view text) {
  if (text.size() > 64) return std::nullopt;
  const std::string terminated(text);
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1)
    return std::string(kMappedPrefix) + std::string(bytes.data(), 4);
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return std::string(bytes.data(), 16);
  return std::nullopt;
}

std::optional<IpRange> parse_cidr(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto from = parse_ip(text.substr(0, slash));
  auto bits = parse_int(text.substr(slash + 1));
  if (!from || !bits) return std::nullopt;
  if (text.substr(0, slash).find(':') == std::string_view::npos) bits = *bits + 96;
  if (*bits < 0 || *bits > 128) return std::nullopt;
  IpRange range{*from, *from};
  for (int64_t bit = *bits; bit < 128; ++bit) {
    const auto mask = static_cast<char>(0x80 >> (bit % 8));
    range.from[static_cast<size_t>(bit / 8)] &= static_cast<char>(~mask);
    range.to[static_cast<size_t>(bit / 8)] |= mask;
  }
  return range;
}

std::string print_ip(std::string_view bytes) {
  if (bytes.size() != 16) return {};
  char text[INET6_ADDRSTRLEN] = {};
  if (bytes.starts_with(kMappedPrefix))
    inet_ntop(AF_INET, bytes.data() + 12, text, sizeof text);
  else
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

const FieldType& boolean_type() {
  static constexpr FieldType type{"boolean",    Storage::numbers, encode_boolean, bound_boolean,
                                  number_plain, nullptr,          nullptr,        true};
  return type;
}
const FieldType& ip_type() {
  static constexpr FieldType type{"ip", Storage::terms, nullptr, nullptr, nullptr, term_ip, print_ip};
  return type;
}
const FieldType& text_type() {
  static constexpr FieldType type{"text", Storage::text, nullptr, nullptr, nullptr, term_plain, spell_plain};
  return type;
}

const FieldType& match_only_text_type() {
  static constexpr FieldType type{
      .name = "match_only_text", .storage = Storage::text, .term = term_plain, .spell = spell_plain, .scored = false};
  return type;
}

const FieldType* find_field_type(std::string_view name) {
  size_t count = 0;
  const FieldType* numbers = numeric_types(count);
  for (size_t i = 0; i < count; ++i) {
    if (numbers[i].name == name) return &numbers[i];
  }
  const FieldType* ranges = range_types(count);
  for (size_t i = 0; i < count; ++i) {
    if (ranges[i].name == name) return &ranges[i];
  }
  for (const FieldType* type :
       {&alias_type(), &binary_type(), &boolean_type(), &constant_keyword_type(), &date_type(), &date_nanos_type(),
        &flat_object_type(), &geo_point_type(), &ip_type(), &keyword_type(), &match_only_text_type(), &text_type(),
        &token_count_type(), &unsigned_long_type(), &wildcard_type()}) {
    if (type->name == name) return type;
  }
  return nullptr;
}

}  // namespace standpipe::search
