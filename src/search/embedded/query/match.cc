// match and multi_match: text analysed as the field is, its terms combined.
#include "search/embedded/query/query.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

constexpr size_t kTermsMax = 1024;

}  // namespace

AnalysedText analyse(const QueryContext& context, const FieldSpec& field, const MatchQuery& query) {
  AnalysedText out;
  const std::string text = Scalar::of(query.text).text();
  const bool whole = !field.type->full_text();
  if (whole && field.normalizer != nullptr) return {{field.normalizer->normalize(text)}, {0}};
  const Analyzer* analyzer = whole ? find_analyzer("keyword") : field.search_analyzer;
  if (!query.analyzer.empty()) {
    analyzer = context.mapping.analyzers().find(query.analyzer);
    if (analyzer == nullptr) throw illegal_argument("[match] analyzer [" + query.analyzer + "] not found");
  }
  analyzer->analyze(text, [&](const Token& token) {
    if (out.terms.size() >= kTermsMax) context.refuse("maxClauseCount is set to " + std::to_string(kTermsMax));
    out.terms.emplace_back(token.text);
    out.positions.push_back(token.position);
  });
  return out;
}

namespace {

// Documents of the term with this number: like it, or beginning with it.
Matches match_term(const QueryContext& context, const FieldSpec& field, const std::vector<std::string>& terms,
                   size_t number, const MatchQuery& query, float boost, bool scored) {
  const std::string& term = terms[number];
  if (query.type == MatchQuery::Type::bool_prefix && number + 1 == terms.size()) {
    Matches out{context.none(), boost, {}};
    const auto found = context.segment.field(field.path);
    if (!found || found->terms == nullptr) return out;
    found->terms->visit(term, [&](std::string_view one, uint32_t ordinal) {
      if (!one.starts_with(term)) return false;
      add_all(out.docs, found->terms->postings(ordinal));
      return true;
    });
    return out;
  }
  if (query.fuzzy) return match_fuzzy(context, field, term, *query.fuzzy, boost, scored);
  return score_term(context, field, term, boost, scored);
}

// Any or all of the terms, or as many as asked for; scores add up. `match(i)`: documents of the term with number i.
template <class Match>
Matches combine(const QueryContext& context, size_t terms, const MatchQuery& query, bool scored, Match match) {
  if (terms == 1) return match(0);
  const int count = static_cast<int>(terms);
  int required = query.op == Operator::all ? count : 1;
  if (query.op == Operator::any && query.minimum_should_match) required = query.minimum_should_match->required(count);
  Matches out{.docs = context.none()};
  if (required > count) return out;
  if (scored) out.scores.assign(context.docs(), 0);
  std::vector<uint16_t> hits(required > 1 && required < count ? context.docs() : 0);
  bool first = true;
  for (size_t i = 0; i < terms; ++i) {
    const Matches one = match(i);
    if (scored) one.docs.each([&](uint32_t doc) { out.scores[doc] += one.score(doc); });
    if (!hits.empty()) one.docs.each([&](uint32_t doc) { ++hits[doc]; });
    if (required == count && !first)
      out.docs &= one.docs;
    else
      out.docs |= one.docs;
    first = false;
  }
  for (uint32_t doc = 0; doc < hits.size(); ++doc) {
    if (hits[doc] > 0 && hits[doc] < required) out.docs.remove(doc);
  }
  return out;
}

Matches match_field(const QueryContext& context, const FieldSpec& field, const MatchQuery& query, float boost,
                    bool scored) {
  require_indexed(context, field);
  if (field.type->numeric() || field.type->opaque || field.type == &ip_type()) {
    return {documents_with(context, field, query.text, false), boost, {}};
  }
  const AnalysedText analysed = analyse(context, field, query);
  if (analysed.terms.empty()) return {DocSet(context.docs(), query.all_if_no_terms), boost, {}};
  const bool phrase = query.type == MatchQuery::Type::phrase, prefix = query.type == MatchQuery::Type::phrase_prefix;
  if (prefix || (phrase && analysed.terms.size() > 1)) {
    if (!field.type->full_text() && analysed.terms.size() > 1) {
      context.refuse("field:[" + field.path + "] was indexed without position data; cannot run PhraseQuery");
    }
    return match_phrase(context, field, {analysed.terms, analysed.positions, query.slop, prefix, query.expansions_max},
                        boost, scored);
  }
  return combine(context, analysed.terms.size(), query, scored, [&](size_t i) {
    return match_term(context, field, analysed.terms, i, query, boost, scored);
  });
}

// As if all text fields were one: each term may stand in any of them.
Matches match_across(const QueryContext& context, const std::vector<std::pair<const FieldSpec*, float>>& fields,
                     const MatchQuery& query, bool scored) {
  const AnalysedText analysed = analyse(context, *fields.front().first, query);
  if (analysed.terms.empty()) return {DocSet(context.docs(), query.all_if_no_terms)};
  return combine(context, analysed.terms.size(), query, scored, [&](size_t i) {
    BestOf best(context.docs(), query.tie_breaker, scored);
    for (const auto& [field, boost] : fields)
      best.add(score_term(context, *field, analysed.terms[i], boost, scored));
    return best.take();
  });
}

}  // namespace

Matches evaluate_match(const QueryContext& context, const MatchQuery& query, float boost, bool scored) {
  BestOf best(context.docs(), query.tie_breaker, scored);
  std::vector<std::pair<const FieldSpec*, float>> across;
  for (const FieldBoost& wanted : query.fields) {
    const bool pattern = wanted.field.find('*') != std::string::npos;
    if (wanted.field == kIdField || wanted.field == "_index") {
      best.add(evaluate_term(context, {wanted.field, query.text}, boost * wanted.boost, scored));
      continue;
    }
    for (const FieldSpec* field : context.mapping.match(wanted.field)) {
      if (pattern && !field->index) continue;
      if (query.type == MatchQuery::Type::cross_fields && field->type->full_text()) {
        across.emplace_back(field, boost * wanted.boost);
        continue;
      }
      try {
        best.add(match_field(context, *field, query, boost * wanted.boost, scored));
      } catch (const BadValue& bad) {
        if (!query.lenient) context.refuse(bad.what());
      } catch (const Error&) {
        if (!query.lenient) throw;
      }
    }
  }
  if (!across.empty()) best.add(match_across(context, across, query, scored));
  return best.take();
}

}  // namespace standpipe::search
