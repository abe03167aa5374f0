// Queries on places within a flat_object. Its companion field holds a term "flat.a.b=value" per leaf, so that a query
// on "flat.a.b" becomes one on terms with that beginning.
#include "search/embedded/query/query.h"

namespace standpipe::search {
namespace {

// '*', '?' and '\' of a value stand for themselves in a pattern.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

struct Rewriter {
  const Mapping& mapping;

  using Result = std::optional<QueryNode>;
  const FieldSpec* companion(const std::string& field) const { return mapping.flat_companion(field); }

  Result operator()(const TermQuery& query) const {
    const FieldSpec* spec = companion(query.field);
    if (spec == nullptr) return std::nullopt;
    return TermQuery{spec->path, query.field + "=" + Scalar::of(query.value).text(), query.ignore_case};
  }
  Result operator()(const TermsQuery& query) const {
    const FieldSpec* spec = companion(query.field);
    if (spec == nullptr) return std::nullopt;
    TermsQuery out{spec->path, {}};
    for (const json::Value& value : query.values) out.values.push_back(query.field + "=" + Scalar::of(value).text());
    return out;
  }
  Result operator()(const PrefixQuery& query) const {
    const FieldSpec* spec = companion(query.field);
    if (spec == nullptr) return std::nullopt;
    return PrefixQuery{spec->path, query.field + "=" + query.value, query.ignore_case, false};
  }
  Result operator()(const WildcardQuery& query) const {
    const FieldSpec* spec = companion(query.field);
    if (spec == nullptr) return std::nullopt;
    return WildcardQuery{spec->path, plain(query.field) + "=" + query.value, query.ignore_case, false};
  }
  Result operator()(const ExistsQuery& query) const {
    const FieldSpec* spec = companion(query.field);
    if (spec == nullptr) return std::nullopt;
    DisMaxQuery any;  // a leaf, or an object with leaves below
    any.queries.push_back(make_query(PrefixQuery{spec->path, query.field + "=", false, false}));
    any.queries.push_back(make_query(PrefixQuery{spec->path, query.field + ".", false, false}));
    return ConstantScoreQuery{make_query(std::move(any))};
  }
  Result operator()(const RangeQuery& query) const {
    const FieldSpec* spec = companion(query.field);
    if (spec == nullptr) return std::nullopt;
    RangeQuery out = query;
    out.field = spec->path;
    out.from = query.field + "=" + (query.from ? Scalar::of(*query.from).text() : "");
    // '>' is the character after '=': what ends before it begins with "field=".
    if (query.to)
      out.to = query.field + "=" + Scalar::of(*query.to).text();
    else
      out.to = query.field + ">", out.include_to = false;
    return out;
  }
  Result operator()(const MatchQuery& query) const {
    bool any = false;
    MatchQuery out = query;
    for (FieldBoost& field : out.fields) any |= companion(field.field) != nullptr;
    if (!any) return std::nullopt;
    DisMaxQuery each;
    for (const FieldBoost& field : query.fields) {
      out.fields = {field};
      if (const FieldSpec* spec = companion(field.field))
        each.queries.push_back(
            make_query(TermQuery{spec->path, field.field + "=" + Scalar::of(query.text).text()}, field.boost));
      else
        each.queries.push_back(make_query(out));
    }
    return each;
  }
  template <class Other>
  Result operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

std::optional<QueryNode> within_flat_object(const Mapping& mapping, const QueryNode& node) {
  if (!mapping.has_flat_objects()) return std::nullopt;
  return std::visit(Rewriter{mapping}, node);
}

}  // namespace standpipe::search
