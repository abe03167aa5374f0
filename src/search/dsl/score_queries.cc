// Queries that change scores: boosting, function_score.
#include <cmath>

#include "base/bytes.h"
#include "search/dsl/query.h"

namespace standpipe::search::dsl {
namespace {

using Function = FunctionScoreQuery::Function;
using Combine = FunctionScoreQuery::Combine;

constexpr size_t kFunctionsMax = 100;

Combine combine(const std::string& word, const char* parameter) {
  static constexpr std::pair<std::string_view, Combine> kWords[] = {
      {"multiply", Combine::multiply}, {"sum", Combine::sum}, {"avg", Combine::avg},        {"first", Combine::first},
      {"max", Combine::max},           {"min", Combine::min}, {"replace", Combine::replace}};
  for (const auto& [name, value] : kWords) {
    const bool other =
        std::string_view(parameter) == "score_mode" ? value == Combine::replace : value == Combine::first;
    if (name == word && !other) return value;
  }
  throw illegal_argument("illegal " + std::string(parameter) + " [" + word + "]");
}

void read_factor(const json::Value& body, Function& out) {
  static const char* const kModifiers[] = {"none", "log", "log1p", "log2p", "ln", "ln1p", "ln2p", "square", "sqrt",
                                           "reciprocal"};
  Options options("field_value_factor", body);
  out.kind = Function::Kind::field_value;
  out.field = options.text("field");
  out.factor = options.number("factor", 1);
  if (options.take("missing") != nullptr) out.missing = options.number("missing", 0);
  out.modifier = to_lower(options.text("modifier", "none"));
  options.finish();
  if (out.field.empty()) throw parsing_exception("[field_value_factor] required field 'field' missing");
  for (const char* modifier : kModifiers) {
    if (out.modifier == modifier) return;
  }
  throw illegal_argument("Illegal modifier: " + out.modifier);
}

void read_decay(const std::string& name, const json::Value& body, Function& out) {
  out.kind = name == "gauss" ? Function::Kind::gauss : name == "exp" ? Function::Kind::exp : Function::Kind::linear;
  for (const auto& [field, definition] : body.object()) {
    if (field == "multi_value_mode") continue;
    if (!out.field.empty()) throw parsing_exception("[" + name + "] takes one field");
    Options options(name, definition);
    out.field = field;
    if (const json::Value* origin = options.take("origin")) out.origin = *origin;
    const json::Value* scale = options.take("scale");
    if (scale == nullptr) throw parsing_exception("scale must be set in function score query");
    out.scale = *scale;
    if (const json::Value* offset = options.take("offset")) out.offset = *offset;
    out.decay = options.number("decay", 0.5);
    options.finish();
    if (!(out.decay > 0 && out.decay < 1)) throw illegal_argument("decay must be in the range (0..1).");
  }
  if (out.field.empty()) throw parsing_exception("[" + name + "] requires a field");
}

// One member of a function object; false if it is none.
bool read_function(QueryParser& parser, const std::string& name, const json::Value& value, Function& out) {
  if (name == "filter") {
    out.filter = parser.parse(value);
  } else if (name == "weight") {
    const auto weight = as_number(value);
    if (!weight || !std::isfinite(*weight)) throw parsing_exception("[function_score] failed to parse field [weight]");
    out.weight = *weight;
  } else if (name == "field_value_factor") {
    read_factor(value, out);
  } else if (name == "random_score") {
    Options options("random_score", value);
    out.kind = Function::Kind::random;
    out.seed = options.text("seed", "0");
    options.text("field");
    options.finish();
  } else if ((name == "gauss" || name == "exp" || name == "linear") && value.is_object()) {
    read_decay(name, value, out);
  } else if (name == "script_score") {
    throw illegal_argument("[function_score] query does not support [script_score]: there are no scripts");
  } else {
    return false;
  }
  return true;
}

}  // namespace

QueryPtr parse_boosting(QueryParser& parser, const json::Value& body) {
  Options options("boosting", body);
  const json::Value *positive = options.take("positive"), *negative = options.take("negative");
  if (positive == nullptr) throw parsing_exception("[boosting] query requires 'positive' query to be set'");
  if (negative == nullptr) throw parsing_exception("[boosting] query requires 'negative' query to be set'");
  if (options.take("negative_boost") == nullptr)
    throw parsing_exception("[boosting] query requires 'negative_boost' to be set to be a positive value'");
  const auto weaker = static_cast<float>(options.number("negative_boost", 1));
  if (weaker < 0)
    throw parsing_exception("[boosting] query requires 'negative_boost' to be set to be a positive value'");
  const float boost = options.boost();
  options.finish();
  return make_query(BoostingQuery{parser.parse(*positive), parser.parse(*negative), weaker}, boost);
}

QueryPtr parse_function_score(QueryParser& parser, const json::Value& body) {
  FunctionScoreQuery query;
  float boost = 1;
  Function single;
  bool has_single = false;
  for (const auto& [name, value] : body.object()) {
    if (name == "query") {
      query.query = parser.parse(value);
    } else if (name == "functions" && value.is_array()) {
      if (value.array().size() > kFunctionsMax) throw illegal_argument("Too many functions");
      for (const json::Value& item : value.array()) {
        Function function;
        for (const auto& [part, inner] : item.object()) {
          if (!read_function(parser, part, inner, function))
            throw parsing_exception("no [query] registered for [" + part + "]");
        }
        query.functions.push_back(std::move(function));
      }
    } else if (name == "score_mode" || name == "boost_mode") {
      (name == "score_mode" ? query.score_mode : query.boost_mode) =
          combine(to_lower(as_text(value).value_or("")), name.c_str());
    } else if (name == "max_boost" || name == "min_score" || name == "boost") {
      const auto number = as_number(value);
      if (!number) throw parsing_exception("[function_score] failed to parse field [" + name + "]");
      if (name == "boost") boost = static_cast<float>(*number);
      if (name == "max_boost") query.boost_max = *number;
      if (name == "min_score") query.min_score = *number;
    } else if (read_function(parser, name, value, single)) {
      has_single = true;
    } else {
      throw parsing_exception("[function_score] query does not support [" + name + "]");
    }
  }
  if (has_single && !query.functions.empty())
    throw parsing_exception("failed to parse [function_score] query. already found [functions] array");
  if (has_single) query.functions.push_back(std::move(single));
  if (!query.query) query.query = make_query(MatchAllQuery{});
  return make_query(std::move(query), boost);
}

}  // namespace standpipe::search::dsl
