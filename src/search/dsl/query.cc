#include "search/dsl/query.h"

#include <charconv>
#include <map>

#include "base/bytes.h"

namespace standpipe::search {
namespace {

// "75%", "-25%", "3", "-2" of `clauses`; throws for anything else.
int required_simple(std::string_view spec, int clauses) {
  const bool percent = !spec.empty() && spec.back() == '%';
  const auto number = parse_int(percent ? spec.substr(0, spec.size() - 1) : spec);
  if (!number || *number > 1'000'000 || *number < -1'000'000) {
    throw illegal_argument("For input string: \"" + std::string(spec) + "\"");
  }
  int value = static_cast<int>(*number);
  if (percent) value = value * clauses / 100;
  return value < 0 ? clauses + value : value;
}

}  // namespace

int MinimumShouldMatch::required(int clauses) const {
  int result = clauses;
  if (text.find('<') == std::string::npos) {
    result = required_simple(trim(text), clauses);
  } else {
    for (const std::string& part : split(text, ' ')) {
      if (part.empty()) continue;
      const size_t sign = part.find('<');
      const auto bound = parse_int(std::string_view(part).substr(0, sign));
      if (sign == std::string::npos || !bound) throw illegal_argument("For input string: \"" + text + "\"");
      if (clauses <= *bound) break;
      result = required_simple(std::string_view(part).substr(sign + 1), clauses);
    }
  }
  return std::max(result, 0);
}

namespace dsl {

using Parse = QueryPtr (*)(QueryParser&, const json::Value&);
static const std::map<std::string_view, Parse>& query_types();

void QueryParser::count_clause(int clauses) {
  clauses_ += clauses;
  if (clauses_ > kClausesMax) {
    throw Error("too_many_clauses", 400, "maxClauseCount is set to " + std::to_string(kClausesMax));
  }
}

QueryPtr QueryParser::parse(const json::Value& body) {
  if (!body.is_object()) throw parsing_exception("[_na] query malformed, must start with start_object");
  const json::Object& members = body.object();
  if (members.empty()) throw illegal_argument("query malformed, empty clause found");
  const auto& [name, clause] = *members.begin();
  if (!clause.is_object()) {
    throw parsing_exception("[" + name + "] query malformed, no start_object after query name");
  }
  const auto found = query_types().find(name);
  if (found == query_types().end()) {
    throw parsing_exception("unknown query [" + name + "]")
        .because("named_object_not_found_exception", "unknown field [" + name + "]");
  }
  if (members.size() > 1) {
    throw parsing_exception("[" + name + "] malformed query, expected [END_OBJECT] but found [FIELD_NAME]");
  }
  if (depth_ >= kQueryDepthMax) {
    throw illegal_argument("The nested depth of the query exceeds the maximum nested depth for queries of [" +
                           std::to_string(kQueryDepthMax) + "]");
  }
  count_clause();
  ++depth_;
  QueryPtr query = found->second(*this, clause);
  --depth_;
  return query;
}

std::vector<QueryPtr> QueryParser::parse_list(const json::Value& body) {
  std::vector<QueryPtr> out;
  if (body.is_array()) {
    for (const json::Value& item : body.array()) out.push_back(parse(item));
  } else {
    out.push_back(parse(body));
  }
  return out;
}

QueryPtr parse_query(const json::Value& body) { return QueryParser().parse(body); }

FieldClause field_clause(const std::string& clause, const json::Value& body) {
  const json::Object& members = body.object();
  if (members.empty()) throw illegal_argument("[" + clause + "] query requires a field name");
  const auto& [field, value] = *members.begin();
  if (members.size() > 1) {
    const auto& other = std::next(members.begin())->first;
    throw parsing_exception("[" + clause + "] query doesn't support multiple fields, found [" + field + "] and [" +
                            other + "]");
  }
  if (value.is_array()) throw parsing_exception("[" + clause + "] unknown token [START_ARRAY] after [" + field + "]");
  return {field, &value};
}

MinimumShouldMatch minimum_should_match(const json::Value& value) {
  auto text = as_text(value);
  if (!text) throw parsing_exception("failed to parse field [minimum_should_match]");
  MinimumShouldMatch out{*std::move(text)};
  out.required(1);  // refuses what cannot be read
  return out;
}

FieldBoost field_boost(std::string_view spelled) {
  const size_t caret = spelled.rfind('^');
  if (caret == std::string_view::npos) return {std::string(spelled)};
  const auto boost = parse_double(spelled.substr(caret + 1));
  if (!boost) throw illegal_argument("For input string: \"" + std::string(spelled.substr(caret + 1)) + "\"");
  return {std::string(spelled.substr(0, caret)), static_cast<float>(*boost)};
}

Operator parse_operator(const std::string& text) {
  const std::string lower = to_lower(text);
  if (lower == "or") return Operator::any;
  if (lower == "and") return Operator::all;
  throw illegal_argument("No enum constant org.opensearch.index.query.Operator." + text);
}

static const std::map<std::string_view, Parse>& query_types() {
  static const std::map<std::string_view, Parse> types = {
      {"bool", parse_bool},
      {"boosting", parse_boosting},
      {"constant_score", parse_constant_score},
      {"dis_max", parse_dis_max},
      {"exists", parse_exists},
      {"function_score", parse_function_score},
      {"fuzzy", parse_fuzzy},
      {"geo_bounding_box", parse_geo_bounding_box},
      {"geo_distance", parse_geo_distance},
      {"ids", parse_ids},
      {"match", parse_match},
      {"match_all", parse_match_all},
      {"match_bool_prefix", parse_match_bool_prefix},
      {"match_none", parse_match_none},
      {"match_phrase", parse_match_phrase},
      {"match_phrase_prefix", parse_match_phrase_prefix},
      {"multi_match", parse_multi_match},
      {"nested", parse_nested},
      {"prefix", parse_prefix},
      {"query_string", parse_query_string},
      {"range", parse_range},
      {"regexp", parse_regexp},
      {"simple_query_string", parse_simple_query_string},
      {"term", parse_term},
      {"terms", parse_terms},
      {"terms_set", parse_terms_set},
      {"wildcard", parse_wildcard},
  };
  return types;
}

}  // namespace dsl
}  // namespace standpipe::search
