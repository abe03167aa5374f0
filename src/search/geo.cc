#include "search/geo.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <string>

#include "base/bytes.h"
#include "search/dsl/options.h"

namespace standpipe::search {
namespace {

constexpr double kEarthRadius = 6'371'008.7714;
constexpr double kLatScale = 4294967295.0 / 180, kLonScale = 4294967295.0 / 360;

constexpr std::string_view kAlphabet = "0123456789bcdefghjkmnpqrstuvwxyz";  // of geohashes
constexpr int kTileBits = 29;
constexpr int64_t kTileMask = (int64_t{1} << kTileBits) - 1;

std::optional<GeoPoint> read_geohash(std::string_view text) {
  double low[2] = {-90, -180}, high[2] = {90, 180};
  int side = 1;
  if (text.empty() || text.size() > 12) return std::nullopt;
  for (const char c : text) {
    const size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    for (int bit = 4; bit >= 0; --bit, side = 1 - side) {
      const double middle = (low[side] + high[side]) / 2;
      ((digit >> bit & 1) != 0 ? low : high)[side] = middle;
    }
  }
  return GeoPoint{(low[0] + high[0]) / 2, (low[1] + high[1]) / 2};
}

std::optional<GeoPoint> read_text(std::string_view text) {
  text = trim(text);
  if (to_lower(text.substr(0, 5)) == "point") {
    const size_t open = text.find('('), close = text.find(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
    const std::string_view inner = trim(text.substr(open + 1, close - open - 1));
    const size_t space = inner.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto lon = parse_double(inner.substr(0, space)), lat = parse_double(trim(inner.substr(space)));
    return lat && lon ? std::optional(GeoPoint{*lat, *lon}) : std::nullopt;
  }
  const size_t comma = text.find(',');
  if (comma == std::string_view::npos) return read_geohash(text);
  const auto lat = parse_double(trim(text.substr(0, comma))), lon = parse_double(trim(text.substr(comma + 1)));
  return lat && lon ? std::optional(GeoPoint{*lat, *lon}) : std::nullopt;
}

std::optional<GeoPoint> read_pair(const json::Value* lat, const json::Value* lon) {
  const auto north = lat == nullptr ? std::nullopt : dsl::as_number(*lat);
  const auto east = lon == nullptr ? std::nullopt : dsl::as_number(*lon);
  return north && east ? std::optional(GeoPoint{*north, *east}) : std::nullopt;
}

std::optional<GeoPoint> read_any(const json::Value& value) {
  if (value.is_string()) return read_text(value.string());
  if (value.is_array()) {
    const json::Array& items = value.array();
    return items.size() == 2 || items.size() == 3 ? read_pair(&items[1], &items[0]) : std::nullopt;
  }
  if (const json::Value* coordinates = value.find("coordinates"))
    return coordinates->is_array() ? read_any(*coordinates) : std::nullopt;
  if (const json::Value* hash = value.find("geohash"); hash != nullptr && hash->is_string())
    return read_geohash(hash->string());
  return read_pair(value.find("lat"), value.find("lon"));
}

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

}  // namespace

std::optional<GeoPoint> read_geo_point(const json::Value& value) {
  const auto out = read_any(value);
  if (!out || !(std::abs(out->lat) <= 90) || !(std::abs(out->lon) <= 180)) return std::nullopt;
  return out;
}

std::optional<double> read_distance(std::string_view text) {
  static const std::map<std::string_view, double> units = {
      {"", 1},        {"m", 1},        {"meters", 1},      {"km", 1000},     {"kilometers", 1000},
      {"cm", 0.01},   {"mm", 0.001},   {"mi", 1609.344},   {"miles", 1609.344}, {"yd", 0.9144},
      {"ft", 0.3048}, {"in", 0.0254},  {"nmi", 1852},      {"NM", 1852},     {"nauticalmiles", 1852}};
  text = trim(text);
  const size_t end = std::min(text.find_first_not_of("0123456789.+-eE"), text.size());
  const auto unit = units.find(trim(text.substr(end)));
  const auto number = parse_double(trim(text.substr(0, end)));
  if (!number || unit == units.end()) return std::nullopt;
  return *number * unit->second;
}

double distance_meters(GeoPoint a, GeoPoint b) {
  const double lat = std::sin(radians(b.lat - a.lat) / 2), lon = std::sin(radians(b.lon - a.lon) / 2);
  const double h = lat * lat + std::cos(radians(a.lat)) * std::cos(radians(b.lat)) * lon * lon;
  return 2 * kEarthRadius * std::asin(std::sqrt(std::min(1.0, h)));
}

bool GeoBox::contains(GeoPoint point) const {
  if (point.lat > top || point.lat < bottom) return false;
  if (left <= right) return point.lon >= left && point.lon <= right;
  return point.lon >= left || point.lon <= right;
}

bool GeoBox::intersects(const GeoBox& cell) const {
  if (cell.bottom > top || cell.top < bottom) return false;
  if (left <= right) return cell.left <= right && cell.right >= left;
  return cell.right >= left || cell.left <= right;
}

// Bits halve the earth in turn, east-west first.
int64_t geohash_cell(GeoPoint point, int length) {
  GeoBox box;
  int64_t cell = 0;
  for (int bit = 0; bit < 5 * length; ++bit) {
    double& low = bit % 2 == 0 ? box.left : box.bottom;
    double& high = bit % 2 == 0 ? box.right : box.top;
    const double middle = (low + high) / 2;
    const bool upper = (bit % 2 == 0 ? point.lon : point.lat) >= middle;
    (upper ? low : high) = middle;
    cell = cell << 1 | (upper ? 1 : 0);
  }
  return cell;
}

std::string geohash_name(int64_t cell, int length) {
  std::string out(static_cast<size_t>(length), '0');
  for (auto c = out.rbegin(); c != out.rend(); ++c, cell >>= 5) *c = kAlphabet[static_cast<size_t>(cell & 31)];
  return out;
}

GeoBox geohash_box(int64_t cell, int length) {
  GeoBox box;
  for (int bit = 0; bit < 5 * length; ++bit) {
    double& low = bit % 2 == 0 ? box.left : box.bottom;
    double& high = bit % 2 == 0 ? box.right : box.top;
    ((cell >> (5 * length - 1 - bit) & 1) != 0 ? low : high) = (low + high) / 2;
  }
  return box;
}

// Web Mercator: the map is a square, 2^zoom tiles wide; latitudes beyond it fall into its outermost tiles.
int64_t tile_cell(GeoPoint point, int zoom) {
  const double tiles = std::exp2(zoom), sine = std::sin(radians(point.lat));
  const double x = (point.lon + 180) / 360 * tiles;
  const double y = (0.5 - std::log((1 + sine) / (1 - sine)) / (4 * std::numbers::pi)) * tiles;
  const auto whole = [&](double value) { return static_cast<int64_t>(std::clamp(std::floor(value), 0.0, tiles - 1)); };
  return whole(x) << kTileBits | whole(y);
}

std::string tile_name(int64_t cell, int zoom) {
  return std::to_string(zoom) + "/" + std::to_string(cell >> kTileBits) + "/" + std::to_string(cell & kTileMask);
}

GeoBox tile_box(int64_t cell, int zoom) {
  const double tiles = std::exp2(zoom);
  const auto x = static_cast<double>(cell >> kTileBits), y = static_cast<double>(cell & kTileMask);
  const auto latitude = [&](double row) {
    return std::atan(std::sinh(std::numbers::pi * (1 - 2 * row / tiles))) * 180 / std::numbers::pi;
  };
  return {latitude(y), x / tiles * 360 - 180, latitude(y + 1), (x + 1) / tiles * 360 - 180};
}

int64_t pack(GeoPoint point) {
  const auto lat = static_cast<uint64_t>(std::llround((point.lat + 90) * kLatScale));
  const auto lon = static_cast<uint64_t>(std::llround((point.lon + 180) * kLonScale));
  return static_cast<int64_t>(lat << 32 | lon);
}

GeoPoint unpack(int64_t packed) {
  const auto bits = static_cast<uint64_t>(packed);
  const double lat = static_cast<double>(bits >> 32) / kLatScale - 90;
  const double lon = static_cast<double>(bits & 0xFFFFFFFF) / kLonScale - 180;
  return {std::round(lat * 1e7) / 1e7, std::round(lon * 1e7) / 1e7};
}

}  // namespace standpipe::search
