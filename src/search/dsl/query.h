// The query DSL: JSON into query trees. Depth and number of clauses are bounded; errors carry OpenSearch's texts.
#pragma once

#include <string>

#include "base/json.h"
#include "search/dsl/options.h"
#include "search/query.h"

namespace standpipe::search::dsl {

inline constexpr int kQueryDepthMax = 64;
inline constexpr int kClausesMax = 1024;

// What is left of a request's allowance while its queries are read.
class QueryParser {
 public:
  // `body` is {"term": {…}}; throws search::Error.
  QueryPtr parse(const json::Value& body);
  std::vector<QueryPtr> parse_list(const json::Value& body);  // one query or an array of them
  void count_clause(int clauses = 1);                         // throws too_many_clauses

 private:
  int depth_ = 0;
  int clauses_ = 0;
};

QueryPtr parse_query(const json::Value& body);

// "field": {…} or "field": value, the only member besides those that `Options` may hold. Errors name `clause`.
struct FieldClause {
  std::string field;
  const json::Value* value;
};
FieldClause field_clause(const std::string& clause, const json::Value& body);

// One function per query type; the table at the foot of query.cc lists them.
QueryPtr parse_match_all(QueryParser&, const json::Value& body);
QueryPtr parse_match_none(QueryParser&, const json::Value& body);
QueryPtr parse_term(QueryParser&, const json::Value& body);
QueryPtr parse_terms(QueryParser&, const json::Value& body);
QueryPtr parse_range(QueryParser&, const json::Value& body);
QueryPtr parse_exists(QueryParser&, const json::Value& body);
QueryPtr parse_ids(QueryParser&, const json::Value& body);
QueryPtr parse_prefix(QueryParser&, const json::Value& body);
QueryPtr parse_wildcard(QueryParser&, const json::Value& body);
QueryPtr parse_match(QueryParser&, const json::Value& body);
QueryPtr parse_match_phrase(QueryParser&, const json::Value& body);
QueryPtr parse_match_phrase_prefix(QueryParser&, const json::Value& body);
QueryPtr parse_multi_match(QueryParser&, const json::Value& body);
QueryPtr parse_bool(QueryParser&, const json::Value& body);
QueryPtr parse_constant_score(QueryParser&, const json::Value& body);
QueryPtr parse_dis_max(QueryParser&, const json::Value& body);
QueryPtr parse_nested(QueryParser&, const json::Value& body);
QueryPtr parse_boosting(QueryParser&, const json::Value& body);
QueryPtr parse_function_score(QueryParser&, const json::Value& body);
QueryPtr parse_fuzzy(QueryParser&, const json::Value& body);
QueryPtr parse_geo_bounding_box(QueryParser&, const json::Value& body);
QueryPtr parse_geo_distance(QueryParser&, const json::Value& body);
QueryPtr parse_match_bool_prefix(QueryParser&, const json::Value& body);
QueryPtr parse_regexp(QueryParser&, const json::Value& body);
QueryPtr parse_terms_set(QueryParser&, const json::Value& body);
QueryPtr parse_query_string(QueryParser&, const json::Value& body);
QueryPtr parse_simple_query_string(QueryParser&, const json::Value& body);

GeoBox read_geo_box(const json::Value& value);  // two corners, or four sides
MinimumShouldMatch minimum_should_match(const json::Value& value);
FieldBoost field_boost(std::string_view spelled);  // "title^3"
Operator parse_operator(const std::string& text);
// "best_fields", "phrase" …; sets what the type implies.
void set_type(MatchQuery& query, const std::string& type, const std::string& clause);

}  // namespace standpipe::search::dsl
