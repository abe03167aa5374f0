// regexp: documents with a term that matches as a whole.
#include "search/embedded/regexp.h"

#include <memory>

#include "search/embedded/query/query.h"

namespace standpipe::search {

std::function<bool(std::string_view)> regexp_test(const RegexpQuery& query) {
  return [regexp = std::make_shared<const Regexp>(query.value, query.ignore_case)](std::string_view term) {
    return regexp->matches(term);
  };
}

Matches evaluate_regexp(const QueryContext& context, const RegexpQuery& query, float boost) {
  constexpr uint64_t kCost = 4;
  Matches out{context.none(), boost, {}};
  const Regexp regexp(query.value, query.ignore_case);
  const std::string& from = regexp.literal_prefix();
  for (const FieldSpec* spec : term_fields(context, query.field, query.analyzed, "regexp")) {
    const auto field = context.segment.field(spec->path);
    if (!field || field->terms == nullptr) continue;
    scan_terms(context, *field->terms, from, kCost, [&](std::string_view term, uint32_t ordinal) {
      if (regexp.matches(term)) add_all(out.docs, field->terms->postings(ordinal));
    });
  }
  return out;
}

}  // namespace standpipe::search
