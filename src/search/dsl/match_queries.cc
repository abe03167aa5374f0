// Full-text queries: match, match_phrase, match_phrase_prefix, multi_match.
#include "base/bytes.h"
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
  if (const json::Value* fuzziness = options.take("fuzziness")) {
    if (as_text(*fuzziness) != "0") {
      throw parsing_exception("[" + options.clause() + "] query does not support [fuzziness]");
    }
  }
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

QueryPtr parse_multi_match(QueryParser& parser, const json::Value& body) {
  Options options("multi_match", body);
  MatchQuery query;
  take_common(options, query);
  take_matching(options, query);
  for (const std::string& field : options.texts("fields")) query.fields.push_back(field_boost(field));
  if (query.fields.empty()) query.fields.push_back({"*"});
  const std::string type = options.text("type", "best_fields");
  if (type == "best_fields") {
    query.type = MatchQuery::Type::best_fields;
  } else if (type == "most_fields") {
    query.type = MatchQuery::Type::most_fields;
    query.tie_breaker = 1;
  } else if (type == "phrase") {
    query.type = MatchQuery::Type::phrase;
  } else if (type == "phrase_prefix") {
    query.type = MatchQuery::Type::phrase_prefix;
  } else {
    throw illegal_argument("[multi_match] query does not support type [" + type + "]");
  }
  query.tie_breaker = static_cast<float>(options.number("tie_breaker", query.tie_breaker));
  query.slop = static_cast<uint32_t>(options.integer("slop", 0, 0, 1000));
  query.expansions_max = static_cast<uint32_t>(options.integer("max_expansions", 50, 1, 1024));
  const float boost = options.boost();
  options.finish();
  parser.count_clause(static_cast<int>(std::min<size_t>(query.fields.size(), kClausesMax + 1)));
  return make_query(std::move(query), boost);
}

}  // namespace standpipe::search::dsl
