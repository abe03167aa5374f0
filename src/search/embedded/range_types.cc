// integer_range, long_range, float_range, double_range, date_range, ip_range. A range is one term: both ends,
// inclusive, as bytes of the same length in the order of the values.
#include <limits>

#include "search/dsl/options.h"
#include "search/embedded/field_type.h"

namespace standpipe::search {
namespace {

constexpr size_t kNumberBytes = 8, kAddressBytes = 16;

bool addresses(const FieldSpec& field) { return std::string_view(field.type->range_of) == "ip"; }

std::string number_bytes(int64_t value) {
  const auto bits = static_cast<uint64_t>(value) ^ uint64_t{1} << 63;
  std::string out(kNumberBytes, '\0');
  for (size_t i = 0; i < kNumberBytes; ++i) out[i] = static_cast<char>(bits >> (56 - 8 * i));
  return out;
}

// The next address up or down; the ends of the range stay.
std::string neighbour(std::string bytes, bool up) {
  for (size_t i = bytes.size(); i-- > 0;) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    bytes[i] = static_cast<char>(up ? byte + 1 : byte - 1);
    if (byte != (up ? 0xFF : 0x00)) break;
  }
  return bytes;
}

std::string address_bound(const json::Value& value, bool lower, bool inclusive) {
  const std::string text = dsl::as_text(value).value_or("");
  auto bytes = parse_ip(text);
  if (!bytes) throw BadValue("'" + text + "' is not an IP string literal.");
  return inclusive ? *bytes : neighbour(*std::move(bytes), lower);
}

struct Bounds {
  const json::Value *from = nullptr, *to = nullptr;
  bool include_from = true, include_to = true;
};

std::optional<std::string> bound(const FieldSpec& field, const json::Value* value, bool lower, bool inclusive,
                                 int64_t now_ms, const TimeZone& zone) {
  if (addresses(field)) {
    if (value == nullptr || value->is_null()) return std::string(kAddressBytes, lower ? '\0' : '\xFF');
    return address_bound(*value, lower, inclusive);
  }
  if (value == nullptr || value->is_null())
    return number_bytes(lower ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max());
  const Scalar scalar = Scalar::of(*value);
  const std::string_view element = field.type->range_of;
  if (element == "date") {
    // As in queries: the end of a date without smaller units is its last moment.
    const bool up = lower != inclusive;
    const int64_t ms = read_date_math(scalar.text(), now_ms, *field.format, zone, up);
    return number_bytes(inclusive ? ms : lower ? ms + 1 : ms - 1);
  }
  const FieldType* type = find_field_type(element);
  const auto stored = type->bound(field, scalar, lower, inclusive);
  return stored ? std::optional(number_bytes(*stored)) : std::nullopt;
}

std::string join(const FieldSpec& field, const Bounds& bounds) {
  const auto from = bound(field, bounds.from, true, bounds.include_from, 0, {});
  const auto to = bound(field, bounds.to, false, bounds.include_to, 0, {});
  if (!from || !to || *from > *to) throw BadValue("min value is greater than max value");
  return *from + *to;
}

std::string object_term(const FieldSpec& field, const json::Value& value) {
  Bounds bounds;
  for (const auto& [name, one] : value.object()) {
    if (name == "gte" || name == "from" || name == "gt")
      bounds.from = &one, bounds.include_from = name != "gt";
    else if (name == "lte" || name == "to" || name == "lt")
      bounds.to = &one, bounds.include_to = name != "lt";
    else if (name != "include_lower" && name != "include_upper")
      throw BadValue("error parsing field [" + field.path + "], with unknown parameter [" + name + "]");
  }
  return join(field, bounds);
}

// ip_range takes networks: "10.0.0.0/8".
std::string term(const FieldSpec& field, const Scalar& value) {
  if (addresses(field) && value.kind == Scalar::Kind::text) {
    if (const auto range = parse_cidr(value.string)) return range->from + range->to;
  }
  throw BadValue("error parsing field [" + field.path + "], expected an object but got " + value.text());
}

std::string spell(std::string_view bytes) { return std::string(bytes); }

constexpr FieldType range(std::string_view name, const char* element) {
  return {.name = name,
          .storage = FieldType::Storage::terms,
          .term = term,
          .spell = spell,
          .opaque = true,
          .range_of = element,
          .object_term = object_term};
}

}  // namespace

ValueRange unpack_range(std::string_view term) {
  const size_t half = term.size() / 2;
  return {std::string(term.substr(0, half)), std::string(term.substr(half))};
}

std::optional<ValueRange> read_query_range(const FieldSpec& field, const std::optional<json::Value>& from,
                                           const std::optional<json::Value>& to, bool include_from, bool include_to,
                                           const std::string& time_zone, int64_t now_ms) {
  const TimeZone zone = TimeZone::parse(time_zone);
  if (addresses(field) && from && to && from->is_string() && *from == *to) {
    if (auto network = parse_cidr(from->string())) return ValueRange{network->from, network->to};
  }
  auto low = bound(field, from ? &*from : nullptr, true, include_from, now_ms, zone);
  auto high = bound(field, to ? &*to : nullptr, false, include_to, now_ms, zone);
  if (!low || !high || *low > *high) return std::nullopt;
  return ValueRange{*std::move(low), *std::move(high)};
}

const FieldType* range_types(size_t& count) {
  static constexpr FieldType types[] = {range("integer_range", "integer"), range("long_range", "long"),
                                        range("float_range", "float"),     range("double_range", "double"),
                                        range("date_range", "date"),       range("ip_range", "ip")};
  count = std::size(types);
  return types;
}

}  // namespace standpipe::search
