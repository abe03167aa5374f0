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

void BestOf::add(Matches part) {
  if (!only_ && !best_) {
    only_ = std::move(part);
    return;
  }
  if (only_) {
    best_ = Matches{.docs = DocSet(docs_)};
    if (scored_) best_->scores.assign(docs_, 0);
    if (scored_ && tie_breaker_ > 0) sums_.assign(docs_, 0);
    fold(*only_);
    only_.reset();
  }
  fold(part);
}

void BestOf::fold(const Matches& part) {
  best_->docs |= part.docs;
  if (!scored_) return;
  part.docs.each([&](uint32_t doc) {
    const float score = part.score(doc);
    best_->scores[doc] = std::max(best_->scores[doc], score);
    if (!sums_.empty()) sums_[doc] += score;
  });
}

Matches BestOf::take() {
  if (only_) return *std::move(only_);
  if (!best_) return {DocSet(docs_)};
  for (uint32_t doc = 0; doc < sums_.size(); ++doc)
    best_->scores[doc] += tie_breaker_ * (sums_[doc] - best_->scores[doc]);
  return *std::move(best_);
}

void TermScans::spend(uint64_t terms) {
  constexpr uint64_t kAlways = 2'000'000, kTimes = 8;
  spent_ += terms;
  if (spent_ <= kAlways + kTimes * largest_) return;
  throw Error("circuit_breaking_exception", 429,
              "[request] Data too large: the patterns of this request look at more than [" +
                  std::to_string(kAlways + kTimes * largest_) + "] terms");
}

void scan_terms(const QueryContext& context, const Terms& terms, const std::string& from, uint64_t cost,
                const std::function<void(std::string_view, uint32_t)>& visit) {
  constexpr size_t kBytesOfOneLook = 64;
  context.scans.begin(terms.count());
  terms.visit(from, [&](std::string_view term, uint32_t ordinal) {
    if (!term.starts_with(from)) return false;
    context.scans.spend(cost * (1 + term.size() / kBytesOfOneLook));
    visit(term, ordinal);
    return true;
  });
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
