// fuzzy, and the fuzzy terms of full-text queries: documents with a term that few edits turn into the wanted one.
#include <algorithm>

#include "search/embedded/query/query.h"

namespace standpipe::search {
namespace {

constexpr size_t kCharactersMax = 255;  // longer terms are only equal or not

std::u32string characters(std::string_view text) {
  std::u32string out;
  for (size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const size_t size = std::min<size_t>(first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4, text.size() - at);
    char32_t code = 0;
    for (size_t i = 0; i < size; ++i) code = code << 8 | static_cast<unsigned char>(text[at + i]);
    out += code;
    at += size;
  }
  return out;
}

// Edits between two texts, or more than `most` once that is certain: only the diagonal band can stay below it.
int distance(const std::u32string& a, const std::u32string& b, int most, bool transpositions) {
  const auto n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
  if (std::abs(n - m) > most) return most + 1;
  std::vector<int> before(b.size() + 1), row(b.size() + 1), older;
  for (int j = 0; j <= m; ++j) row[static_cast<size_t>(j)] = j;
  for (int i = 1; i <= n; ++i) {
    older = std::exchange(before, row);
    std::fill(row.begin(), row.end(), most + 1);
    if (i <= most) row[0] = i;
    int least = row[0];
    for (int j = std::max(1, i - most); j <= std::min(m, i + most); ++j) {
      const auto at = static_cast<size_t>(j);
      const bool same = a[static_cast<size_t>(i - 1)] == b[at - 1];
      int cost = std::min({before[at - 1] + (same ? 0 : 1), before[at] + 1, row[at - 1] + 1});
      if (transpositions && i > 1 && j > 1 && a[static_cast<size_t>(i - 1)] == b[at - 2] &&
          a[static_cast<size_t>(i - 2)] == b[at - 1]) {
        cost = std::min(cost, older[at - 2] + 1);
      }
      row[at] = std::min(cost, most + 1);
      least = std::min(least, row[at]);
    }
    if (least > most) return most + 1;
  }
  return row[static_cast<size_t>(m)];
}

class FuzzyTest {
 public:
  FuzzyTest(std::string_view wanted, const FuzzyOptions& how)
      : wanted_(characters(wanted)), how_(how), most_(how.fuzziness.allowed(wanted_.size())) {}
  // nullopt: too far.
  std::optional<int> edits(std::string_view term) const {
    const std::u32string seen = characters(term);
    if (wanted_.size() > kCharactersMax || seen.size() > kCharactersMax)
      return seen == wanted_ ? std::optional(0) : std::nullopt;
    const size_t prefix = std::min<size_t>(how_.prefix_length, wanted_.size());
    if (seen.size() < prefix || seen.compare(0, prefix, wanted_, 0, prefix) != 0) return std::nullopt;
    const int found = distance(wanted_, seen, most_, how_.transpositions);
    return found <= most_ ? std::optional(found) : std::nullopt;
  }
  // What edits cost: the fewer, and the longer the term, the less.
  float weight(int edits, std::string_view term) const {
    const size_t shorter = std::min(wanted_.size(), characters(term).size());
    return shorter == 0 ? 1.0F : std::max(0.0F, 1.0F - static_cast<float>(edits) / static_cast<float>(shorter));
  }
  int most() const { return most_; }

 private:
  const std::u32string wanted_;
  const FuzzyOptions how_;
  const int most_;
};

// The bytes that every matching term begins with.
std::string fixed_prefix(std::string_view wanted, uint32_t characters_wanted) {
  size_t end = 0;
  for (uint32_t i = 0; i < characters_wanted && end < wanted.size(); ++i) {
    ++end;
    while (end < wanted.size() && (static_cast<unsigned char>(wanted[end]) & 0xC0) == 0x80) ++end;
  }
  return std::string(wanted.substr(0, end));
}

}  // namespace

std::function<bool(std::string_view)> fuzzy_test(std::string_view wanted, const FuzzyOptions& how) {
  return [test = FuzzyTest(wanted, how)](std::string_view term) { return test.edits(term).has_value(); };
}

Matches match_fuzzy(const QueryContext& context, const FieldSpec& spec, const std::string& wanted,
                    const FuzzyOptions& how, float boost, bool scored) {
  const FuzzyTest test(wanted, how);
  if (test.most() == 0) return score_term(context, spec, wanted, boost, scored);
  Matches out{.docs = context.none(), .constant = boost};
  const auto field = context.segment.field(spec.path);
  if (!field || field->terms == nullptr) return out;
  constexpr uint64_t kCost = 4;
  struct Close {
    int edits;
    std::string term;
  };
  std::vector<Close> close;
  const std::string from = fixed_prefix(wanted, how.prefix_length);
  scan_terms(context, *field->terms, from, kCost, [&](std::string_view term, uint32_t) {
    if (const auto edits = test.edits(term)) close.push_back({*edits, std::string(term)});
  });
  std::stable_sort(close.begin(), close.end(), [](const Close& a, const Close& b) { return a.edits < b.edits; });
  if (close.size() > how.expansions_max) close.resize(how.expansions_max);
  if (scored) out.scores.assign(context.docs(), 0);
  for (const Close& one : close) {
    const Matches part = score_term(context, spec, one.term, boost * test.weight(one.edits, one.term), scored);
    out.docs |= part.docs;
    if (scored) part.docs.each([&](uint32_t doc) { out.scores[doc] += part.score(doc); });
  }
  return out;
}

Matches evaluate_fuzzy(const QueryContext& context, const FuzzyQuery& query, float boost, bool scored) {
  BestOf best(context.docs(), 0, scored);
  for (const FieldSpec* field : term_fields(context, query.field, query.analyzed, "fuzzy")) {
    const bool spell = query.analyzed && field->type->full_text();
    const std::string wanted = spell ? field->search_analyzer->normalize(query.value) : query.value;
    best.add(match_fuzzy(context, *field, wanted, query.how, boost, scored));
  }
  return best.take();
}

}  // namespace standpipe::search
