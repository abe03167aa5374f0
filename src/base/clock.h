// Time. Everything that asks for the time does so through a Clock, so that tests own it.
// Timestamps are UTC milliseconds since 1970; Deadlines are monotonic.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace standpipe {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

class Deadline {
 public:
  static Deadline in(Duration time) { return Deadline(std::chrono::steady_clock::now() + time); }
  // For waits that only a stop token should end; a century keeps the arithmetic of wait_until in range.
  static Deadline never() { return in(std::chrono::hours(24 * 365 * 100)); }
  std::chrono::steady_clock::time_point at() const { return at_; }
  bool passed() const { return std::chrono::steady_clock::now() >= at_; }
  Duration left() const {  // never negative
    const auto left = std::chrono::duration_cast<Duration>(at_ - std::chrono::steady_clock::now());
    return left.count() < 0 ? Duration{0} : left;
  }
  Deadline earlier(Deadline other) const { return at_ < other.at_ ? *this : other; }

 private:
  explicit Deadline(std::chrono::steady_clock::time_point at) : at_(at) {}
  std::chrono::steady_clock::time_point at_;
};

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp now = Timestamp{Duration{1'700'000'000'000}}) : now_(now) {}
  Timestamp now() const override { return now_.load(); }
  void advance(Duration by) { now_ = now_.load() + by; }

 private:
  std::atomic<Timestamp> now_;
};

inline int64_t epoch_ms(Timestamp time) { return time.time_since_epoch().count(); }
inline Timestamp from_epoch_ms(int64_t ms) { return Timestamp{Duration{ms}}; }

std::string format_iso8601(Timestamp time);        // 2026-11-23T09:30:00.123Z
std::string format_iso8601_seconds(Timestamp time);  // 2026-11-23T09:30:00Z
std::string format_basic(Timestamp time);          // 20261123T093000Z (SigV4)
std::string format_http_date(Timestamp time);      // Mon, 23 Nov 2026 09:30:00 GMT
// strftime(3) over UTC.
std::string format_time(Timestamp time, const char* pattern);

// ISO 8601 date or date-time, extended or basic, optional fraction, optional offset (default UTC).
std::optional<Timestamp> parse_iso8601(std::string_view text);
std::optional<Timestamp> parse_basic(std::string_view text);  // exactly 20261123T093000Z
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace standpipe
