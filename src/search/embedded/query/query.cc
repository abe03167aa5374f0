#include "search/embedded/query/query.h"

#include "search/error.h"

namespace standpipe::search {

void QueryContext::refuse(const std::string& reason) const {
  throw Error("query_shard_exception", 400, "failed to create query: " + reason).on(index);
}

void require_indexed(const QueryContext& context, const FieldSpec& field) {
  if (!field.index) context.refuse("Cannot search on field [" + field.path + "] since it is not indexed.");
}

void refuse_points(const QueryContext& context, const FieldSpec& field) {
  if (field.type != &geo_point_type()) return;
  context.refuse("Geometry fields do not support exact searching, use dedicated geometry queries instead: [" +
                 field.path + "]");
}

DocSet scan_column(const Column& column, uint32_t docs, int64_t from, int64_t to) {
  DocSet out(docs);
  if (from > to) return out;
  BlockValues block;
  for (uint32_t number = 0; number < block_count(docs); ++number) {
    const Zone zone = column.zone(number);
    if (zone.values == 0 || zone.max < from || zone.min > to) continue;
    block.first = number * kBlockDocs;
    block.docs = std::min(kBlockDocs, docs - block.first);
    if (zone.each_has_one && zone.min >= from && zone.max <= to) {
      out.add_range(block.first, block.first + block.docs);
      continue;
    }
    column.decode(number, block);
    // One comparison for both bounds: unsigned distance from the lower one.
    const uint64_t width = static_cast<uint64_t>(to) - static_cast<uint64_t>(from);
    const auto inside = [&](int64_t value) {
      return static_cast<uint64_t>(value) - static_cast<uint64_t>(from) <= width;
    };
    if (zone.each_has_one) {
      for (uint32_t row = 0; row < block.docs; ++row) {
        out.words()[(block.first + row) >> 6] |= uint64_t{inside(block.values[row])} << ((block.first + row) & 63);
      }
      continue;
    }
    for (uint32_t row = 0; row < block.docs; ++row) {
      for (uint32_t i = block.starts[row]; i < block.starts[row + 1]; ++i) {
        if (inside(block.values[i])) out.add(block.first + row);
      }
    }
  }
  return out;
}

Matches best_of(uint32_t docs, std::vector<Matches> parts, float tie_breaker, bool scored) {
  Matches out{.docs = DocSet(docs)};
  if (parts.size() == 1) return std::move(parts[0]);
  for (const Matches& part : parts) out.docs |= part.docs;
  if (!scored || parts.empty()) return out;
  out.scores.assign(docs, 0);
  std::vector<float> sums(tie_breaker > 0 ? docs : 0);
  for (const Matches& part : parts) {
    part.docs.each([&](uint32_t doc) {
      const float score = part.score(doc);
      out.scores[doc] = std::max(out.scores[doc], score);
      if (tie_breaker > 0) sums[doc] += score;
    });
  }
  for (uint32_t doc = 0; doc < sums.size(); ++doc) out.scores[doc] += tie_breaker * (sums[doc] - out.scores[doc]);
  return out;
}

namespace {

Matches all_documents(const QueryContext& context, float boost) { return {DocSet(context.docs(), true), boost, {}}; }

// Every query type, in the order of QueryNode.
struct Table {
  const QueryContext& context;
  float boost;
  bool scored;
  Matches operator()(const MatchAllQuery&) const { return all_documents(context, boost); }
  Matches operator()(const MatchNoneQuery&) const { return {context.none()}; }
  Matches operator()(const TermQuery& query) const { return evaluate_term(context, query, boost, scored); }
  Matches operator()(const TermsQuery& query) const { return evaluate_terms(context, query, boost); }
  Matches operator()(const RangeQuery& query) const { return evaluate_range(context, query, boost); }
  Matches operator()(const ExistsQuery& query) const { return evaluate_exists(context, query, boost); }
  Matches operator()(const IdsQuery& query) const { return evaluate_ids(context, query, boost); }
  Matches operator()(const PrefixQuery& query) const { return evaluate_prefix(context, query, boost); }
  Matches operator()(const WildcardQuery& query) const { return evaluate_wildcard(context, query, boost); }
  Matches operator()(const MatchQuery& query) const { return evaluate_match(context, query, boost, scored); }
  Matches operator()(const BoolQuery& query) const { return evaluate_bool(context, query, boost, scored); }
  Matches operator()(const ConstantScoreQuery& query) const { return evaluate_constant_score(context, query, boost); }
  Matches operator()(const DisMaxQuery& query) const { return evaluate_dis_max(context, query, boost, scored); }
  Matches operator()(const FuzzyQuery& query) const { return evaluate_fuzzy(context, query, boost, scored); }
  Matches operator()(const RegexpQuery& query) const { return evaluate_regexp(context, query, boost); }
  Matches operator()(const TermsSetQuery& query) const { return evaluate_terms_set(context, query, boost, scored); }
  Matches operator()(const BoostingQuery& query) const { return evaluate_boosting(context, query, boost, scored); }
  Matches operator()(const FunctionScoreQuery& query) const {
    return evaluate_function_score(context, query, boost, scored);
  }
  Matches operator()(const GeoDistanceQuery& query) const { return evaluate_geo_distance(context, query, boost); }
  Matches operator()(const GeoBoundingBoxQuery& query) const {
    return evaluate_geo_bounding_box(context, query, boost);
  }
  Matches operator()(const NestedQuery& query) const { return evaluate_nested(context, query, boost, scored); }
};

}  // namespace

Matches evaluate(const QueryContext& context, const Query& query, bool scored) {
  if (const auto node = within_flat_object(context.mapping, query.node))
    return std::visit(Table{context, query.boost, scored}, *node);
  return std::visit(Table{context, query.boost, scored}, query.node);
}

}  // namespace standpipe::search
