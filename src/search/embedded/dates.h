// Dates of documents and queries: formats ("strict_date_optional_time||epoch_millis", "yyyy-MM-dd HH:mm"), date math
// ("now-1d/d", "2026-01-01||+1M/d"), time zones and calendar rounding. Times are milliseconds since 1970, UTC.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace standpipe::search {

// "UTC", "Z", "+09:00", "Asia/Tokyo". Immutable, thread-safe, cheap to copy.
class TimeZone {
 public:
  TimeZone() = default;                            // UTC
  static TimeZone parse(const std::string& name);  // throws illegal_argument for what is no zone
  int64_t offset_at(int64_t utc_ms) const;         // local = utc + offset
  int64_t to_utc(int64_t local_ms) const;          // of a time in a gap: after the gap
  bool fixed() const { return !rules_; }

 private:
  struct Rules;
  int64_t fixed_ms_ = 0;
  std::shared_ptr<const Rules> rules_;
};

enum class CalendarUnit { second, minute, hour, day, week, month, quarter, year };
std::optional<CalendarUnit> calendar_unit(std::string_view name);  // "day"

// The beginning of the unit that holds `utc_ms`, in local time of `zone`; and that of the next one.
int64_t floor_to(int64_t utc_ms, CalendarUnit unit, const TimeZone& zone);
int64_t next_unit(int64_t floored_ms, CalendarUnit unit, const TimeZone& zone);

class DateFormat {
 public:
  // Alternatives separated by "||"; throws illegal_argument "Invalid format: […]".
  static std::shared_ptr<const DateFormat> parse(const std::string& formats);
  static const std::shared_ptr<const DateFormat>& standard();  // strict_date_optional_time||epoch_millis

  // nullopt if no alternative reads all of `text`. Missing smaller units are their first moment, or their last
  // millisecond if `round_up`. Text without an offset is local time of `zone`.
  std::optional<int64_t> read(std::string_view text, const TimeZone& zone = {}, bool round_up = false) const;
  std::string print(int64_t utc_ms, const TimeZone& zone = {}) const;  // in the first alternative
  const std::string& name() const { return name_; }
  bool reads_numbers() const { return epoch_; }

 private:
  struct Element {
    char letter;  // y M d H h m s S Z X a E, 0: literal
    int width;
    std::string text;  // literal
  };
  struct Alternative {
    enum class Kind { iso, epoch_ms, epoch_s, pattern } kind;
    bool iso_time = true;  // iso: may have a time; printed with one
    bool iso_millis = true;
    std::vector<Element> elements;
  };
  static Alternative parse_alternative(const std::string& name);
  static std::vector<Element> parse_pattern(const std::string& pattern);
  static std::optional<int64_t> read_iso(std::string_view text, const TimeZone& zone, bool round_up, bool time);
  static std::optional<int64_t> read_pattern(const std::vector<Element>& elements, std::string_view text,
                                             const TimeZone& zone, bool round_up);
  static std::string print_pattern(const std::vector<Element>& elements, int64_t utc_ms, const TimeZone& zone);

  std::string name_;
  bool epoch_ = false;
  std::vector<Alternative> alternatives_;
};

// What a date's fraction says beyond milliseconds: 456789 of "10:00:00.123456789".
int64_t nanos_below_ms(std::string_view text);

// `text` may begin with "now" or an anchor date and "||", followed by +1d, -2h, /d … Throws parse_exception.
int64_t read_date_math(std::string_view text, int64_t now_ms, const DateFormat& format, const TimeZone& zone,
                       bool round_up);

}  // namespace standpipe::search
