// geo_bounds: the smallest box around all points; geo_centroid: their middle.
#include <algorithm>
#include <cmath>

#include "search/embedded/aggregation/collector.h"
#include "search/geo.h"

namespace standpipe::search {
namespace {

json::Value print(GeoPoint point) { return json::Object{{"lat", point.lat}, {"lon", point.lon}}; }

// `Seen`: what is known of the points of a bucket, with add(GeoPoint).
template <class Seen>
class PointsCollector : public Collector {
 public:
  PointsCollector(const std::string& field, AggregationScope& scope) : reader_(field), seen_(scope) {}
  void open(const QueryContext& context, const DocSet&) override {
    reader_.any_type().open(context);
    reader_.require_points(type());
  }
  void collect(const Rows& rows) override {
    reader_.load(rows.block);
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      for (const int64_t packed : reader_.values(rows.docs[i])) seen_[rows.buckets[i]].add(unpack(packed));
    }
  }
  std::optional<double> metric(uint32_t, std::string_view) override { return std::nullopt; }

 protected:
  Seen seen(uint32_t bucket) const {
    const Seen* found = seen_.find(bucket);
    return found == nullptr ? Seen{} : *found;
  }

 private:
  FieldReader reader_;
  PerBucket<Seen> seen_;
};

// Of the eastern and the western half: only so it is known whether a box across the date line is smaller.
struct Extent {
  double top = -INFINITY, bottom = INFINITY;
  double east_left = INFINITY, east_right = -INFINITY, west_left = INFINITY, west_right = -INFINITY;
  void add(GeoPoint point) {
    top = std::max(top, point.lat);
    bottom = std::min(bottom, point.lat);
    double& left = point.lon >= 0 ? east_left : west_left;
    double& right = point.lon >= 0 ? east_right : west_right;
    left = std::min(left, point.lon);
    right = std::max(right, point.lon);
  }
  GeoBox box(bool wrap) const {
    if (std::isinf(east_left)) return {top, west_left, bottom, west_right};
    if (std::isinf(west_left)) return {top, east_left, bottom, east_right};
    const double plain = east_right - west_left, across = 360 - east_left + west_right;
    if (wrap && across < plain) return {top, east_left, bottom, west_right};
    return {top, west_left, bottom, east_right};
  }
};

class GeoBoundsCollector final : public PointsCollector<Extent> {
 public:
  GeoBoundsCollector(const GeoBoundsAggregation& node, AggregationScope& scope)
      : PointsCollector(node.field, scope), wrap_(node.wrap_longitude) {}
  std::string_view type() const override { return "geo_bounds"; }
  json::Value result(uint32_t bucket) override {
    const Extent extent = seen(bucket);
    if (std::isinf(extent.top)) return json::Object{};
    const GeoBox box = extent.box(wrap_);
    json::Object bounds{{"top_left", print({box.top, box.left})}, {"bottom_right", print({box.bottom, box.right})}};
    return json::Object{{"bounds", std::move(bounds)}};
  }

 private:
  const bool wrap_;
};

struct Middle {
  double lat = 0, lon = 0;
  int64_t count = 0;
  void add(GeoPoint point) {
    lat += point.lat;
    lon += point.lon;
    ++count;
  }
};

class GeoCentroidCollector final : public PointsCollector<Middle> {
 public:
  GeoCentroidCollector(const GeoCentroidAggregation& node, AggregationScope& scope)
      : PointsCollector(node.field, scope) {}
  std::string_view type() const override { return "geo_centroid"; }
  json::Value result(uint32_t bucket) override {
    const Middle middle = seen(bucket);
    json::Object out;
    const auto n = static_cast<double>(middle.count);
    if (middle.count > 0) out.append("location", print({middle.lat / n, middle.lon / n}));
    out.append("count", middle.count);
    return out;
  }
};

}  // namespace

std::unique_ptr<Collector> collect_geo_bounds(const GeoBoundsAggregation& node, AggregationScope& scope) {
  return std::make_unique<GeoBoundsCollector>(node, scope);
}
std::unique_ptr<Collector> collect_geo_centroid(const GeoCentroidAggregation& node, AggregationScope& scope) {
  return std::make_unique<GeoCentroidCollector>(node, scope);
}

}  // namespace standpipe::search
