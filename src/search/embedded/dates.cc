#include "search/embedded/dates.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "base/bytes.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

// What a text told; -1: nothing.
struct Parts {
  int year = -1, month = -1, day = -1, hour = -1, minute = -1, second = -1, millis = -1;
  bool afternoon = false, half_day = false;
  std::optional<int64_t> offset_ms;
};

// Reads from the front of a text.
struct Scanner {
  std::string_view text;
  size_t at = 0;
  bool done() const { return at >= text.size(); }
  char peek() const { return done() ? '\0' : text[at]; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at;
    return true;
  }
  // Between `min` and `max` digits; -1 if there are fewer.
  int digits(int min, int max) {
    int value = 0, count = 0;
    for (; count < max && peek() >= '0' && peek() <= '9'; ++count, ++at) value = value * 10 + (peek() - '0');
    return count < min ? -1 : value;
  }
  // A fraction of a second of up to nine digits as milliseconds.
  int fraction(int max) {
    int value = 0, count = 0;
    for (; count < max && peek() >= '0' && peek() <= '9'; ++count, ++at) {
      if (count < 3) value = value * 10 + (peek() - '0');
    }
    if (count == 0) return -1;
    for (; count < 3; ++count) value *= 10;
    return value;
  }
  bool offset(std::optional<int64_t>& out) {
    if (take('Z')) {
      out = 0;
      return true;
    }
    const char sign = peek();
    if (sign != '+' && sign != '-') return false;
    ++at;
    const int hours = digits(2, 2);
    if (hours < 0 || hours > 18) return false;
    take(':');
    int minutes = 0;
    if (peek() >= '0' && peek() <= '9') minutes = digits(2, 2);
    if (minutes < 0 || minutes > 59) return false;
    const int64_t ms = hours * kHour + minutes * kMinute;
    out = sign == '-' ? -ms : ms;
    return true;
  }
};

std::optional<int64_t> assemble(const Parts& parts, const TimeZone& zone, bool round_up) {
  using namespace std::chrono;
  const int year = parts.year < 0 ? 1970 : parts.year;
  const bool up = round_up;
  const int month = parts.month >= 0 ? parts.month : up && parts.year >= 0 ? 12 : 1;
  int hour_value = parts.hour;
  if (parts.half_day && hour_value >= 0) hour_value = hour_value % 12 + (parts.afternoon ? 12 : 0);
  if (month < 1 || month > 12 || parts.hour > 23 || parts.minute > 59 || parts.second > 59) return std::nullopt;
  const auto last =
      year_month_day_last(std::chrono::year(year), month_day_last(std::chrono::month(static_cast<unsigned>(month))));
  const int last_day = static_cast<int>(static_cast<unsigned>(last.day()));
  const int day = parts.day >= 0 ? parts.day : up ? last_day : 1;
  if (day < 1 || day > last_day) return std::nullopt;
  const int hour = hour_value >= 0 ? hour_value : up ? 23 : 0;
  const int minute = parts.minute >= 0 ? parts.minute : up ? 59 : 0;
  const int second = parts.second >= 0 ? parts.second : up ? 59 : 0;
  const int millis = parts.millis >= 0 ? parts.millis : up ? 999 : 0;
  const sys_days date(std::chrono::year(year) / static_cast<unsigned>(month) / static_cast<unsigned>(day));
  const int64_t local =
      date.time_since_epoch().count() * kDay + hour * kHour + minute * kMinute + second * kSecond + millis;
  return parts.offset_ms ? local - *parts.offset_ms : zone.to_utc(local);
}

// Names that are patterns; a leading "strict_" changes nothing for them.
const std::map<std::string_view, const char*>& named_patterns() {
  static const std::map<std::string_view, const char*> names = {
      {"date", "yyyy-MM-dd"},
      {"basic_date", "yyyyMMdd"},
      {"basic_date_time", "yyyyMMdd'T'HHmmss.SSSX"},
      {"basic_date_time_no_millis", "yyyyMMdd'T'HHmmssX"},
      {"date_hour_minute_second", "yyyy-MM-dd'T'HH:mm:ss"},
      {"date_hour_minute_second_millis", "yyyy-MM-dd'T'HH:mm:ss.SSS"},
      {"date_hour_minute", "yyyy-MM-dd'T'HH:mm"},
      {"date_time", "yyyy-MM-dd'T'HH:mm:ss.SSSX"},
      {"date_time_no_millis", "yyyy-MM-dd'T'HH:mm:ssX"},
      {"hour_minute_second", "HH:mm:ss"},
      {"year", "yyyy"},
      {"year_month", "yyyy-MM"},
      {"year_month_day", "yyyy-MM-dd"},
  };
  return names;
}

void append_padded(std::string& out, int64_t value, int width) {
  std::string digits = std::to_string(value);
  if (static_cast<int>(digits.size()) < width) digits.insert(0, static_cast<size_t>(width) - digits.size(), '0');
  out += digits;
}

constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

}  // namespace

const std::shared_ptr<const DateFormat>& DateFormat::standard() {
  static const auto format = parse("strict_date_optional_time||epoch_millis");
  return format;
}

std::shared_ptr<const DateFormat> DateFormat::parse(const std::string& formats) {
  auto out = std::make_shared<DateFormat>();
  out->name_ = formats;
  for (size_t at = 0; at <= formats.size();) {
    const size_t end = std::min(formats.find("||", at), formats.size());
    out->alternatives_.push_back(parse_alternative(formats.substr(at, end - at)));
    const auto kind = out->alternatives_.back().kind;
    out->epoch_ |= kind == Alternative::Kind::epoch_ms || kind == Alternative::Kind::epoch_s;
    at = end + 2;
  }
  return out;
}

DateFormat::Alternative DateFormat::parse_alternative(const std::string& name) {
  using Kind = Alternative::Kind;
  std::string_view plain = name;
  if (plain.starts_with("strict_")) plain.remove_prefix(7);
  if (plain == "date_optional_time" || plain == "dateOptionalTime") return {Kind::iso, true, true, {}};
  if (plain == "date_optional_time_nanos") return {Kind::iso, true, true, {}};
  if (name == "iso8601") return {Kind::iso, true, true, {}};
  if (name == "epoch_millis") return {Kind::epoch_ms, true, true, {}};
  if (name == "epoch_second") return {Kind::epoch_s, true, true, {}};
  const auto found = named_patterns().find(plain);
  const std::string pattern = found == named_patterns().end() ? name : found->second;
  if (name.empty() || name.size() > 128) throw illegal_argument("Invalid format: [" + name + "]: unknown pattern");
  return {Kind::pattern, true, true, parse_pattern(pattern)};
}

std::vector<DateFormat::Element> DateFormat::parse_pattern(const std::string& pattern) {
  std::vector<Element> out;
  const auto literal = [&](char c) {
    if (out.empty() || out.back().letter != 0) out.push_back({0, 0, {}});
    out.back().text += c;
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '\'') {
      const size_t end = pattern.find('\'', i + 1);
      if (end == std::string::npos) throw illegal_argument("Invalid format: [" + pattern + "]: unterminated literal");
      if (end == i + 1) literal('\'');
      for (size_t j = i + 1; j < end; ++j) literal(pattern[j]);
      i = end;
      continue;
    }
    if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')) {
      if (c != '[' && c != ']') literal(c);
      continue;
    }
    size_t end = i;
    while (end < pattern.size() && pattern[end] == c) ++end;
    if (c == 'u') c = 'y';
    if (c == 'x' || c == 'z' || c == 'V') c = 'Z';
    if (std::string_view("yMdHhmsSZXaE").find(c) == std::string_view::npos) {
      throw illegal_argument("Invalid format: [" + pattern + "]: Unknown pattern letter: " + std::string(1, c));
    }
    out.push_back({c, static_cast<int>(end - i), {}});
    i = end - 1;
  }
  return out;
}

std::optional<int64_t> DateFormat::read(std::string_view text, const TimeZone& zone, bool round_up) const {
  for (const Alternative& alternative : alternatives_) {
    std::optional<int64_t> out;
    switch (alternative.kind) {
      case Alternative::Kind::iso: out = read_iso(text, zone, round_up, alternative.iso_time); break;
      case Alternative::Kind::epoch_ms: out = parse_int(text); break;
      case Alternative::Kind::epoch_s: {
        const auto seconds = parse_int(text);
        if (seconds && std::abs(*seconds) < INT64_MAX / 1000) out = *seconds * 1000;
        break;
      }
      case Alternative::Kind::pattern: out = read_pattern(alternative.elements, text, zone, round_up); break;
    }
    if (out) return out;
  }
  return std::nullopt;
}

std::optional<int64_t> DateFormat::read_iso(std::string_view text, const TimeZone& zone, bool round_up, bool time) {
  Scanner in{text};
  Parts parts;
  parts.year = in.digits(4, 4);
  if (parts.year < 0) return std::nullopt;
  if (in.take('-')) {
    parts.month = in.digits(2, 2);
    if (parts.month < 0) return std::nullopt;
    if (in.take('-')) {
      parts.day = in.digits(2, 2);
      if (parts.day < 0) return std::nullopt;
    }
  }
  if (time && parts.day >= 0 && in.take('T') && !in.done()) {
    parts.hour = in.digits(2, 2);
    if (parts.hour < 0) return std::nullopt;
    if (in.take(':')) {
      parts.minute = in.digits(2, 2);
      if (parts.minute < 0) return std::nullopt;
      if (in.take(':')) {
        parts.second = in.digits(2, 2);
        if (parts.second < 0) return std::nullopt;
        if (in.take('.') || in.take(',')) {
          parts.millis = in.fraction(9);
          if (parts.millis < 0) return std::nullopt;
        }
      }
    }
    if (!in.done() && !in.offset(parts.offset_ms)) return std::nullopt;
  }
  if (!in.done()) return std::nullopt;
  return assemble(parts, zone, round_up);
}

std::optional<int64_t> DateFormat::read_pattern(const std::vector<Element>& elements, std::string_view text,
                                                const TimeZone& zone, bool round_up) {
  Scanner in{text};
  Parts parts;
  for (const Element& element : elements) {
    int* number = nullptr;
    switch (element.letter) {
      case 0:
        if (!in.text.substr(in.at).starts_with(element.text)) return std::nullopt;
        in.at += element.text.size();
        continue;
      case 'y': number = &parts.year; break;
      case 'M': number = &parts.month; break;
      case 'd': number = &parts.day; break;
      case 'h': parts.half_day = true; [[fallthrough]];
      case 'H': number = &parts.hour; break;
      case 'm': number = &parts.minute; break;
      case 's': number = &parts.second; break;
      case 'S':
        parts.millis = in.fraction(9);
        if (parts.millis < 0) return std::nullopt;
        continue;
      case 'a':
        if (in.text.size() < in.at + 2) return std::nullopt;
        parts.afternoon = to_lower(in.text.substr(in.at, 2)) == "pm";
        in.at += 2;
        continue;
      case 'E': in.at = std::min(in.at + 3, in.text.size()); continue;
      default:
        if (!in.offset(parts.offset_ms)) return std::nullopt;
        continue;
    }
    if (element.letter == 'M' && element.width == 3) {
      const auto found = std::find(std::begin(kMonths), std::end(kMonths), in.text.substr(in.at, 3));
      if (found == std::end(kMonths)) return std::nullopt;
      parts.month = static_cast<int>(found - std::begin(kMonths)) + 1;
      in.at += 3;
      continue;
    }
    const bool year = element.letter == 'y' && element.width != 2;
    *number = in.digits(element.width, year ? std::max(4, element.width) : 2);
    if (*number < 0) return std::nullopt;
    if (element.letter == 'y' && element.width == 2) parts.year += 2000;
  }
  if (!in.done()) return std::nullopt;
  return assemble(parts, zone, round_up);
}

std::string DateFormat::print(int64_t utc_ms, const TimeZone& zone) const {
  const Alternative& first = alternatives_.front();
  if (first.kind == Alternative::Kind::epoch_ms) return std::to_string(utc_ms);
  if (first.kind == Alternative::Kind::epoch_s) return std::to_string(utc_ms / 1000);
  static const std::vector<Element> iso = parse_pattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
  return print_pattern(first.kind == Alternative::Kind::iso ? iso : first.elements, utc_ms, zone);
}

std::string DateFormat::print_pattern(const std::vector<Element>& elements, int64_t utc_ms, const TimeZone& zone) {
  using namespace std::chrono;
  const int64_t offset = zone.offset_at(utc_ms), local = utc_ms + offset;
  const sys_days date = floor<days>(sys_time<milliseconds>(milliseconds(local)));
  const year_month_day ymd(date);
  const int64_t in_day = local - date.time_since_epoch().count() * kDay;
  const auto month = static_cast<unsigned>(ymd.month());
  std::string out;
  for (const Element& element : elements) {
    switch (element.letter) {
      case 0: out += element.text; break;
      case 'y':
        append_padded(out, element.width == 2 ? static_cast<int>(ymd.year()) % 100 : static_cast<int>(ymd.year()),
                      element.width);
        break;
      case 'M':
        if (element.width == 3)
          out += kMonths[month - 1];
        else
          append_padded(out, month, element.width);
        break;
      case 'd': append_padded(out, static_cast<unsigned>(ymd.day()), element.width); break;
      case 'H': append_padded(out, in_day / kHour, element.width); break;
      case 'h': append_padded(out, (in_day / kHour + 11) % 12 + 1, element.width); break;
      case 'm': append_padded(out, in_day / kMinute % 60, element.width); break;
      case 's': append_padded(out, in_day / kSecond % 60, element.width); break;
      case 'S': {
        std::string digits;
        append_padded(digits, in_day % kSecond, 3);
        digits.resize(static_cast<size_t>(std::min(element.width, 9)), '0');
        out += digits;
        break;
      }
      case 'a': out += in_day >= kDay / 2 ? "PM" : "AM"; break;
      case 'E': out += kDays[weekday(date).c_encoding()]; break;
      default:
        if (offset == 0 && element.letter == 'X') {
          out += 'Z';
          break;
        }
        out += offset < 0 ? '-' : '+';
        append_padded(out, std::abs(offset) / kHour, 2);
        if (element.width != 1 && element.width != 2) out += ':';
        append_padded(out, std::abs(offset) / kMinute % 60, 2);
    }
  }
  return out;
}

namespace {

[[noreturn]] void refuse_math(std::string_view text) {
  throw Error("parse_exception", 400, "operator not supported for date math [" + std::string(text) + "]");
}

// Adds calendar months keeping the day of the month where it exists.
int64_t add_months(int64_t ms, int64_t count) {
  using namespace std::chrono;
  const sys_days date = floor<days>(sys_time<milliseconds>(milliseconds(ms)));
  const int64_t rest = ms - date.time_since_epoch().count() * kDay;
  year_month_day ymd(date);
  ymd += months(static_cast<int>(count));
  if (!ymd.ok()) ymd = ymd.year() / ymd.month() / last;
  return sys_days(ymd).time_since_epoch().count() * kDay + rest;
}

int64_t apply_math(std::string_view math, int64_t time, const TimeZone& zone, bool round_up) {
  Scanner in{math};
  for (int steps = 0; !in.done(); ++steps) {
    const char op = in.text[in.at++];
    if (steps > 20 || (op != '+' && op != '-' && op != '/')) refuse_math(math);
    int64_t count = 1;
    if (op != '/' && in.peek() >= '0' && in.peek() <= '9') count = in.digits(1, 8);
    if (in.done()) refuse_math(math);
    const char unit = in.text[in.at++];
    CalendarUnit calendar;
    int64_t ms = 0;
    switch (unit) {
      case 's':
        calendar = CalendarUnit::second;
        ms = kSecond;
        break;
      case 'm':
        calendar = CalendarUnit::minute;
        ms = kMinute;
        break;
      case 'h':
      case 'H':
        calendar = CalendarUnit::hour;
        ms = kHour;
        break;
      case 'd':
        calendar = CalendarUnit::day;
        ms = kDay;
        break;
      case 'w':
        calendar = CalendarUnit::week;
        ms = 7 * kDay;
        break;
      case 'M': calendar = CalendarUnit::month; break;
      case 'y': calendar = CalendarUnit::year; break;
      default:
        throw Error("parse_exception", 400,
                    "unit [" + std::string(1, unit) + "] not supported for date math [" + std::string(math) + "]");
    }
    if (op == '/') {
      const int64_t floored = floor_to(time, calendar, zone);
      time = round_up ? next_unit(floored, calendar, zone) - 1 : floored;
      continue;
    }
    if (op == '-') count = -count;
    if (ms != 0)
      time += count * ms;
    else if (std::abs(count) <= 120'000)
      time = add_months(time, calendar == CalendarUnit::year ? count * 12 : count);
    else
      refuse_math(math);
  }
  return time;
}

}  // namespace

int64_t nanos_below_ms(std::string_view text) {
  const size_t point = text.find_first_of(".,");
  if (point == std::string_view::npos) return 0;
  int64_t nanos = 0;
  for (size_t i = 4; i < 10; ++i) {
    const char c = point + i < text.size() ? text[point + i] : '0';
    const bool digit = c >= '0' && c <= '9';
    nanos = nanos * 10 + (digit ? c - '0' : 0);
    if (!digit) text = text.substr(0, point + i);
  }
  return nanos;
}

int64_t read_date_math(std::string_view text, int64_t now_ms, const DateFormat& format, const TimeZone& zone,
                       bool round_up) {
  if (text.starts_with("now")) return apply_math(text.substr(3), now_ms, zone, round_up);
  const size_t bars = text.find("||");
  const bool has_math = bars != std::string_view::npos;
  const std::string_view anchor = text.substr(0, bars);
  const auto time = format.read(anchor, zone, round_up && !has_math);
  if (!time) {
    throw Error("parse_exception", 400,
                "failed to parse date field [" + std::string(anchor) + "] with format [" + format.name() + "]");
  }
  return has_math ? apply_math(text.substr(bars + 2), *time, zone, round_up) : *time;
}

}  // namespace standpipe::search
