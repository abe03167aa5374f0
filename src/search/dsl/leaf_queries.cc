// Queries on exact values: term, terms, range, exists, ids, prefix, wildcard; and the two constants.
#include "base/bytes.h"
#include "search/dsl/query.h"

namespace standpipe::search::dsl {
namespace {

constexpr size_t kTermsMax = 65'536;  // index.max_terms_count

std::string required_text(const FieldClause& clause, const std::string& query, const json::Value* value) {
  if (value == nullptr) throw illegal_argument("value cannot be null");
  auto text = as_text(*value);
  if (!text) {
    throw parsing_exception("[" + query + "] query does not support [" + clause.field + "] with a value of [" +
                            std::string(token_name(*value)) + "]");
  }
  return *std::move(text);
}

}  // namespace

QueryPtr parse_match_all(QueryParser&, const json::Value& body) {
  Options options("match_all", body);
  const float boost = options.boost();
  options.finish();
  return make_query(MatchAllQuery{}, boost);
}

QueryPtr parse_match_none(QueryParser&, const json::Value& body) {
  Options options("match_none", body);
  options.boost();
  options.finish();
  return make_query(MatchNoneQuery{});
}

QueryPtr parse_term(QueryParser&, const json::Value& body) {
  const FieldClause clause = field_clause("term", body);
  TermQuery query{clause.field, {}};
  float boost = 1;
  if (clause.value->is_object()) {
    Options options("term", *clause.value);
    const json::Value* value = options.take("value");
    if (value == nullptr) value = options.take("term");
    if (value == nullptr) throw illegal_argument("value cannot be null");
    query.value = *value;
    query.ignore_case = options.boolean("case_insensitive", false);
    boost = options.boost();
    options.finish();
  } else {
    query.value = *clause.value;
  }
  if (query.value.is_null()) throw illegal_argument("value cannot be null");
  if (query.value.is_object() || query.value.is_array()) {
    throw parsing_exception("[term] query does not support arrays or objects as value of [" + clause.field + "]");
  }
  return make_query(std::move(query), boost);
}

QueryPtr parse_terms(QueryParser&, const json::Value& body) {
  Options options("terms", body);
  const float boost = options.boost();
  TermsQuery query;
  for (const auto& [name, value] : body.object()) {
    if (name == "boost") continue;
    if (!query.field.empty()) {
      throw parsing_exception("[terms] query does not support multiple fields, found [" + query.field + "] and [" +
                              name + "]");
    }
    if (value.is_object()) {
      throw parsing_exception("[terms] query does not support terms lookup for [" + name + "]");
    }
    if (!value.is_array()) {
      throw parsing_exception("[terms] query does not support [" + name + "]");
    }
    query.field = name;
    query.values = value.array();
  }
  if (query.field.empty())
    throw parsing_exception(
        "[terms] query requires a field name, followed by array of terms or a document lookup specification");
  if (query.values.size() > kTermsMax) {
    throw illegal_argument("The number of terms [" + std::to_string(query.values.size()) +
                           "] used in the Terms Query request has exceeded the allowed maximum of [" +
                           std::to_string(kTermsMax) +
                           "]. This maximum can be set by changing the [index.max_terms_count] index level setting.");
  }
  for (const json::Value& value : query.values) {
    if (value.is_null()) throw illegal_argument("No value specified for terms query");
    if (value.is_object() || value.is_array()) throw parsing_exception("[terms] query does not support nested values");
  }
  return make_query(std::move(query), boost);
}

QueryPtr parse_range(QueryParser&, const json::Value& body) {
  const FieldClause clause = field_clause("range", body);
  Options options("range", *clause.value);
  RangeQuery query{.field = clause.field};
  const auto bound = [&](std::string_view name) -> std::optional<json::Value> {
    const json::Value* value = options.take(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_object() || value->is_array()) {
      throw parsing_exception("[range] query does not support [" + std::string(name) + "]");
    }
    return *value;
  };
  if (auto value = bound("from")) query.from = value;
  if (auto value = bound("to")) query.to = value;
  query.include_from = options.boolean("include_lower", true);
  query.include_to = options.boolean("include_upper", true);
  if (auto value = bound("gt")) query.from = value, query.include_from = false;
  if (auto value = bound("gte")) query.from = value, query.include_from = true;
  if (auto value = bound("lt")) query.to = value, query.include_to = false;
  if (auto value = bound("lte")) query.to = value, query.include_to = true;
  query.format = options.text("format");
  query.time_zone = options.text("time_zone");
  const std::string relation = to_lower(options.text("relation", "intersects"));
  if (relation == "within")
    query.relation = RangeQuery::Relation::within;
  else if (relation == "contains")
    query.relation = RangeQuery::Relation::contains;
  else if (relation != "intersects")
    throw illegal_argument("[range] query does not support relation [" + relation + "]");
  const float boost = options.boost();
  options.finish();
  return make_query(std::move(query), boost);
}

QueryPtr parse_exists(QueryParser&, const json::Value& body) {
  Options options("exists", body);
  ExistsQuery query{options.text("field")};
  const float boost = options.boost();
  options.finish();
  if (query.field.empty()) throw parsing_exception("[exists] must be provided with a [field]");
  return make_query(std::move(query), boost);
}

QueryPtr parse_ids(QueryParser&, const json::Value& body) {
  Options options("ids", body);
  if (options.take("values") == nullptr) {
    throw parsing_exception("[ids] requires providing a field with id values");
  }
  IdsQuery query{options.texts("values")};
  const float boost = options.boost();
  options.finish();
  if (query.values.size() > kTermsMax) throw illegal_argument("[ids] query has too many values");
  return make_query(std::move(query), boost);
}

QueryPtr parse_prefix(QueryParser&, const json::Value& body) {
  const FieldClause clause = field_clause("prefix", body);
  if (!clause.value->is_object()) {
    return make_query(PrefixQuery{clause.field, required_text(clause, "prefix", clause.value)});
  }
  Options options("prefix", *clause.value);
  PrefixQuery query{clause.field, required_text(clause, "prefix", options.take("value"))};
  query.ignore_case = options.boolean("case_insensitive", false);
  options.text("rewrite");
  const float boost = options.boost();
  options.finish();
  return make_query(std::move(query), boost);
}

QueryPtr parse_wildcard(QueryParser&, const json::Value& body) {
  const FieldClause clause = field_clause("wildcard", body);
  if (!clause.value->is_object()) {
    return make_query(WildcardQuery{clause.field, required_text(clause, "wildcard", clause.value)});
  }
  Options options("wildcard", *clause.value);
  const json::Value* value = options.take("value");
  const json::Value* old_name = options.take("wildcard");
  WildcardQuery query{clause.field, required_text(clause, "wildcard", value != nullptr ? value : old_name)};
  query.ignore_case = options.boolean("case_insensitive", false);
  options.text("rewrite");
  const float boost = options.boost();
  options.finish();
  return make_query(std::move(query), boost);
}

}  // namespace standpipe::search::dsl
