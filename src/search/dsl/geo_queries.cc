// geo_distance and geo_bounding_box.
#include <algorithm>

#include "base/bytes.h"
#include "search/dsl/query.h"
#include "search/geo.h"

namespace standpipe::search::dsl {
namespace {

GeoPoint point(const json::Value& value) {
  const auto out = read_geo_point(value);
  if (!out) throw Error("parse_exception", 400, "field must be either lat/lon or geohash: " + json::print(value));
  return *out;
}

}  // namespace

GeoBox read_geo_box(const json::Value& value) {
  GeoBox out;
  Options options("geo_bounding_box", value);
  const auto side = [&](const char* which, double& into) {
    if (options.take(which) != nullptr) into = options.number(which, 0);
  };
  side("top", out.top), side("bottom", out.bottom), side("left", out.left), side("right", out.right);
  const auto corner = [&](const char* which, double& lat, double& lon) {
    const json::Value* given = options.take(which);
    if (given == nullptr) return;
    const GeoPoint at = point(*given);
    lat = at.lat, lon = at.lon;
  };
  corner("top_left", out.top, out.left), corner("bottom_right", out.bottom, out.right);
  corner("top_right", out.top, out.right), corner("bottom_left", out.bottom, out.left);
  options.finish();
  if (out.top < out.bottom) {
    throw illegal_argument("top is below bottom corner: " + std::to_string(out.top) + " vs. " +
                           std::to_string(out.bottom));
  }
  return out;
}

QueryPtr parse_geo_distance(QueryParser&, const json::Value& body) {
  Options options("geo_distance", body);
  GeoDistanceQuery query;
  const json::Value* distance = options.take("distance");
  if (distance == nullptr) throw parsing_exception("geo_distance requires 'distance' to be specified");
  const auto meters =
      read_distance(as_text(*distance).value_or("") + (distance->is_number() ? options.text("unit", "m") : ""));
  if (!meters || *meters <= 0) throw illegal_argument("distance must be greater than zero");
  query.meters = *meters;
  for (const char* name : {"distance_type", "validation_method", "unit", "_name"}) options.text(name);
  query.ignore_unmapped = options.boolean("ignore_unmapped", false);
  const float boost = options.boost();
  for (const auto& [name, value] : body.object()) {
    if (!value.is_object() && !value.is_array() && !value.is_string()) continue;
    static const std::string_view known[] = {"distance", "distance_type", "validation_method", "unit", "_name"};
    if (std::find(std::begin(known), std::end(known), name) != std::end(known)) continue;
    options.take(name);
    query.field = name;
    query.center = point(value);
  }
  options.finish();
  if (query.field.empty()) throw parsing_exception("failed to parse [geo_distance] query. a field is required");
  return make_query(std::move(query), boost);
}

QueryPtr parse_geo_bounding_box(QueryParser&, const json::Value& body) {
  Options options("geo_bounding_box", body);
  GeoBoundingBoxQuery query;
  for (const char* name : {"validation_method", "type", "_name"}) options.text(name);
  query.ignore_unmapped = options.boolean("ignore_unmapped", false);
  const float boost = options.boost();
  for (const auto& [name, value] : body.object()) {
    if (!value.is_object()) continue;
    options.take(name);
    query.field = name;
    query.box = read_geo_box(value);
  }
  options.finish();
  if (query.field.empty()) throw parsing_exception("failed to parse bounding box: a field is required");
  return make_query(std::move(query), boost);
}

}  // namespace standpipe::search::dsl
