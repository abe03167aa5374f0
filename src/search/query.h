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

struct FieldBoost {
  std::string field;  // may be a pattern: "log.*"
  float boost = 1;
};
// match, match_phrase, match_phrase_prefix, match_bool_prefix's plain part and multi_match: text against fields.
struct MatchQuery {
  enum class Type { best_fields, most_fields, phrase, phrase_prefix };
  std::vector<FieldBoost> fields;
  json::Value text;
  Type type = Type::best_fields;
  Operator op = Operator::any;
  std::optional<MinimumShouldMatch> minimum_should_match;
  uint32_t slop = 0;
  uint32_t expansions_max = 50;  // phrase_prefix
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

using QueryNode = std::variant<MatchAllQuery, MatchNoneQuery, TermQuery, TermsQuery, RangeQuery, ExistsQuery, IdsQuery,
                               PrefixQuery, WildcardQuery, MatchQuery, BoolQuery, ConstantScoreQuery, DisMaxQuery>;

struct Query {
  QueryNode node;
  float boost = 1;
};

inline QueryPtr make_query(QueryNode node, float boost = 1) {
  return std::make_shared<const Query>(Query{std::move(node), boost});
}

}  // namespace standpipe::search
