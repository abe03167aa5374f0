// A metric's identity and its points: what is aggregated per period and unit, and how it is kept in metadata:
//
//   <account>/<region>/cloudwatch/series/<space>/<name>/<hash>                       dimensions, when it was last seen
//   <account>/<region>/cloudwatch/points/<space>/<name>/<hash>/<resolution>/<start>  the points of a stretch of time
//   -/-/cloudwatch/place/<account>/<region>                                          where there are metrics
//
// Space and name are URL-encoded; the hash is that of the sorted dimensions.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/cloudwatch/statistics.h"

namespace standpipe::cloudwatch {

using Dimensions = std::vector<std::pair<std::string, std::string>>;  // sorted

struct Series {
  std::string account, region, space, name;
  Dimensions dimensions;
  auto operator<=>(const Series&) const = default;
};

// A resolution in which points are kept, for how long, and how much of them one document holds. Values go to the minute
// resolution and, if asked, to the second's; old minutes become five minutes, those hours.
struct Resolution {
  int64_t seconds;
  int64_t kept_seconds;
  int64_t document_seconds;
};
inline constexpr int64_t kDay = 24 * 3600;
inline constexpr Resolution kSecond{1, 3 * 3600, 300};
inline constexpr Resolution kMinute{60, 15 * kDay, 3600};
inline constexpr Resolution kFiveMinutes{300, 63 * kDay, kDay};
inline constexpr Resolution kHour{3600, 455 * kDay, 30 * kDay};

struct PointKey {
  int64_t time = 0;  // its beginning, seconds since 1970
  std::string unit;
  auto operator<=>(const PointKey&) const = default;
};
using Points = std::map<PointKey, Statistics>;

// What a metric got, per resolution (by its seconds).
using SeriesPoints = std::map<int64_t, Points>;

inline int64_t align(int64_t time, int64_t period) { return time - (time % period + period) % period; }

inline constexpr std::string_view kPlaces = "-/-/cloudwatch/place/";

std::string place_prefix(std::string_view account, std::string_view region);
std::string series_prefix(std::string_view account, std::string_view region);
// …/<space>/ or …/<space>/<name>/ below the series prefix.
std::string below(std::string prefix, const std::string& space, const std::string& name);
std::string series_key(const Series& series);
std::string points_prefix(const Series& series, const Resolution& resolution);
std::string points_key(const Series& series, const Resolution& resolution, int64_t time);

// A document of points. `flush` numbers the flush that wrote it last.
struct StoredPoints {
  int64_t flush = 0;
  Points points;
};
std::string print_points(const StoredPoints& stored);
StoredPoints parse_points(std::string_view document);

struct StoredSeries {
  Series series;
  int64_t last_seen = 0;  // seconds; no more than ten minutes late
};
std::string print_series(const StoredSeries& stored);
StoredSeries parse_series(std::string_view document);

}  // namespace standpipe::cloudwatch
