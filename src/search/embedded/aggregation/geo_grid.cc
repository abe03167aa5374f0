// geohash_grid and geotile_grid: a bucket per cell with points in it.
#include <algorithm>

#include "search/embedded/aggregation/collector.h"
#include "search/geo.h"

namespace standpipe::search {
namespace {

class GeoGridCollector final : public BucketCollector {
 public:
  GeoGridCollector(const GeoGridAggregation& node, const Aggregation& aggregation, AggregationScope& scope)
      : BucketCollector(aggregation, scope), node_(node), reader_(node.field), table_(scope) {}

  void open(const QueryContext& context, const DocSet& live) override {
    BucketCollector::open(context, live);
    reader_.any_type().open(context);
    reader_.require_points(type());
  }

  void collect(const Rows& rows) override {
    begin(rows);
    reader_.load(rows.block);
    std::vector<int64_t> cells;
    for (size_t i = 0; i < rows.docs.size(); ++i) {
      cells.clear();
      for (const int64_t packed : reader_.values(rows.docs[i])) {
        const int64_t cell = cell_of(unpack(packed));
        if (!node_.bounds || node_.bounds->intersects(box_of(cell))) cells.push_back(cell);
      }
      std::sort(cells.begin(), cells.end());
      cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
      for (const int64_t cell : cells) count(rows.docs[i], table_.bucket(rows.buckets[i], cell));
    }
    pass_on();
  }

  std::string_view type() const override { return node_.tiles ? "geotile_grid" : "geohash_grid"; }

  json::Value result(uint32_t parent) override {
    std::vector<BucketTable::Entry> buckets = table_.of(parent);
    std::sort(buckets.begin(), buckets.end(), [&](const auto& a, const auto& b) {
      if (count_of(a.bucket) != count_of(b.bucket)) return count_of(a.bucket) > count_of(b.bucket);
      return a.key > b.key;
    });
    if (buckets.size() > node_.size) buckets.resize(node_.size);
    scope_.answer(buckets.size());
    json::Array list;
    for (const auto& entry : buckets) {
      json::Object bucket{{"key", node_.tiles ? tile_name(entry.key, node_.precision)
                                              : geohash_name(entry.key, node_.precision)}};
      print_into(bucket, entry.bucket);
      list.push_back(std::move(bucket));
    }
    return json::Object{{"buckets", std::move(list)}};
  }

 private:
  int64_t cell_of(GeoPoint point) const {
    return node_.tiles ? tile_cell(point, node_.precision) : geohash_cell(point, node_.precision);
  }
  GeoBox box_of(int64_t cell) const {
    return node_.tiles ? tile_box(cell, node_.precision) : geohash_box(cell, node_.precision);
  }
  const GeoGridAggregation& node_;
  FieldReader reader_;
  BucketTable table_;
};

}  // namespace

std::unique_ptr<Collector> collect_geo_grid(const GeoGridAggregation& node, const Aggregation& aggregation,
                                            AggregationScope& scope) {
  return std::make_unique<GeoGridCollector>(node, aggregation, scope);
}

}  // namespace standpipe::search
