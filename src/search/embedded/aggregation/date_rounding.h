// The interval of a date_histogram that holds a moment, and the one after it.
#pragma once

#include <optional>

#include "search/aggregation.h"
#include "search/embedded/dates.h"

namespace standpipe::search {

class DateRounding {
 public:
  explicit DateRounding(const DateHistogramAggregation& node)
      : fixed_ms_(node.fixed_ms), offset_ms_(node.offset_ms), zone_(TimeZone::parse(node.time_zone)) {
    if (!node.calendar_interval.empty()) unit_ = calendar_unit(node.calendar_interval);
  }
  int64_t floor(int64_t time) const {
    if (unit_) return floor_to(time - offset_ms_, *unit_, zone_) + offset_ms_;
    const int64_t shift = zone_.offset_at(time) - offset_ms_, local = time + shift;
    const int64_t rest = local % fixed_ms_;
    return local - (rest < 0 ? rest + fixed_ms_ : rest) - shift;
  }
  int64_t next(int64_t key) const {
    if (unit_) return next_unit(key - offset_ms_, *unit_, zone_) + offset_ms_;
    return key + fixed_ms_;
  }
  const TimeZone& zone() const { return zone_; }

 private:
  int64_t fixed_ms_, offset_ms_;
  TimeZone zone_;
  std::optional<CalendarUnit> unit_;
};

}  // namespace standpipe::search
