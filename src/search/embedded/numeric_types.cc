// long, integer, short, byte; double, float, half_float, scaled_float.
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/bytes.h"
#include "search/embedded/field_type.h"

namespace standpipe::search {
namespace {

[[noreturn]] void refuse_text(const Scalar& value) { throw BadValue("For input string: \"" + value.text() + "\""); }

constexpr int64_t kMinStored = std::numeric_limits<int64_t>::min(), kMaxStored = std::numeric_limits<int64_t>::max();

// A number of a document or bound; text must spell one.
double real_of(const Scalar& value) {
  switch (value.kind) {
    case Scalar::Kind::integer: return static_cast<double>(value.integer);
    case Scalar::Kind::real: return value.real;
    case Scalar::Kind::boolean: refuse_text(value);
    case Scalar::Kind::text: break;
  }
  const auto parsed = parse_double(trim(value.string));
  if (!parsed) refuse_text(value);
  return *parsed;
}

std::optional<int64_t> whole_of(const Scalar& value) {
  if (value.kind == Scalar::Kind::integer) return value.integer;
  if (value.kind == Scalar::Kind::text) return parse_int(trim(value.string));
  return std::nullopt;
}

template <int64_t min, int64_t max>
int64_t encode_whole(const FieldSpec& field, const Scalar& value) {
  if (value.kind == Scalar::Kind::text && !field.coerce) throw BadValue("Integer value passed as String");
  std::optional<int64_t> whole = whole_of(value);
  if (!whole) {
    const double real = std::trunc(real_of(value));
    if (!field.coerce && real != real_of(value)) throw BadValue("Value [" + value.text() + "] has a decimal part");
    if (!(real >= -0x1p63 && real < 0x1p63)) {
      throw BadValue("Value [" + value.text() + "] is out of range for a " + std::string(field.type->name));
    }
    whole = static_cast<int64_t>(real);
  }
  if (*whole < min || *whole > max) {
    throw BadValue("Value [" + value.text() + "] is out of range for " +
                   (field.type->name == "integer" ? "an " : "a ") + std::string(field.type->name));
  }
  return *whole;
}

std::optional<int64_t> bound_whole(const FieldSpec&, const Scalar& value, bool lower, bool inclusive) {
  int64_t bound;
  if (const auto whole = whole_of(value)) {
    bound = *whole;
  } else {
    const double real = real_of(value), rounded = lower ? std::ceil(real) : std::floor(real);
    if (rounded != real) inclusive = true;
    if (rounded >= 0x1p63) return lower ? std::nullopt : std::optional(std::numeric_limits<int64_t>::max());
    if (rounded < -0x1p63) return lower ? std::optional(std::numeric_limits<int64_t>::min()) : std::nullopt;
    if (std::isnan(rounded)) return std::nullopt;
    bound = static_cast<int64_t>(rounded);
  }
  if (inclusive) return bound;
  if (bound == (lower ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min())) return std::nullopt;
  return lower ? bound + 1 : bound - 1;
}

double number_whole(const FieldSpec&, int64_t stored) { return static_cast<double>(stored); }

double finite(const FieldSpec& field, const Scalar& value) {
  if (value.kind == Scalar::Kind::text && !field.coerce) throw BadValue("Number passed as String");
  const double real = real_of(value);
  if (!std::isfinite(real)) {
    throw BadValue("[" + std::string(field.type->name) + "] supports only finite values, but got [" + value.text() +
                   "]");
  }
  return real;
}

int64_t encode_double(const FieldSpec& field, const Scalar& value) { return ordered(finite(field, value)); }
double number_double(const FieldSpec&, int64_t stored) { return from_ordered(stored); }

std::optional<int64_t> step(int64_t stored, bool lower, bool inclusive) {
  return inclusive ? stored : lower ? stored + 1 : stored - 1;
}

std::optional<int64_t> bound_double(const FieldSpec&, const Scalar& value, bool lower, bool inclusive) {
  const double real = real_of(value);
  if (std::isnan(real)) return std::nullopt;
  return step(ordered(real), lower, inclusive);
}

// Floats keep their 32 bits, so that columns stay narrow.
int64_t ordered_float(float value) {
  const auto bits = std::bit_cast<int32_t>(value);
  return bits < 0 ? bits ^ 0x7FFFFFFF : bits;
}
float from_ordered_float(int64_t stored) {
  const auto bits = static_cast<int32_t>(stored);
  return std::bit_cast<float>(bits < 0 ? bits ^ 0x7FFFFFFF : bits);
}

int64_t encode_float(const FieldSpec& field, const Scalar& value) {
  const auto narrow = static_cast<float>(finite(field, value));
  if (!std::isfinite(narrow)) throw BadValue("[float] supports only finite values, but got [" + value.text() + "]");
  return ordered_float(narrow);
}
double number_float(const FieldSpec&, int64_t stored) { return static_cast<double>(from_ordered_float(stored)); }

std::optional<int64_t> bound_float(const FieldSpec&, const Scalar& value, bool lower, bool inclusive) {
  const double real = real_of(value);
  if (std::isnan(real)) return std::nullopt;
  auto narrow = static_cast<float>(real);
  // Queries compare floats after rounding, as documents were.
  return step(ordered_float(narrow), lower, inclusive);
}

// Rounds to the 11 significant bits of a half float; subnormals and overflow as IEEE 754 binary16 has them.
float to_half(double value) {
  int exponent;
  const double fraction = std::frexp(value, &exponent);
  const int bits = exponent < -13 ? 11 + exponent + 13 : 11;
  const double rounded = std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits);
  return static_cast<float>(rounded);
}

int64_t encode_half(const FieldSpec& field, const Scalar& value) {
  const float half = to_half(finite(field, value));
  if (std::abs(half) > 65504)
    throw BadValue("[half_float] supports only finite values, but got [" + value.text() + "]");
  return ordered_float(half);
}

int64_t encode_scaled(const FieldSpec& field, const Scalar& value) {
  const double scaled = std::round(finite(field, value) * field.scaling_factor);
  if (!(std::abs(scaled) < 0x1p63)) throw BadValue("Value [" + value.text() + "] is out of range for a scaled_float");
  return static_cast<int64_t>(scaled);
}
double number_scaled(const FieldSpec& field, int64_t stored) {
  return static_cast<double>(stored) / field.scaling_factor;
}
std::optional<int64_t> bound_scaled(const FieldSpec& field, const Scalar& value, bool lower, bool inclusive) {
  const double scaled = real_of(value) * field.scaling_factor;
  return bound_whole(field, Scalar::of(scaled), lower, inclusive);
}

// Shifted, so that they compare as signed integers.
constexpr uint64_t kShift = uint64_t{1} << 63;

std::optional<uint64_t> whole_unsigned(const Scalar& value) {
  if (value.kind == Scalar::Kind::integer && value.integer >= 0) return static_cast<uint64_t>(value.integer);
  if (value.big != 0) return value.big;
  if (value.kind != Scalar::Kind::text) return std::nullopt;
  const std::string_view text = trim(value.string);
  uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

uint64_t unsigned_of(const Scalar& value) {
  if (const auto whole = whole_unsigned(value)) return *whole;
  const double real = std::trunc(real_of(value));
  if (!(real >= 0 && real < 0x1p64)) {
    throw BadValue("Value [" + value.text() + "] is out of range for an unsigned long");
  }
  return static_cast<uint64_t>(real);
}

int64_t encode_unsigned(const FieldSpec&, const Scalar& value) {
  return static_cast<int64_t>(unsigned_of(value) ^ kShift);
}
double number_unsigned(const FieldSpec&, int64_t stored) {
  return static_cast<double>(static_cast<uint64_t>(stored) ^ kShift);
}
std::optional<int64_t> bound_unsigned(const FieldSpec&, const Scalar& value, bool lower, bool inclusive) {
  if (!whole_unsigned(value)) {
    const double real = real_of(value);
    if (real < 0 || std::isnan(real)) return lower ? std::optional(kMinStored) : std::nullopt;
    if (real >= 0x1p64) return lower ? std::nullopt : std::optional(kMaxStored);
    if (std::floor(real) != real) {
      return static_cast<int64_t>(static_cast<uint64_t>(lower ? std::ceil(real) : std::floor(real)) ^ kShift);
    }
  }
  const auto stored = static_cast<int64_t>(unsigned_of(value) ^ kShift);
  if (inclusive) return stored;
  if (stored == (lower ? kMaxStored : kMinStored)) return std::nullopt;
  return lower ? stored + 1 : stored - 1;
}

constexpr auto kNumbers = FieldType::Storage::numbers;
constexpr int64_t kMin = std::numeric_limits<int64_t>::min(), kMax = std::numeric_limits<int64_t>::max();

}  // namespace

int64_t ordered(double value) {
  const auto bits = std::bit_cast<int64_t>(value == 0 ? 0.0 : value);
  return bits < 0 ? bits ^ std::numeric_limits<int64_t>::max() : bits;
}

double from_ordered(int64_t value) {
  return std::bit_cast<double>(value < 0 ? value ^ std::numeric_limits<int64_t>::max() : value);
}

const FieldType& unsigned_long_type() {
  static constexpr FieldType type{.name = "unsigned_long",
                                  .storage = kNumbers,
                                  .encode = encode_unsigned,
                                  .bound = bound_unsigned,
                                  .number = number_unsigned,
                                  .whole_numbers = true};
  return type;
}

const FieldType* numeric_types(size_t& count) {
  static constexpr FieldType types[] = {
      {"long", kNumbers, encode_whole<kMin, kMax>, bound_whole, number_whole, nullptr, nullptr, true},
      {"integer", kNumbers, encode_whole<INT32_MIN, INT32_MAX>, bound_whole, number_whole, nullptr, nullptr, true},
      {"short", kNumbers, encode_whole<INT16_MIN, INT16_MAX>, bound_whole, number_whole, nullptr, nullptr, true},
      {"byte", kNumbers, encode_whole<INT8_MIN, INT8_MAX>, bound_whole, number_whole, nullptr, nullptr, true},
      {"double", kNumbers, encode_double, bound_double, number_double},
      {"float", kNumbers, encode_float, bound_float, number_float},
      {"half_float", kNumbers, encode_half, bound_float, number_float},
      {"scaled_float", kNumbers, encode_scaled, bound_scaled, number_scaled},
  };
  count = std::size(types);
  return types;
}

}  // namespace standpipe::search
