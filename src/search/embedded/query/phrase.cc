// Phrases: documents where terms stand one after the other, or nearly so.
#include <algorithm>
#include <memory>

#include "search/embedded/query/query.h"

namespace standpipe::search {
namespace {

// How often the terms stand in order; `at[i]` are the positions of term i minus its place in the phrase, rising.
// With slop, occurrences count less the wider they are spread (Lucene's sloppy frequency).
float phrase_frequency(const std::vector<std::vector<uint32_t>>& at, uint32_t slop) {
  std::vector<size_t> next(at.size(), 0);
  float frequency = 0;
  while (true) {
    size_t lowest = 0;
    uint32_t low = UINT32_MAX, high = 0;
    for (size_t i = 0; i < at.size(); ++i) {
      if (next[i] == at[i].size()) return frequency;
      const uint32_t position = at[i][next[i]];
      if (position < low) low = position, lowest = i;
      high = std::max(high, position);
    }
    if (high - low <= slop) frequency += 1.0F / (1.0F + static_cast<float>(high - low));
    ++next[lowest];
  }
}

// Counts of one exact list of terms per document.
template <class Found>
void find_phrase(const QueryContext& context, const SegmentField& field, const std::vector<uint32_t>& ordinals,
                 const Phrase& phrase, Found found) {
  std::vector<PostingsCursor> cursors;
  DocSet candidates(context.docs(), true);
  for (const uint32_t ordinal : ordinals) {
    const Postings postings = field.terms->postings(ordinal);
    DocSet docs = context.none();
    add_all(docs, postings);
    candidates &= docs;
    cursors.emplace_back(postings, context.docs());
    if (!cursors.back().next()) return;
  }
  std::vector<std::vector<uint32_t>> at(ordinals.size());
  candidates.each([&](uint32_t doc) {
    for (size_t i = 0; i < cursors.size(); ++i) {
      while (cursors[i].doc() < doc && cursors[i].next()) {
      }
      cursors[i].positions(at[i]);
      // Shifted so that all terms of an exact phrase agree; the offset keeps it above zero.
      for (uint32_t& position : at[i]) position = position + phrase.positions.back() - phrase.positions[i];
    }
    const float frequency = phrase_frequency(at, phrase.slop);
    if (frequency > 0) found(doc, frequency);
  });
}

}  // namespace

Matches match_phrase(const QueryContext& context, const FieldSpec& spec, const Phrase& phrase, float boost,
                     bool scored) {
  Matches out{.docs = context.none()};
  scored = scored && spec.type->scored;
  const auto field = context.segment.field(spec.path);
  FieldStatistics statistics;
  double idf = 0;
  if (scored) {
    statistics = context.statistics.field(spec.path);
    for (size_t i = 0; i < phrase.terms.size(); ++i) {
      idf += Bm25::idf(context.statistics.documents_with(spec.path, phrase.terms[i]), statistics.docs);
    }
  }
  if (!field || field->terms == nullptr) return out;
  std::vector<uint32_t> ordinals;
  const size_t fixed = phrase.terms.size() - (phrase.prefix ? 1 : 0);
  for (size_t i = 0; i < fixed; ++i) {
    const auto ordinal = field->terms->find(phrase.terms[i]);
    if (!ordinal) return out;
    ordinals.push_back(*ordinal);
  }
  std::vector<uint32_t> last;
  if (phrase.prefix) {
    field->terms->visit(phrase.terms.back(), [&](std::string_view term, uint32_t ordinal) {
      if (!term.starts_with(phrase.terms.back()) || last.size() >= phrase.expansions_max) return false;
      last.push_back(ordinal);
      return true;
    });
  }
  std::vector<float> frequencies(context.docs());
  const auto found = [&](uint32_t doc, float frequency) {
    out.docs.add(doc);
    frequencies[doc] += frequency;
  };
  const bool positions = field->frequencies;
  if (!phrase.prefix) {
    find_phrase(context, *field, ordinals, phrase, found);
  } else {
    for (const uint32_t ordinal : last) {
      ordinals.push_back(ordinal);
      if (positions)
        find_phrase(context, *field, ordinals, phrase, found);
      else
        add_all(out.docs, field->terms->postings(ordinal));  // a keyword is one term
      ordinals.pop_back();
    }
  }
  if (!scored || !positions) {
    out.constant = boost;
    return out;
  }
  const Bm25 bm25(idf, statistics, !field->norms.empty(), boost);
  out.docs.each([&](uint32_t doc) {
    const auto norm = doc < field->norms.size() ? static_cast<uint8_t>(field->norms[doc]) : uint8_t{1};
    frequencies[doc] = bm25.score(frequencies[doc], norm);
  });
  out.scores = std::move(frequencies);
  return out;
}

}  // namespace standpipe::search
