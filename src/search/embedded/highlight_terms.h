// What a query looks for in one field: single terms, tests on terms, and phrases. Only for marking text; scores and
// documents are the business of query/.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "search/embedded/query/query.h"

namespace standpipe::search {

struct SoughtTerms {
  std::set<std::string, std::less<>> terms;
  std::vector<std::function<bool(std::string_view)>> tests;
  std::vector<Phrase> phrases;
  bool empty() const { return terms.empty() && tests.empty() && phrases.empty(); }
};

// `any_field`: what the query asks of other fields counts too.
SoughtTerms sought_terms(const QueryContext& context, const Query& query, const FieldSpec& field, bool any_field);

}  // namespace standpipe::search
