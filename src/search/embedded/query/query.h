// Evaluates parsed queries on one segment: which documents match, and with which scores. One function per query type;
// the table is at the foot of query.cc. Throws search::Error for values that a field cannot have.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/embedded/doc_set.h"
#include "search/embedded/mapping.h"
#include "search/embedded/query/statistics.h"
#include "search/embedded/segment.h"
#include "search/query.h"

namespace standpipe::search {

struct Matches {
  DocSet docs;
  float constant = 1;         // score of every document, if `scores` is empty
  std::vector<float> scores;  // by document; those of documents that do not match mean nothing

  float score(uint32_t doc) const { return scores.empty() ? constant : scores[doc]; }
};

class NestedObjects;
class TermScans;

struct QueryContext {
  const std::string& index;  // as clients see it
  const Mapping& mapping;
  const Segment& segment;
  IndexStatistics& statistics;
  int64_t now_ms;
  TermScans& scans;
  const NestedObjects* within = nullptr;  // the "documents" are the objects of this nested field

  uint32_t docs() const { return segment.docs(); }
  DocSet none() const { return DocSet(segment.docs()); }
  [[noreturn]] void refuse(const std::string& reason) const;  // query_shard_exception
};

// `scored`: scores are wanted; else only `docs` means something.
Matches evaluate(const QueryContext& context, const Query& query, bool scored);

Matches evaluate_term(const QueryContext&, const TermQuery&, float boost, bool scored);
Matches evaluate_terms(const QueryContext&, const TermsQuery&, float boost);
Matches evaluate_range(const QueryContext&, const RangeQuery&, float boost);
Matches evaluate_exists(const QueryContext&, const ExistsQuery&, float boost);
Matches evaluate_ids(const QueryContext&, const IdsQuery&, float boost);
Matches evaluate_prefix(const QueryContext&, const PrefixQuery&, float boost);
Matches evaluate_wildcard(const QueryContext&, const WildcardQuery&, float boost);
Matches evaluate_match(const QueryContext&, const MatchQuery&, float boost, bool scored);
Matches evaluate_bool(const QueryContext&, const BoolQuery&, float boost, bool scored);
Matches evaluate_constant_score(const QueryContext&, const ConstantScoreQuery&, float boost);
Matches evaluate_dis_max(const QueryContext&, const DisMaxQuery&, float boost, bool scored);
Matches evaluate_fuzzy(const QueryContext&, const FuzzyQuery&, float boost, bool scored);
Matches evaluate_regexp(const QueryContext&, const RegexpQuery&, float boost);
Matches evaluate_terms_set(const QueryContext&, const TermsSetQuery&, float boost, bool scored);
Matches evaluate_boosting(const QueryContext&, const BoostingQuery&, float boost, bool scored);
Matches evaluate_function_score(const QueryContext&, const FunctionScoreQuery&, float boost, bool scored);
Matches evaluate_geo_distance(const QueryContext&, const GeoDistanceQuery&, float boost);
Matches evaluate_geo_bounding_box(const QueryContext&, const GeoBoundingBoxQuery&, float boost);
Matches evaluate_nested(const QueryContext&, const NestedQuery&, float boost, bool scored);

// Pieces that several query types use.

// Documents with a value in [from, to].
DocSet scan_column(const Column& column, uint32_t docs, int64_t from, int64_t to);
// Documents of one value of a field, unscored. Throws BadValue if the field cannot have it.
DocSet documents_with(const QueryContext& context, const FieldSpec& field, const json::Value& value, bool ignore_case);
// Documents of one indexed term, scored by BM25.
Matches score_term(const QueryContext& context, const FieldSpec& field, std::string_view term, float boost,
                   bool scored);
// The terms that a text becomes in a field; throws search::Error for too many or an unknown analyzer.
struct AnalysedText {
  std::vector<std::string> terms;
  std::vector<uint32_t> positions;
};
AnalysedText analyse(const QueryContext& context, const FieldSpec& field, const MatchQuery& query);
// Whether a term of the field is what the query looks for.
std::function<bool(std::string_view)> prefix_test(const FieldSpec& field, const PrefixQuery& query);
std::function<bool(std::string_view)> wildcard_test(const FieldSpec& field, const WildcardQuery& query);
std::function<bool(std::string_view)> regexp_test(const RegexpQuery& query);
std::function<bool(std::string_view)> fuzzy_test(std::string_view wanted, const FuzzyOptions& how);
// Fields whose terms can be looked at as text; of a pattern, or if `many`, only those that can.
std::vector<const FieldSpec*> term_fields(const QueryContext& context, const std::string& name, bool many,
                                          const char* query);
// Documents of the terms that few edits away from the wanted one.
Matches match_fuzzy(const QueryContext& context, const FieldSpec& field, const std::string& wanted,
                    const FuzzyOptions& how, float boost, bool scored);
// A range query on a field that holds ranges.
DocSet match_ranges(const QueryContext& context, const FieldSpec& field, const RangeQuery& query);
// A query on "flat.a.b", a place within a flat_object, as a query on the field that holds its places and values.
std::optional<QueryNode> within_flat_object(const Mapping& mapping, const QueryNode& node);
// A phrase of analysed terms; the last one may be a prefix.
struct Phrase {
  std::vector<std::string> terms;
  std::vector<uint32_t> positions;  // of the terms
  uint32_t slop = 0;
  bool prefix = false;
  uint32_t expansions_max = 50;
};
Matches match_phrase(const QueryContext& context, const FieldSpec& field, const Phrase& phrase, float boost,
                     bool scored);
// The best of several: documents of any, score max + tie_breaker × the others'. One after the other: there may be many.
class BestOf {
 public:
  BestOf(uint32_t docs, float tie_breaker, bool scored) : docs_(docs), tie_breaker_(tie_breaker), scored_(scored) {}
  void add(Matches part);
  Matches take();

 private:
  void fold(const Matches& part);
  const uint32_t docs_;
  const float tie_breaker_;
  const bool scored_;
  std::optional<Matches> only_;  // the first, as long as there is no other
  std::optional<Matches> best_;
  std::vector<float> sums_;
};

// How many terms a search may look at one by one, over all its patterns and segments: so many, and any dictionary a few
// times. What keeps a thousand wildcards from running for minutes.
class TermScans {
 public:
  void begin(uint64_t terms) { largest_ = std::max(largest_, terms); }
  void spend(uint64_t terms);  // throws circuit_breaking_exception

 private:
  uint64_t largest_ = 0, spent_ = 0;
};
// visit(term, ordinal) for the terms of a field that begin with `from`, in byte order; `cost`: of a look, in the time
// that comparing a few bytes takes.
void scan_terms(const QueryContext& context, const Terms& terms, const std::string& from, uint64_t cost,
                const std::function<void(std::string_view, uint32_t)>& visit);

void require_indexed(const QueryContext& context, const FieldSpec& field);
void refuse_points(const QueryContext& context, const FieldSpec& field);  // they are found by geometry only

}  // namespace standpipe::search
