#include "search/embedded/highlight_terms.h"

#include "base/bytes.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

class Seeker {
 public:
  Seeker(const QueryContext& context, const FieldSpec& field, bool any_field, SoughtTerms& out)
      : context_(context), field_(field), any_field_(any_field), out_(out) {}

  void look_at(const Query& query) { std::visit(*this, query.node); }

  void operator()(const TermQuery& query) {
    if (!concerns(query.field)) return;
    if (query.ignore_case) {
      add_test([lower = to_lower_unicode(Scalar::of(query.value).text())](std::string_view term) {
        return to_lower_unicode(term) == lower;
      });
    } else {
      add_value(query.value);
    }
  }
  void operator()(const TermsQuery& query) {
    if (!concerns(query.field)) return;
    for (const json::Value& value : query.values) add_value(value);
  }
  void operator()(const PrefixQuery& query) {
    if (!concerns(query.field)) return;
    add_test(prefix_test(field_, query));
  }
  void operator()(const WildcardQuery& query) {
    if (!concerns(query.field)) return;
    add_test(wildcard_test(field_, query));
  }
  void operator()(const RegexpQuery& query) {
    if (concerns(query.field)) add_test(regexp_test(query));
  }
  void operator()(const FuzzyQuery& query) {
    if (concerns(query.field)) add_test(fuzzy_test(query.value, query.how));
  }
  void operator()(const TermsSetQuery& query) {
    if (!concerns(query.field)) return;
    for (const json::Value& value : query.values) add_value(value);
  }
  void operator()(const BoostingQuery& query) { look_at(*query.positive); }
  void operator()(const FunctionScoreQuery& query) { look_at(*query.query); }
  void operator()(const MatchQuery& query) {
    for (const FieldBoost& wanted : query.fields) {
      if (concerns(wanted.field)) add_text(query);
    }
  }
  void operator()(const BoolQuery& query) {
    for (const auto* list : {&query.must, &query.should, &query.filter}) {
      for (const QueryPtr& clause : *list) look_at(*clause);
    }
  }
  void operator()(const ConstantScoreQuery& query) { look_at(*query.filter); }
  void operator()(const DisMaxQuery& query) {
    for (const QueryPtr& inner : query.queries) look_at(*inner);
  }
  void operator()(const NestedQuery& query) { look_at(*query.query); }
  // Everything else has nothing to show in a text.
  template <class Other>
  void operator()(const Other&) {}

 private:
  bool concerns(const std::string& name) const {
    return any_field_ || name == field_.path || (name.find('*') != std::string::npos && glob_match(name, field_.path));
  }
  void add_test(std::function<bool(std::string_view)> test) { out_.tests.push_back(std::move(test)); }
  void add_value(const json::Value& value) {
    try {
      out_.terms.insert(field_.type->term(field_, Scalar::of(value)));
    } catch (const BadValue&) {  // meant for another field
    }
  }

  void add_text(const MatchQuery& query) {
    using Type = MatchQuery::Type;
    AnalysedText text;
    try {
      text = analyse(context_, field_, query);
    } catch (const Error&) {
      return;
    }
    const bool phrase = query.type == Type::phrase, prefix = query.type == Type::phrase_prefix;
    if ((phrase && text.terms.size() > 1) || prefix) {
      out_.phrases.push_back({text.terms, text.positions, query.slop, prefix, query.expansions_max});
    } else {
      if (query.type == Type::bool_prefix && !text.terms.empty()) {
        add_test([last = text.terms.back()](std::string_view term) { return term.starts_with(last); });
      }
      for (const std::string& term : text.terms) {
        if (query.fuzzy) add_test(fuzzy_test(term, *query.fuzzy));
      }
      out_.terms.insert(text.terms.begin(), text.terms.end());
    }
  }

  const QueryContext& context_;
  const FieldSpec& field_;
  const bool any_field_;
  SoughtTerms& out_;
};

}  // namespace

SoughtTerms sought_terms(const QueryContext& context, const Query& query, const FieldSpec& field, bool any_field) {
  SoughtTerms out;
  Seeker(context, field, any_field, out).look_at(query);
  return out;
}

}  // namespace standpipe::search
