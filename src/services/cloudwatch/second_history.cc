#include "services/cloudwatch/second_history.h"

#include <algorithm>

namespace standpipe::cloudwatch {

bool kept_by_second(std::string_view space) {
  return space == "AWS/Kinesis" || space == "AWS/Firehose" || is_gauge(space);
}

bool is_gauge(std::string_view space) { return space == "Standpipe"; }

void SecondHistory::make_room(int64_t now) {
  const auto older = std::ranges::find_if(
      points_, [&](const Point& point) { return point.second >= now - kSecond.kept_seconds; });
  auto old = older - points_.begin();
  // Too many metrics at once: each keeps less.
  if (total_ >= kPointsMax) old = std::max<std::ptrdiff_t>(old, (static_cast<std::ptrdiff_t>(points_.size()) + 1) / 2);
  // Rarely, for the rest moves; what is too old is not read meanwhile.
  if (old == 0 || (total_ < kPointsMax && old * 4 < static_cast<std::ptrdiff_t>(points_.size()))) return;
  points_.erase(points_.begin(), points_.begin() + old);
  total_ -= static_cast<size_t>(old);
}

void SecondHistory::record(int64_t second, double value) {
  if (points_.empty() || points_.back().second < second) {
    make_room(second);
    if (total_ >= kPointsMax) return;
    points_.push_back({second, 1, value, value, value, value});
    ++total_;
    return;
  }
  // A clock that went back counts for the last second.
  Point& point = points_.back();
  point.count += 1;
  point.sum += value;
  point.minimum = std::min(point.minimum, value);
  point.maximum = std::max(point.maximum, value);
  point.last = value;
}

void SecondHistory::read(int64_t begin, int64_t end, int64_t now, bool gauge, const std::string& unit,
                         Points& into) const {
  begin = std::max(begin, now - kSecond.kept_seconds);
  end = std::min(end, now + 1);
  auto point = std::ranges::lower_bound(points_, begin, {}, &Point::second);
  const auto add = [&](int64_t second, const Point& from) {
    into[{second, unit}].add_summary(from.count, from.sum, from.minimum, from.maximum);
  };
  if (!gauge) {
    for (; point != points_.end() && point->second < end; ++point) add(point->second, *point);
    return;
  }
  for (int64_t second = begin; second < end; ++second) {
    if (point != points_.end() && point->second == second) {
      add(second, *point++);
    } else if (point != points_.begin()) {
      const double last = std::prev(point)->last;
      add(second, {second, 1, last, last, last, last});
    }
  }
}

}  // namespace standpipe::cloudwatch
