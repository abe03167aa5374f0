// Full-text queries: match, match_phrase, match_phrase_prefix, multi_match.
#include "base/bytes.h"
#include "search/dsl/fuzziness.h"
#include "search/dsl/query.h"

namespace standpipe::search::dsl {
namespace {

void take_common(Options& options, MatchQuery& query) {
  const json::Value* text = options.take("query");
  if (text == nullptr) throw parsing_exception("No text specified for text query");
  if (!as_text(*text)) {
    throw parsing_exception("[" + options.clause() + "] unknown token [" + std::string(token_name(*text)) +
                            "] after [query]");
  }
  query.text = *text;
  query.analyzer = options.text("analyzer");
  const std::string zero_terms = to_lower(options.text("zero_terms_query", "none"));
  if (zero_terms != "none" && zero_terms != "all") {
    throw parsing_exception("Unsupported zero_terms_query value [" + zero_terms + "]");
  }
  query.all_if_no_terms = zero_terms == "all";
}

void take_matching(Options& options, MatchQuery& query) {
  query.op = parse_operator(options.text("operator", "or"));
  if (const json::Value* value = options.take("minimum_should_match")) {
    query.minimum_should_match = minimum_should_match(*value);
  }
  query.lenient = options.boolean("lenient", false);
  query.fuzzy = take_fuzzy_options(options);
  options.boolean("auto_generate_synonyms_phrase_query", true);  // without synonyms there is nothing to generate
}

}  // namespace

QueryPtr parse_match(QueryParser&, const json::Value& body) {
  const FieldClause clause = field_clause("match", body);
  MatchQuery query{.fields = {{clause.field}}};
  if (!clause.value->is_object()) {
    if (clause.value->is_null()) throw parsing_exception("No text specified for text query");
    query.text = *clause.value;
    return make_query(std::move(query));
  }
  Options options("match", *clause.value);
  take_common(options, query);
  take_matching(options, query);
  const float boost = options.boost();
  options.finish();
  return make_query(std::move(query), boost);
}

static QueryPtr parse_phrase(const std::string& name, MatchQuery::Type type, const json::Value& body) {
  const FieldClause clause = field_clause(name, body);
  MatchQuery query{.fields = {{clause.field}}, .type = type, .op = Operator::all};
  if (!clause.value->is_object()) {
    if (clause.value->is_null()) throw parsing_exception("No text specified for text query");
    query.text = *clause.value;
    return make_query(std::move(query));
  }
  Options options(name, *clause.value);
  take_common(options, query);
  query.slop = static_cast<uint32_t>(options.integer("slop", 0, 0, 1000));
  if (type == MatchQuery::Type::phrase_prefix) {
    query.expansions_max = static_cast<uint32_t>(options.integer("max_expansions", 50, 1, 1024));
  }
  const float boost = options.boost();
  options.finish();
  return make_query(std::move(query), boost);
}

QueryPtr parse_match_phrase(QueryParser&, const json::Value& body) {
  return parse_phrase("match_phrase", MatchQuery::Type::phrase, body);
}

QueryPtr parse_match_phrase_prefix(QueryParser&, const json::Value& body) {
  return parse_phrase("match_phrase_prefix", MatchQuery::Type::phrase_prefix, body);
}

QueryPtr parse_match_bool_prefix(QueryParser&, const json::Value& body) {
  const FieldClause clause = field_clause("match_bool_prefix", body);
  MatchQuery query{.fields = {{clause.field}}, .type = MatchQuery::Type::bool_prefix};
  if (!clause.value->is_object()) {
    if (clause.value->is_null()) throw parsing_exception("No text specified for text query");
    query.text = *clause.value;
    return make_query(std::move(query));
  }
  Options options("match_bool_prefix", *clause.value);
  take_common(options, query);
  take_matching(options, query);
  const float boost = options.boost();
  options.finish();
  return make_query(std::move(query), boost);
}

void set_type(MatchQuery& query, const std::string& type, const std::string& clause) {
  using Type = MatchQuery::Type;
  static constexpr std::pair<std::string_view, Type> kTypes[] = {
      {"best_fields", Type::best_fields}, {"most_fields", Type::most_fields}, {"cross_fields", Type::cross_fields},
      {"bool_prefix", Type::bool_prefix}, {"phrase", Type::phrase},           {"phrase_prefix", Type::phrase_prefix}};
  for (const auto& [name, value] : kTypes) {
    if (name != type) continue;
    query.type = value;
    if (value == Type::most_fields || value == Type::bool_prefix) query.tie_breaker = 1;
    return;
  }
  throw parsing_exception("failed to parse [" + clause + "] query type [" + type + "]. unknown type.");
}

QueryPtr parse_multi_match(QueryParser& parser, const json::Value& body) {
  Options options("multi_match", body);
  MatchQuery query;
  take_common(options, query);
  take_matching(options, query);
  for (const std::string& field : options.texts("fields")) query.fields.push_back(field_boost(field));
  if (query.fields.empty()) query.fields.push_back({"*"});
  set_type(query, options.text("type", "best_fields"), "multi_match");
  query.tie_breaker = static_cast<float>(options.number("tie_breaker", query.tie_breaker));
  query.slop = static_cast<uint32_t>(options.integer("slop", 0, 0, 1000));
  query.expansions_max = static_cast<uint32_t>(options.integer("max_expansions", 50, 1, 1024));
  const float boost = options.boost();
  options.finish();
  parser.count_clause(static_cast<int>(std::min<size_t>(query.fields.size(), kClausesMax + 1)));
  return make_query(std::move(query), boost);
}

}  // namespace standpipe::search::dsl
