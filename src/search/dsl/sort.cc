// "sort" of a search body: by fields, by distance, and by values of nested objects.
#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "search/dsl/request.h"
#include "search/geo.h"

namespace standpipe::search::dsl {
namespace {

constexpr size_t kSortFieldsMax = 32, kOriginsMax = 100;

void read_direction(SortField& into, const std::string& word) {
  const std::string lower = to_lower(word);
  if (lower != "asc" && lower != "desc")
    throw illegal_argument("No enum constant org.opensearch.search.sort.SortOrder." + word);
  into.descending = lower == "desc";
}

void read_mode(SortField& into, Options& options) {
  into.mode = to_lower(options.text("mode"));
  static const std::set<std::string_view> modes = {"", "min", "max", "sum", "avg", "median"};
  if (!modes.contains(into.mode))
    throw illegal_argument("[" + into.field + "] sort does not support mode [" + into.mode + "]");
}

std::shared_ptr<const NestedSort> read_nested(QueryParser& queries, const json::Value& body, int depth = 0) {
  if (depth > kQueryDepthMax) throw illegal_argument("[nested] of a sort goes too deep");
  Options options("nested", body);
  auto out = std::make_shared<NestedSort>();
  out->path = options.text("path");
  if (out->path.empty()) throw illegal_argument("Required [path]");
  if (const json::Value* filter = options.take("filter")) out->filter = queries.parse(*filter);
  out->children_max = static_cast<uint32_t>(options.integer("max_children", INT32_MAX, 1, INT32_MAX));
  if (const json::Value* inner = options.take("nested")) out->inner = read_nested(queries, *inner, depth + 1);
  options.finish("sort");
  return out;
}

SortField read_sort_field(QueryParser& queries, const std::string& field, const json::Value& value) {
  SortField out{.field = field, .descending = field == "_score"};
  if (!value.is_object()) {
    read_direction(out, as_text(value).value_or(""));
    return out;
  }
  Options options(field, value);
  read_direction(out, options.text("order", out.descending ? "desc" : "asc"));
  out.unmapped_type = options.text("unmapped_type");
  read_mode(out, options);
  out.format = options.text("format");
  if (const std::string type = options.text("numeric_type"); type == "date_nanos") {
    throw illegal_argument("[numeric_type] option cannot be set to [date_nanos] on field [" + field + "]");
  }
  if (const json::Value* nested = options.take("nested")) out.nested = read_nested(queries, *nested);
  if (const json::Value* missing = options.take("missing")) {
    const std::string word = as_text(*missing).value_or("");
    if (word == "_first")
      out.missing_first = true;
    else if (word != "_last")
      out.missing = *missing;
  }
  options.finish("sort");
  return out;
}

// One point, or a list of them; [lon, lat] is one.
std::vector<GeoPoint> read_origins(const json::Value& value) {
  std::vector<GeoPoint> out;
  const auto add = [&](const json::Value& one) {
    const auto point = read_geo_point(one);
    if (!point) throw Error("parse_exception", 400, "field must be either lat/lon or geohash: " + json::print(one));
    out.push_back(*point);
  };
  const bool several = value.is_array() && !value.array().empty() && !value.array().front().is_number();
  if (!several) {
    add(value);
    return out;
  }
  if (value.array().size() > kOriginsMax) throw illegal_argument("Too many points in [_geo_distance]");
  for (const json::Value& one : value.array()) add(one);
  return out;
}

SortField read_geo_distance(QueryParser& queries, const json::Value& body) {
  Options options("_geo_distance", body);
  SortField out;
  GeoDistanceSort distance;
  read_direction(out, options.text("order", "asc"));
  const std::string unit = options.text("unit", "m");
  const auto meters = read_distance("1" + unit);
  if (!meters) throw illegal_argument("No enum constant org.opensearch.common.unit.DistanceUnit." + unit);
  distance.unit_meters = *meters;
  read_mode(out, options);
  if (out.mode == "sum") throw illegal_argument("sort_mode [sum] isn't supported for sorting by geo distance");
  for (const char* name : {"distance_type", "validation_method"}) options.text(name);
  distance.ignore_unmapped = options.boolean("ignore_unmapped", false);
  if (const json::Value* nested = options.take("nested")) out.nested = read_nested(queries, *nested);
  static const std::string_view known[] = {"order",         "unit",              "mode",           "nested",
                                           "distance_type", "validation_method", "ignore_unmapped"};
  for (const auto& [name, value] : body.object()) {
    if (std::find(std::begin(known), std::end(known), name) != std::end(known)) continue;
    if (!out.field.empty())
      throw illegal_argument("Trying to reset fieldName to [" + name + "], already set to [" + out.field + "].");
    options.take(name);
    out.field = name;
    distance.origins = read_origins(value);
  }
  options.finish("sort");
  if (distance.origins.empty()) throw illegal_argument("[_geo_distance] requires a field and at least one point");
  out.distance = std::make_shared<const GeoDistanceSort>(std::move(distance));
  return out;
}

}  // namespace

std::vector<SortField> parse_sort(QueryParser& queries, const json::Value& value) {
  std::vector<SortField> out;
  const auto add = [&](const json::Value& item) {
    if (item.is_string()) {
      const std::string& text = item.string();
      out.push_back({.field = text, .descending = text == "_score"});
    } else if (item.is_object()) {
      for (const auto& [field, order] : item.object()) {
        if (field == "_script") throw illegal_argument("[_script] sort is not supported");
        out.push_back(field == "_geo_distance" ? read_geo_distance(queries, order)
                                               : read_sort_field(queries, field, order));
      }
    } else {
      throw illegal_argument(
          "malformed sort format, within the sort array, an object, or an actual string are allowed");
    }
  };
  if (value.is_array()) {
    for (const json::Value& item : value.array()) add(item);
  } else {
    add(value);
  }
  if (out.size() > kSortFieldsMax) throw illegal_argument("Too many sort fields");
  return out;
}

}  // namespace standpipe::search::dsl
