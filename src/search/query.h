// A parsed query: an immutable tree, one alternative of QueryNode per query type. Made by dsl/query.h, evaluated by
// embedded/query, printed back for a remote engine. Values stay JSON: only a mapping knows what they mean.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "search/geo.h"

namespace standpipe::search {

struct Query;
using QueryPtr = std::shared_ptr<const Query>;

enum class Operator { any, all };

// "2", "-1", "75%", "-25%", "2<75% 5<-1": how many optional clauses must match.
struct MinimumShouldMatch {
  std::string text;
  // Of `clauses` optional ones; never negative, may exceed `clauses` (then nothing matches).
  int required(int clauses) const;
};

struct MatchAllQuery {};
struct MatchNoneQuery {};
struct TermQuery {
  std::string field;
  json::Value value;
  bool ignore_case = false;
};
struct TermsQuery {
  std::string field;
  json::Array values;
};
struct RangeQuery {
  std::string field;  // may be a pattern; fields whose values the bounds cannot be are skipped then
  std::optional<json::Value> from, to;
  bool include_from = true, include_to = true;
  std::string format, time_zone;
  enum class Relation { intersects, within, contains };
  Relation relation = Relation::intersects;  // of fields that hold ranges themselves
};
struct ExistsQuery {
  std::string field;  // may be a pattern
};
struct IdsQuery {
  std::vector<std::string> values;
};
struct PrefixQuery {
  std::string field, value;
  bool ignore_case = false;
  bool analyzed = false;  // from a query string: spelled as the field's text is, and `field` may be a pattern
};
struct WildcardQuery {
  std::string field, value;
  bool ignore_case = false;
  bool analyzed = false;
};

// How many edits a term may be away: `edits`, or by its length: none below `low`, one below `high`, else two.
struct Fuzziness {
  int edits = -1;  // -1: by length
  uint32_t low = 3, high = 6;
  int allowed(size_t length) const { return edits >= 0 ? edits : length < low ? 0 : length < high ? 1 : 2; }
};
struct FuzzyOptions {
  Fuzziness fuzziness;
  uint32_t prefix_length = 0;  // so many characters must be the same
  uint32_t expansions_max = 50;
  bool transpositions = true;
};
inline constexpr int kFuzzyExpansionsMax = 1024;

struct FuzzyQuery {
  std::string field, value;
  FuzzyOptions how;
  bool analyzed = false;
};
struct RegexpQuery {
  std::string field, value;
  bool ignore_case = false;
  bool analyzed = false;
};
struct TermsSetQuery {
  std::string field;
  json::Array values;
  std::string required_field;  // says per document how many must match
};

struct FieldBoost {
  std::string field;  // may be a pattern: "log.*"
  float boost = 1;
};
// match, match_phrase, match_phrase_prefix, match_bool_prefix's plain part and multi_match: text against fields.
struct MatchQuery {
  enum class Type { best_fields, most_fields, cross_fields, bool_prefix, phrase, phrase_prefix };
  std::vector<FieldBoost> fields;
  json::Value text;
  Type type = Type::best_fields;
  Operator op = Operator::any;
  std::optional<MinimumShouldMatch> minimum_should_match;
  uint32_t slop = 0;
  uint32_t expansions_max = 50;  // phrase_prefix
  std::optional<FuzzyOptions> fuzzy;
  float tie_breaker = 0;
  bool lenient = false;          // a value that is no number, date … matches nothing instead of failing
  bool all_if_no_terms = false;  // zero_terms_query: all
  std::string analyzer;          // empty: the field's
};
struct BoolQuery {
  std::vector<QueryPtr> must, should, filter, must_not;
  std::optional<MinimumShouldMatch> minimum_should_match;
};
struct ConstantScoreQuery {
  QueryPtr filter;
};
struct DisMaxQuery {
  std::vector<QueryPtr> queries;
  float tie_breaker = 0;
};
// What matches `negative` too counts less.
struct BoostingQuery {
  QueryPtr positive, negative;
  float negative_boost = 1;
};
// A query's scores, changed by functions of the document.
struct FunctionScoreQuery {
  struct Function {
    enum class Kind { constant, field_value, random, gauss, exp, linear };
    Kind kind = Kind::constant;
    QueryPtr filter;  // null: for every document
    double weight = 1;
    std::string field, modifier, seed;
    double factor = 1, decay = 0.5;
    std::optional<double> missing;
    json::Value origin, scale, offset;
  };
  enum class Combine { multiply, sum, avg, first, max, min, replace };
  QueryPtr query;
  std::vector<Function> functions;
  Combine score_mode = Combine::multiply, boost_mode = Combine::multiply;
  std::optional<double> boost_max, min_score;
};
struct GeoDistanceQuery {
  std::string field;
  GeoPoint center;
  double meters = 0;
  bool ignore_unmapped = false;
};
struct GeoBoundingBoxQuery {
  std::string field;
  GeoBox box;
  bool ignore_unmapped = false;
};

// Documents in which an object of a nested field matches.
struct NestedQuery {
  enum class ScoreMode { avg, sum, min, max, none };  // what becomes of the scores of a document's objects
  std::string path;
  QueryPtr query;
  ScoreMode score_mode = ScoreMode::avg;
  bool ignore_unmapped = false;
};

using QueryNode =
    std::variant<MatchAllQuery, MatchNoneQuery, TermQuery, TermsQuery, RangeQuery, ExistsQuery, IdsQuery, PrefixQuery,
                 WildcardQuery, MatchQuery, BoolQuery, ConstantScoreQuery, DisMaxQuery, FuzzyQuery, RegexpQuery,
                 TermsSetQuery, BoostingQuery, FunctionScoreQuery, GeoDistanceQuery, GeoBoundingBoxQuery, NestedQuery>;

struct Query {
  QueryNode node;
  float boost = 1;
};

inline QueryPtr make_query(QueryNode node, float boost = 1) {
  return std::make_shared<const Query>(Query{std::move(node), boost});
}

}  // namespace standpipe::search
