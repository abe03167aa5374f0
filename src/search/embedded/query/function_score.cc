// function_score: scores multiplied with, or replaced by, functions of the document.
#include <algorithm>
#include <cmath>
#include <limits>

#include "search/dsl/options.h"
#include "search/embedded/query/query.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

using Function = FunctionScoreQuery::Function;
using Combine = FunctionScoreQuery::Combine;

// The first value of a number field per document; NaN if there is none.
std::vector<double> first_values(const QueryContext& context, const FieldSpec& spec) {
  std::vector<double> out(context.docs(), std::numeric_limits<double>::quiet_NaN());
  const auto field = context.segment.field(spec.path);
  if (!field || field->column == nullptr) return out;
  BlockValues block;
  for (uint32_t number = 0; number < block_count(context.docs()); ++number) {
    block.first = number * kBlockDocs;
    block.docs = std::min(kBlockDocs, context.docs() - block.first);
    field->column->decode(number, block);
    for (uint32_t row = 0; row < block.docs; ++row) {
      if (block.starts[row] == block.starts[row + 1]) continue;
      out[block.first + row] = spec.type->number(spec, block.values[block.starts[row]]);
    }
  }
  return out;
}

const FieldSpec& number_field(const QueryContext& context, const std::string& name) {
  const FieldSpec* spec = context.mapping.find(name);
  if (spec == nullptr)
    context.refuse("Unable to find a field mapper for field [" + name + "]. No 'missing' value defined.");
  if (!spec->type->numeric()) {
    context.refuse("field [" + name + "] is of type [" + std::string(spec->type->name) +
                   "], but only numeric types are supported.");
  }
  return *spec;
}

double modified(const std::string& modifier, double value) {
  if (modifier == "log") return std::log10(value);
  if (modifier == "log1p") return std::log10(value + 1);
  if (modifier == "log2p") return std::log10(value + 2);
  if (modifier == "ln") return std::log(value);
  if (modifier == "ln1p") return std::log1p(value);
  if (modifier == "ln2p") return std::log(value + 2);
  if (modifier == "square") return value * value;
  if (modifier == "sqrt") return std::sqrt(value);
  if (modifier == "reciprocal") return 1 / value;
  return value;
}

// "10d" as milliseconds, for decays over dates.
double span_of(const FieldSpec& spec, const json::Value& value, double otherwise) {
  if (value.is_null()) return otherwise;
  if (spec.type->date() && value.is_string()) {
    const int64_t end = read_date_math("now+" + value.string(), 0, *DateFormat::standard(), {}, false);
    return static_cast<double>(end);
  }
  const auto number = dsl::as_number(value);
  if (!number)
    throw parsing_exception("cannot read [" + json::print(value) + "] as a distance on field [" + spec.path + "]");
  return *number;
}

std::vector<double> decays(const QueryContext& context, const Function& function) {
  const FieldSpec& spec = number_field(context, function.field);
  double origin = static_cast<double>(context.now_ms);
  if (spec.type->date()) {
    if (!function.origin.is_null()) {
      origin = static_cast<double>(
          read_date_math(Scalar::of(function.origin).text(), context.now_ms, *spec.format, {}, false));
    }
  } else {
    origin = span_of(spec, function.origin, std::numeric_limits<double>::quiet_NaN());
    if (std::isnan(origin)) throw parsing_exception("origin must be set in function score query");
  }
  const double scale = span_of(spec, function.scale, 1), offset = span_of(spec, function.offset, 0);
  if (!(scale > 0)) throw illegal_argument("scale must be > 0.0.");
  std::vector<double> out = first_values(context, spec);
  for (double& value : out) {
    if (std::isnan(value)) {
      value = 1;  // without a value nothing decays
      continue;
    }
    const double away = std::max(0.0, std::abs(value - origin) - offset) / scale;
    switch (function.kind) {
      case Function::Kind::gauss: value = std::exp(std::log(function.decay) * away * away); break;
      case Function::Kind::exp: value = std::exp(std::log(function.decay) * away); break;
      default: value = std::max(0.0, 1 - (1 - function.decay) * away);
    }
  }
  return out;
}

// The same document has the same number as long as the seed is the same.
std::vector<double> random_values(const QueryContext& context, const Function& function) {
  uint64_t seed = 0x9E3779B97F4A7C15ULL;
  for (const char c : function.seed) seed = (seed ^ static_cast<uint8_t>(c)) * 0x100000001B3ULL;
  static const FieldSpec seq_no{.path = std::string(kSeqNoField), .type = find_field_type("long")};
  std::vector<double> out = first_values(context, seq_no);
  for (double& value : out) {
    uint64_t hash = (static_cast<uint64_t>(std::isnan(value) ? 0 : value) + seed) * 0xFF51AFD7ED558CCDULL;
    hash = (hash ^ hash >> 33) * 0xC4CEB9FE1A85EC53ULL;
    value = static_cast<double>((hash ^ hash >> 33) >> 40) / (1 << 24);
  }
  return out;
}

std::vector<double> values_of(const QueryContext& context, const Function& function) {
  std::vector<double> out;
  switch (function.kind) {
    case Function::Kind::constant: return std::vector<double>(context.docs(), function.weight);
    case Function::Kind::random: out = random_values(context, function); break;
    case Function::Kind::field_value: {
      if (context.mapping.find(function.field) == nullptr && function.missing)
        out.assign(context.docs(), std::numeric_limits<double>::quiet_NaN());
      else
        out = first_values(context, number_field(context, function.field));
      for (double& value : out) {
        if (std::isnan(value)) value = function.missing.value_or(1);
        value = modified(function.modifier, value * function.factor);
      }
      break;
    }
    default: out = decays(context, function);
  }
  for (double& value : out) value *= function.weight;
  return out;
}

struct Scorer {
  std::vector<double> values;
  std::optional<DocSet> docs;
  double weight;
};

double combined(const std::vector<Scorer>& scorers, Combine mode, uint32_t doc) {
  double result = 0, weights = 0;
  int count = 0;
  for (const Scorer& scorer : scorers) {
    if (scorer.docs && !scorer.docs->contains(doc)) continue;
    const double value = scorer.values[doc];
    if (count++ == 0) {
      result = value;
    } else {
      switch (mode) {
        case Combine::multiply: result *= value; break;
        case Combine::max: result = std::max(result, value); break;
        case Combine::min: result = std::min(result, value); break;
        case Combine::first: break;
        default: result += value;
      }
    }
    weights += scorer.weight;
  }
  if (count == 0) return 1;
  return mode == Combine::avg && weights != 0 ? result / weights : result;
}

double with_query(Combine mode, double score, double functions) {
  switch (mode) {
    case Combine::multiply: return score * functions;
    case Combine::sum: return score + functions;
    case Combine::avg: return (score + functions) / 2;
    case Combine::max: return std::max(score, functions);
    case Combine::min: return std::min(score, functions);
    default: return functions;
  }
}

}  // namespace

Matches evaluate_function_score(const QueryContext& context, const FunctionScoreQuery& query, float boost,
                                bool scored) {
  const bool needed = scored || query.min_score;
  Matches out = evaluate(context, *query.query, needed);
  std::vector<Scorer> scorers;
  for (const Function& function : query.functions) {
    Scorer scorer{{}, std::nullopt, function.weight};
    if (function.filter) scorer.docs = evaluate(context, *function.filter, false).docs;
    scorer.values = values_of(context, function);
    scorers.push_back(std::move(scorer));
  }
  if (!needed) return out;
  std::vector<float> scores(context.docs());
  std::vector<uint32_t> low;
  out.docs.each([&](uint32_t doc) {
    double functions = scorers.empty() ? 1 : combined(scorers, query.score_mode, doc);
    if (query.boost_max) functions = std::min(functions, *query.boost_max);
    const double score = scorers.empty() ? out.score(doc) : with_query(query.boost_mode, out.score(doc), functions);
    if (!(score >= 0)) {
      throw illegal_argument("function score query returned an invalid score: " + std::to_string(score) + " for doc: " +
                             std::to_string(doc));
    }
    scores[doc] = static_cast<float>(std::min(score * boost, 3.4e38));
    if (query.min_score && score < *query.min_score) low.push_back(doc);
  });
  for (const uint32_t doc : low) out.docs.remove(doc);
  out.scores = std::move(scores);
  return out;
}

}  // namespace standpipe::search
