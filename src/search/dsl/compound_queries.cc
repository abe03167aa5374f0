// Queries made of queries: bool, constant_score, dis_max, nested.
#include <map>

#include "search/dsl/query.h"

namespace standpipe::search::dsl {

QueryPtr parse_bool(QueryParser& parser, const json::Value& body) {
  Options options("bool", body);
  BoolQuery query;
  const auto list = [&](std::string_view name, std::vector<QueryPtr>& into) {
    if (const json::Value* clauses = options.take(name)) into = parser.parse_list(*clauses);
  };
  list("must", query.must);
  list("should", query.should);
  list("filter", query.filter);
  list("must_not", query.must_not);
  if (const json::Value* value = options.take("minimum_should_match")) {
    query.minimum_should_match = minimum_should_match(*value);
  }
  options.boolean("adjust_pure_negative", true);
  const float boost = options.boost();
  options.finish();
  return make_query(std::move(query), boost);
}

QueryPtr parse_constant_score(QueryParser& parser, const json::Value& body) {
  Options options("constant_score", body);
  const json::Value* filter = options.take("filter");
  const float boost = options.boost();
  options.finish();
  if (filter == nullptr) throw parsing_exception("[constant_score] requires a 'filter' element");
  return make_query(ConstantScoreQuery{parser.parse(*filter)}, boost);
}

QueryPtr parse_dis_max(QueryParser& parser, const json::Value& body) {
  Options options("dis_max", body);
  DisMaxQuery query;
  if (const json::Value* queries = options.take("queries")) query.queries = parser.parse_list(*queries);
  query.tie_breaker = static_cast<float>(options.number("tie_breaker", 0));
  const float boost = options.boost();
  options.finish();
  if (query.queries.empty()) throw parsing_exception("[dis_max] requires 'queries' field with at least one clause");
  return make_query(std::move(query), boost);
}

QueryPtr parse_nested(QueryParser& parser, const json::Value& body) {
  Options options("nested", body);
  NestedQuery query;
  query.path = options.text("path");
  if (query.path.empty()) throw illegal_argument("[nested] requires 'path' field");
  const json::Value* inner = options.take("query");
  if (inner == nullptr) throw illegal_argument("[nested] requires 'query' field");
  query.query = parser.parse(*inner);
  const std::string mode = options.text("score_mode", "avg");
  using Mode = NestedQuery::ScoreMode;
  static const std::map<std::string_view, Mode> modes = {
      {"avg", Mode::avg}, {"sum", Mode::sum}, {"min", Mode::min}, {"max", Mode::max}, {"none", Mode::none}};
  const auto found = modes.find(mode);
  if (found == modes.end()) {
    throw illegal_argument("No score mode for child query [" + mode + "] found");
  }
  query.score_mode = found->second;
  query.ignore_unmapped = options.boolean("ignore_unmapped", false);
  if (options.take("inner_hits") != nullptr) throw illegal_argument("[nested] [inner_hits] is not supported");
  const float boost = options.boost();
  options.finish();
  return make_query(std::move(query), boost);
}

}  // namespace standpipe::search::dsl
