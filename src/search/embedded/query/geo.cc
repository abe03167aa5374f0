// geo_distance and geo_bounding_box: documents with a point near enough, or in the box.
#include "search/embedded/query/query.h"

namespace standpipe::search {
namespace {

template <class Inside>
Matches scan_points(const QueryContext& context, const std::string& name, bool ignore_unmapped, float boost,
                    Inside inside) {
  Matches out{context.none(), boost, {}};
  const FieldSpec* spec = context.mapping.find(name);
  if (spec == nullptr) {
    if (ignore_unmapped) return out;
    context.refuse("failed to find geo field [" + name + "]");
  }
  if (spec->type != &geo_point_type()) context.refuse("field [" + name + "] is not a geo_point field");
  const auto field = context.segment.field(spec->path);
  if (!field || field->column == nullptr) return out;
  BlockValues block;
  for (uint32_t number = 0; number < block_count(context.docs()); ++number) {
    block.first = number * kBlockDocs;
    block.docs = std::min(kBlockDocs, context.docs() - block.first);
    field->column->decode(number, block);
    for (uint32_t row = 0; row < block.docs; ++row) {
      for (uint32_t i = block.starts[row]; i < block.starts[row + 1]; ++i) {
        if (inside(unpack(block.values[i]))) out.docs.add(block.first + row);
      }
    }
  }
  return out;
}

}  // namespace

Matches evaluate_geo_distance(const QueryContext& context, const GeoDistanceQuery& query, float boost) {
  return scan_points(context, query.field, query.ignore_unmapped, boost,
                     [&](GeoPoint point) { return distance_meters(point, query.center) <= query.meters; });
}

Matches evaluate_geo_bounding_box(const QueryContext& context, const GeoBoundingBoxQuery& query, float boost) {
  return scan_points(context, query.field, query.ignore_unmapped, boost,
                     [&](GeoPoint point) { return query.box.contains(point); });
}

}  // namespace standpipe::search
