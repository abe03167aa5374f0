// Points on the earth: the ways to write them, distances between them, units.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/json.h"

namespace standpipe::search {

struct GeoPoint {
  double lat = 0, lon = 0;
};

// {"lat", "lon"}, [lon, lat], "lat,lon", "POINT (lon lat)", a geohash, GeoJSON's {"type": "Point", "coordinates"}; and
// within the bounds of the earth.
std::optional<GeoPoint> read_geo_point(const json::Value& value);
// "12km", "3.5mi", "100" (meters).
std::optional<double> read_distance(std::string_view text);
double distance_meters(GeoPoint a, GeoPoint b);  // haversine

// Both coordinates in one integer, to 1e-7 degrees; the order means nothing.
int64_t pack(GeoPoint point);
GeoPoint unpack(int64_t packed);

}  // namespace standpipe::search
