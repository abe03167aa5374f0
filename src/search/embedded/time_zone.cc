#include <unicode/timezone.h>

#include <chrono>

#include "search/embedded/dates.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

constexpr int64_t kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

// "+09:00", "-0530", "+9"; nullopt if it is not an offset.
std::optional<int64_t> parse_offset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  int digits[4] = {0, 0, 0, 0}, count = 0;
  for (const char c : text.substr(1)) {
    if (c == ':') continue;
    if (c < '0' || c > '9' || count == 4) return std::nullopt;
    digits[count++] = c - '0';
  }
  if (count != 1 && count != 2 && count != 4) return std::nullopt;
  const int hours = count == 1 ? digits[0] : digits[0] * 10 + digits[1], minutes = digits[2] * 10 + digits[3];
  if (hours > 18 || minutes > 59) return std::nullopt;
  const int64_t ms = hours * kHour + minutes * kMinute;
  return text[0] == '-' ? -ms : ms;
}

std::chrono::year_month_day date_of(int64_t local_ms) {
  return std::chrono::sys_days(std::chrono::days(floor_div(local_ms, kDay)));
}
int64_t ms_of(std::chrono::year_month_day date) {
  return std::chrono::sys_days(date).time_since_epoch().count() * kDay;
}

int64_t floor_local(int64_t local_ms, CalendarUnit unit) {
  using namespace std::chrono;
  const year_month_day date = date_of(local_ms);
  switch (unit) {
    case CalendarUnit::second: return floor_div(local_ms, 1000) * 1000;
    case CalendarUnit::minute: return floor_div(local_ms, kMinute) * kMinute;
    case CalendarUnit::hour: return floor_div(local_ms, kHour) * kHour;
    case CalendarUnit::day: return floor_div(local_ms, kDay) * kDay;
    case CalendarUnit::week: {  // from Monday; day 0 was a Thursday
      const int64_t days = floor_div(local_ms, kDay);
      return (floor_div(days + 3, 7) * 7 - 3) * kDay;
    }
    case CalendarUnit::month: return ms_of(date.year() / date.month() / day(1));
    case CalendarUnit::quarter: {
      const unsigned first = (static_cast<unsigned>(date.month()) - 1) / 3 * 3 + 1;
      return ms_of(date.year() / month(first) / day(1));
    }
    case CalendarUnit::year: return ms_of(date.year() / January / day(1));
  }
  return local_ms;
}

int64_t next_local(int64_t floored, CalendarUnit unit) {
  using namespace std::chrono;
  const year_month_day date = date_of(floored);
  switch (unit) {
    case CalendarUnit::second: return floored + 1000;
    case CalendarUnit::minute: return floored + kMinute;
    case CalendarUnit::hour: return floored + kHour;
    case CalendarUnit::day: return floored + kDay;
    case CalendarUnit::week: return floored + 7 * kDay;
    case CalendarUnit::month: return ms_of(date + months(1));
    case CalendarUnit::quarter: return ms_of(date + months(3));
    case CalendarUnit::year: return ms_of(date + years(1));
  }
  return floored;
}

}  // namespace

struct TimeZone::Rules {
  std::unique_ptr<icu::TimeZone> zone;
};

TimeZone TimeZone::parse(const std::string& name) {
  TimeZone out;
  if (name.empty() || name == "UTC" || name == "Z" || name == "GMT" || name == "Etc/UTC") return out;
  if (const auto offset = parse_offset(name)) {
    out.fixed_ms_ = *offset;
    return out;
  }
  auto rules = std::make_shared<Rules>();
  rules->zone.reset(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  if (name.size() > 64 || !rules->zone || *rules->zone == icu::TimeZone::getUnknown()) {
    throw illegal_argument("Unknown time-zone ID: " + name);
  }
  out.rules_ = std::move(rules);
  return out;
}

int64_t TimeZone::offset_at(int64_t utc_ms) const {
  if (!rules_) return fixed_ms_;
  int32_t raw = 0, daylight = 0;
  UErrorCode status = U_ZERO_ERROR;
  rules_->zone->getOffset(static_cast<UDate>(utc_ms), false, raw, daylight, status);
  return U_FAILURE(status) ? 0 : int64_t{raw} + daylight;
}

int64_t TimeZone::to_utc(int64_t local_ms) const {
  if (!rules_) return local_ms - fixed_ms_;
  int32_t raw = 0, daylight = 0;
  UErrorCode status = U_ZERO_ERROR;
  rules_->zone->getOffset(static_cast<UDate>(local_ms), true, raw, daylight, status);
  return U_FAILURE(status) ? local_ms : local_ms - raw - daylight;
}

std::optional<CalendarUnit> calendar_unit(std::string_view name) {
  static constexpr std::string_view names[] = {"second", "minute", "hour", "day", "week", "month", "quarter", "year"};
  for (size_t i = 0; i < std::size(names); ++i) {
    if (names[i] == name) return static_cast<CalendarUnit>(i);
  }
  return std::nullopt;
}

int64_t floor_to(int64_t utc_ms, CalendarUnit unit, const TimeZone& zone) {
  const int64_t offset = zone.offset_at(utc_ms);
  const int64_t local = floor_local(utc_ms + offset, unit);
  // Below a day the offset of the moment itself counts, so that repeated hours stay apart.
  if (unit <= CalendarUnit::hour) return local - offset;
  return zone.to_utc(local);
}

int64_t next_unit(int64_t floored_ms, CalendarUnit unit, const TimeZone& zone) {
  const int64_t offset = zone.offset_at(floored_ms);
  if (unit <= CalendarUnit::hour) return next_local(floored_ms + offset, unit) - offset;
  return zone.to_utc(next_local(floored_ms + offset, unit));
}

}  // namespace standpipe::search
