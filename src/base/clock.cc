#include "base/clock.h"

#include <ctime>

#include "base/bytes.h"

namespace standpipe {
namespace {

using namespace std::chrono;

std::tm broken_down(Timestamp time) {
  const std::time_t seconds = floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

// Reads exactly `digits` decimal digits and advances; nullopt if they are not there.
std::optional<int> take(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool skip(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<sys_days> take_date(std::string_view& text) {
  const auto year_number = take(text, 4);
  const bool extended = skip(text, '-');
  const auto month_number = take(text, 2);
  if (extended && !skip(text, '-')) return std::nullopt;
  const auto day_number = take(text, 2);
  if (!year_number || !month_number || !day_number) return std::nullopt;
  const year_month_day date{year{*year_number}, month{static_cast<unsigned>(*month_number)},
                            day{static_cast<unsigned>(*day_number)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date};
}

std::optional<milliseconds> take_time(std::string_view& text) {
  const auto hour = take(text, 2);
  const bool extended = skip(text, ':');
  const auto minute = take(text, 2);
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  milliseconds time = hours{*hour} + minutes{*minute};
  if (extended ? skip(text, ':') : (!text.empty() && text.front() >= '0' && text.front() <= '9')) {
    const auto second = take(text, 2);
    if (!second || *second > 60) return std::nullopt;
    time += seconds{*second};
  }
  if (skip(text, '.') || skip(text, ',')) {
    int scale = 100;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), scale /= 10) {
      time += milliseconds{(text.front() - '0') * scale};
    }
  }
  return time;
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (text.empty() || skip(text, 'Z') || skip(text, 'z')) return minutes{0};
  const bool negative = text.front() == '-';
  if (!negative && text.front() != '+') return std::nullopt;
  text.remove_prefix(1);
  const auto hour = take(text, 2);
  skip(text, ':');
  const auto minute = text.empty() ? std::optional<int>{0} : take(text, 2);
  if (!hour || !minute || *hour > 18 || *minute > 59) return std::nullopt;
  const minutes offset = hours{*hour} + minutes{*minute};
  return negative ? -offset : offset;
}

}  // namespace

std::string format_time(Timestamp time, const char* pattern) {
  const std::tm parts = broken_down(time);
  char buffer[128];
  return {buffer, std::strftime(buffer, sizeof buffer, pattern, &parts)};
}

std::string format_iso8601(Timestamp time) {
  const auto ms = (time - floor<seconds>(time)).count();
  std::string fraction = std::to_string(1000 + ms);
  fraction[0] = '.';
  return format_time(time, "%Y-%m-%dT%H:%M:%S") + fraction + "Z";
}

std::string format_iso8601_seconds(Timestamp time) { return format_time(time, "%Y-%m-%dT%H:%M:%SZ"); }

std::string format_basic(Timestamp time) { return format_time(time, "%Y%m%dT%H%M%SZ"); }

std::string format_http_date(Timestamp time) {
  // Names are fixed by RFC 9110, whatever the locale.
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::tm parts = broken_down(time);
  return std::string(kDays[parts.tm_wday]) + format_time(time, ", %d ") + kMonths[parts.tm_mon] +
         format_time(time, " %Y %H:%M:%S GMT");
}

std::optional<Timestamp> parse_iso8601(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  if (text.empty()) return Timestamp{*date};
  if (!skip(text, 'T') && !skip(text, 't') && !skip(text, ' ')) return std::nullopt;
  const auto time = take_time(text);
  if (!time) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return Timestamp{*date} + *time - *offset;
}

std::optional<Timestamp> parse_basic(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return parse_iso8601(text);
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return Timestamp{seconds{timegm(&parts)}};
}

}  // namespace standpipe
