// The last three hours of one of the server's own metrics, second by second: what a person watches live. In memory
// only, for it would cost a write every few seconds; minutes and coarser are in the metric store. Not thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "services/cloudwatch/series.h"

namespace standpipe::cloudwatch {

// Whether a metric of this space is kept by the second, and whether its value holds until the next measurement.
bool kept_by_second(std::string_view space);
bool is_gauge(std::string_view space);

class SecondHistory {
 public:
  void record(int64_t second, double value);
  // Adds what there is from `begin` (inclusive) to `end`. A gauge has a value in every second since its first, up to
  // `now`.
  void read(int64_t begin, int64_t end, int64_t now, bool gauge, const std::string& unit, Points& into) const;
  ~SecondHistory() { total_ -= points_.size(); }

 private:
  struct Point {
    int64_t second;
    double count, sum, minimum, maximum, last;
  };
  void make_room(int64_t now);
  // Of all histories together: about 24 MB.
  static constexpr size_t kPointsMax = 500'000;
  static inline std::atomic<size_t> total_ = 0;
  std::vector<Point> points_;  // in order of time
};

}  // namespace standpipe::cloudwatch
