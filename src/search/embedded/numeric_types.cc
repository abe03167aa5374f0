// long, integer, short, byte; double, float, half_float, scaled_float.
#include <bit>
#include <cmath>
#include <limits>

#include "base/bytes.h"
#include "search/embedded/field_type.h"

namespace standpipe::search {
namespace {

[[noreturn]] void refuse_text(const Scalar& value) { throw BadValue("For input string: \"" + value.text() + "\""); }

struct Whole {
  const char* name;
  int64_t min, max;
};

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
