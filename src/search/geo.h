// Points on the earth: the ways to write them, distances between them, units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace standpipe::search {

struct GeoPoint {
  double lat = 0, lon = 0;
};

struct GeoBox {
  double top = 90, left = -180, bottom = -90, right = 180;  // left > right: across the date line
  bool contains(GeoPoint point) const;
  bool intersects(const GeoBox& cell) const;  // `cell` does not cross the date line
};

// {"lat", "lon"}, [lon, lat], "lat,lon", "POINT (lon lat)", a geohash, GeoJSON's {"type": "Point", "coordinates"}; and
// within the bounds of the earth.
std::optional<GeoPoint> read_geo_point(const json::Value& value);
// "12km", "3.5mi", "100" (meters).
std::optional<double> read_distance(std::string_view text);
double distance_meters(GeoPoint a, GeoPoint b);  // haversine

// Cells of a geohash of `length` characters (1 … 12) and of map tiles at a zoom (0 … 29): the cell of a point, its
// name, its corners.
int64_t geohash_cell(GeoPoint point, int length);
std::string geohash_name(int64_t cell, int length);
GeoBox geohash_box(int64_t cell, int length);
int64_t tile_cell(GeoPoint point, int zoom);
std::string tile_name(int64_t cell, int zoom);
GeoBox tile_box(int64_t cell, int zoom);

// Both coordinates in one integer, to 1e-7 degrees; the order means nothing.
int64_t pack(GeoPoint point);
GeoPoint unpack(int64_t packed);

}  // namespace standpipe::search
