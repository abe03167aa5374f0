// geohash_grid, geotile_grid, geo_bounds, geo_centroid.
#include "search/dsl/aggregation.h"

namespace standpipe::search::dsl {
namespace {

std::string take_field(Options& options) {
  std::string field = options.text("field");
  if (field.empty()) throw illegal_argument("Required one of fields [field, script], but none were specified. ");
  return field;
}

AggregationNode parse_grid(const std::string& name, const json::Value& body, GeoGridAggregation out, int min, int max) {
  Options options(name, body);
  out.field = take_field(options);
  const std::string precision = options.text("precision", std::to_string(out.precision));
  const auto number = as_integer(json::Value(precision));
  if (!number) throw illegal_argument("[precision] of [" + name + "] as a distance is not supported: " + precision);
  if (*number < min || *number > max) {
    throw illegal_argument("Invalid " + std::string(out.tiles ? "geotile_grid" : "geohash aggregation") +
                           " precision of " + precision + ". Must be between " + std::to_string(min) + " and " +
                           std::to_string(max) + ".");
  }
  out.precision = static_cast<int>(*number);
  out.size = static_cast<uint32_t>(options.integer("size", 10'000, 1, INT32_MAX));
  options.integer("shard_size", 0, 0, INT32_MAX);  // all documents are seen anyway
  if (const json::Value* bounds = options.take("bounds")) out.bounds = read_geo_box(*bounds);
  options.finish("aggregation");
  return out;
}

}  // namespace

AggregationNode parse_geohash_grid(QueryParser&, const std::string& name, const json::Value& body) {
  return parse_grid(name, body, {.precision = 5}, 1, 12);
}

AggregationNode parse_geotile_grid(QueryParser&, const std::string& name, const json::Value& body) {
  return parse_grid(name, body, {.tiles = true, .precision = 7}, 0, 29);
}

AggregationNode parse_geo_bounds(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  GeoBoundsAggregation out{take_field(options), options.boolean("wrap_longitude", true)};
  options.finish("aggregation");
  return out;
}

AggregationNode parse_geo_centroid(QueryParser&, const std::string& name, const json::Value& body) {
  Options options(name, body);
  GeoCentroidAggregation out{take_field(options)};
  options.finish("aggregation");
  return out;
}

}  // namespace standpipe::search::dsl
