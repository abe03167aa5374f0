// date, in milliseconds, and date_nanos, in nanoseconds since 1970.
#include <cmath>

#include "search/embedded/field_type.h"

namespace standpipe::search {
namespace {

constexpr int64_t kNanosPerMs = 1'000'000;

[[noreturn]] void refuse(const FieldSpec& field, const std::string& text) {
  throw BadValue("failed to parse date field [" + text + "] with format [" + field.format->name() + "]");
}

int64_t encode_date(const FieldSpec& field, const Scalar& value) {
  if (value.kind == Scalar::Kind::integer && field.format->name().find("epoch_millis") != std::string::npos) {
    return value.integer;
  }
  if (value.kind == Scalar::Kind::real && std::abs(value.real) < 9e15 &&
      field.format->name().find("epoch_millis") != std::string::npos) {
    return static_cast<int64_t>(value.real);
  }
  const std::string text = value.text();
  if (const auto time = field.format->read(text)) return *time;
  refuse(field, text);
}

int64_t encode_nanos(const FieldSpec& field, const Scalar& value) {
  const int64_t ms = encode_date(field, value);
  if (ms < 0 || ms > INT64_MAX / kNanosPerMs - 1) {
    throw BadValue("date[" + value.text() + "] is " + (ms < 0 ? "before the epoch in 1970" : "after 2262-04-11") +
                   " and cannot be stored in nanosecond resolution");
  }
  return ms * kNanosPerMs + (value.kind == Scalar::Kind::text ? nanos_below_ms(value.string) : 0);
}

double number_ms(const FieldSpec&, int64_t stored) { return static_cast<double>(stored); }
double number_nanos(const FieldSpec&, int64_t stored) {
  return static_cast<double>(stored) / static_cast<double>(kNanosPerMs);
}

}  // namespace

const FieldType& date_type() {
  // Bounds of dates are date math: the range query reads them itself.
  static constexpr FieldType type{.name = "date",
                                  .storage = FieldType::Storage::numbers,
                                  .encode = encode_date,
                                  .number = number_ms,
                                  .whole_numbers = true,
                                  .ticks_per_ms = 1};
  return type;
}
const FieldType& date_nanos_type() {
  static constexpr FieldType type{.name = "date_nanos",
                                  .storage = FieldType::Storage::numbers,
                                  .encode = encode_nanos,
                                  .number = number_nanos,
                                  .whole_numbers = true,
                                  .ticks_per_ms = kNanosPerMs};
  return type;
}

int64_t read_date(const FieldSpec& field, std::string_view text, int64_t now_ms, const DateFormat& format,
                  const TimeZone& zone, bool round_up) {
  const int64_t ms = read_date_math(text, now_ms, format, zone, round_up);
  if (field.type->ticks_per_ms == 1) return ms;
  const int64_t bounded = std::min(std::max(ms, int64_t{0}), INT64_MAX / kNanosPerMs - 1);
  const bool math = text.starts_with("now") || text.find("||") != std::string_view::npos;
  const int64_t nanos = math ? 0 : nanos_below_ms(text);
  return bounded * kNanosPerMs + (nanos == 0 && round_up ? kNanosPerMs - 1 : nanos);
}

int64_t date_ms(const FieldSpec& field, int64_t stored) { return stored / field.type->ticks_per_ms; }

std::string print_date(const FieldSpec& field, int64_t stored, const DateFormat& format, const TimeZone& zone) {
  std::string out = format.print(date_ms(field, stored), zone);
  int64_t nanos = stored % field.type->ticks_per_ms;
  const size_t point = out.rfind('.');
  if (nanos == 0 || point == std::string::npos || format.name().find("optional_time") == std::string::npos) return out;
  std::string digits = std::to_string(nanos + kNanosPerMs).substr(1);  // six of them
  while (digits.back() == '0') digits.pop_back();
  return out.insert(point + 4, digits);
}

}  // namespace standpipe::search
