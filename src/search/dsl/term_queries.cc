// Queries on single terms and sets of them: fuzzy, regexp, terms_set.
#include "base/bytes.h"
#include "search/dsl/fuzziness.h"
#include "search/dsl/query.h"

namespace standpipe::search::dsl {
namespace {

std::string required_text(const std::string& query, const json::Value* value) {
  if (value == nullptr) throw illegal_argument("value cannot be null");
  auto text = as_text(*value);
  if (!text) throw parsing_exception("[" + query + "] query does not support a value of this kind");
  return *std::move(text);
}

}  // namespace

QueryPtr parse_fuzzy(QueryParser&, const json::Value& body) {
  const FieldClause clause = field_clause("fuzzy", body);
  FuzzyQuery query{.field = clause.field};
  if (!clause.value->is_object()) {
    query.value = required_text("fuzzy", clause.value);
    return make_query(std::move(query));
  }
  Options options("fuzzy", *clause.value);
  query.value = required_text("fuzzy", options.take("value"));
  if (const json::Value* fuzziness = options.take("fuzziness")) query.how.fuzziness = read_fuzziness(*fuzziness);
  query.how.prefix_length = static_cast<uint32_t>(options.integer("prefix_length", 0, 0, INT32_MAX));
  query.how.expansions_max = static_cast<uint32_t>(options.integer("max_expansions", 50, 1, kFuzzyExpansionsMax));
  query.how.transpositions = options.boolean("transpositions", true);
  options.text("rewrite");
  const float boost = options.boost();
  options.finish();
  return make_query(std::move(query), boost);
}

QueryPtr parse_regexp(QueryParser&, const json::Value& body) {
  const FieldClause clause = field_clause("regexp", body);
  RegexpQuery query{.field = clause.field};
  if (!clause.value->is_object()) {
    query.value = required_text("regexp", clause.value);
    return make_query(std::move(query));
  }
  Options options("regexp", *clause.value);
  query.value = required_text("regexp", options.take("value"));
  query.ignore_case = options.boolean("case_insensitive", false);
  for (const char* name : {"flags", "rewrite", "flags_value"}) options.text(name);
  options.integer("max_determinized_states", 10'000, 1, INT32_MAX);  // RE2 has its own bound
  const float boost = options.boost();
  options.finish();
  return make_query(std::move(query), boost);
}

QueryPtr parse_terms_set(QueryParser& parser, const json::Value& body) {
  const FieldClause clause = field_clause("terms_set", body);
  Options options("terms_set", *clause.value);
  TermsSetQuery query{.field = clause.field};
  const json::Value* terms = options.take("terms");
  if (terms == nullptr || !terms->is_array()) throw parsing_exception("No terms specified for terms_set query");
  query.values = terms->array();
  parser.count_clause(static_cast<int>(std::min<size_t>(query.values.size(), kClausesMax + 1)));
  for (const json::Value& value : query.values) {
    if (!as_text(value)) throw parsing_exception("[terms_set] query does not support nested values");
  }
  query.required_field = options.text("minimum_should_match_field");
  if (options.take("minimum_should_match_script") != nullptr)
    throw illegal_argument("[terms_set] query does not support [minimum_should_match_script]: there are no scripts");
  const float boost = options.boost();
  options.finish();
  if (query.required_field.empty()) throw illegal_argument("No minimum should match has been specified");
  return make_query(std::move(query), boost);
}

}  // namespace standpipe::search::dsl
