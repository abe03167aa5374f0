#include "search/embedded/highlight.h"

#include <unicode/ubrk.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/bytes.h"
#include "search/embedded/fetch.h"
#include "search/embedded/highlight_terms.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

constexpr size_t kTextMax = 1'000'000;  // of one value, in bytes: index.highlight.max_analyzer_offset

struct Mark {
  uint32_t start, end;  // bytes
  std::string term;
};
struct Fragment {
  size_t start, end;
  std::vector<Mark> marks;
  double score = 0;
};

struct AnalysedToken {
  std::string term;
  uint32_t position, start, end;
};

// Tokens of a phrase that stand together: the same walk as in query/phrase.cc, which counts instead of marking.
void mark_phrase(const Phrase& phrase, const std::vector<AnalysedToken>& tokens, std::vector<bool>& marked) {
  const size_t count = phrase.terms.size();
  std::vector<std::vector<std::pair<uint32_t, size_t>>> at(count);  // shifted position, token
  for (size_t token = 0; token < tokens.size(); ++token) {
    for (size_t i = 0; i < count; ++i) {
      const bool open = phrase.prefix && i + 1 == count;
      if (open ? tokens[token].term.starts_with(phrase.terms[i]) : tokens[token].term == phrase.terms[i])
        at[i].emplace_back(tokens[token].position + phrase.positions.back() - phrase.positions[i], token);
    }
  }
  std::vector<size_t> next(count, 0);
  while (true) {
    size_t lowest = 0;
    uint32_t low = UINT32_MAX, high = 0;
    for (size_t i = 0; i < count; ++i) {
      if (next[i] == at[i].size()) return;
      const uint32_t position = at[i][next[i]].first;
      if (position < low) low = position, lowest = i;
      high = std::max(high, position);
    }
    if (high - low <= phrase.slop) {
      for (size_t i = 0; i < count; ++i) marked[at[i][next[i]].second] = true;
    }
    ++next[lowest];
  }
}

std::vector<Mark> find_marks(const SoughtTerms& sought, const std::vector<AnalysedToken>& tokens) {
  std::vector<bool> marked(tokens.size());
  for (size_t i = 0; i < tokens.size(); ++i) {
    const std::string& term = tokens[i].term;
    marked[i] = sought.terms.contains(term) || std::any_of(sought.tests.begin(), sought.tests.end(),
                                                           [&](const auto& test) { return test(term); });
  }
  for (const Phrase& phrase : sought.phrases) mark_phrase(phrase, tokens, marked);
  std::vector<Mark> out;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!marked[i] || (!out.empty() && tokens[i].start < out.back().end)) continue;
    out.push_back({tokens[i].start, tokens[i].end, tokens[i].term});
  }
  return out;
}

// Where pieces of `text` of kind `kind` end, in bytes.
std::vector<size_t> break_text(std::string_view text, UBreakIteratorType kind) {
  UErrorCode error = U_ZERO_ERROR;
  UText utext = UTEXT_INITIALIZER;
  utext_openUTF8(&utext, text.data(), static_cast<int64_t>(text.size()), &error);
  std::vector<size_t> out;
  if (UBreakIterator* breaks = ubrk_open(kind, "", nullptr, 0, &error); U_SUCCESS(error)) {
    ubrk_setUText(breaks, &utext, &error);
    for (int32_t at = ubrk_next(breaks); at != UBRK_DONE; at = ubrk_next(breaks))
      out.push_back(static_cast<size_t>(at));
    ubrk_close(breaks);
  }
  utext_close(&utext);
  if (out.empty() || out.back() != text.size()) out.push_back(text.size());
  return out;
}

// Sentences; those that are too long end at the word that exceeds the size.
std::vector<Fragment> cut_sentences(std::string_view text, size_t size) {
  std::vector<Fragment> out;
  size_t start = 0;
  for (const size_t sentence : break_text(text, UBRK_SENTENCE)) {
    if (size > 0 && sentence - start > size) {
      const std::string_view piece = text.substr(start, sentence - start);
      const size_t base = start;
      for (const size_t word : break_text(piece, UBRK_WORD)) {
        if (base + word - start < size && base + word < sentence) continue;
        out.push_back({start, base + word, {}, 0});
        start = base + word;
      }
    } else {
      out.push_back({start, sentence, {}, 0});
    }
    start = sentence;
  }
  return out;
}

// Runs of tokens of about the wanted size.
std::vector<Fragment> cut_spans(std::string_view text, size_t size, const std::vector<AnalysedToken>& tokens) {
  std::vector<Fragment> out{{0, text.size(), {}, 0}};
  for (const AnalysedToken& token : tokens) {
    if (token.end - out.back().start <= size || token.start <= out.back().start) continue;
    out.back().end = token.start;
    out.push_back({token.start, text.size(), {}, 0});
  }
  return out;
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#x27;"; break;
      case '/': out += "&#x2F;"; break;
      default: out += c;
    }
  }
  return out;
}

class FieldHighlighter {
 public:
  FieldHighlighter(const FieldSpec& field, const HighlightOptions& options, SoughtTerms sought)
      : field_(field), options_(options), sought_(std::move(sought)) {}

  json::Array run(const json::Array& values) {
    std::vector<std::pair<size_t, Fragment>> found;  // number of the value
    std::vector<std::string> texts;
    for (const json::Value& value : values) {
      std::string text = Scalar::of(value).text();
      if (text.empty() || text.size() > kTextMax || text.size() > field_.ignore_above) continue;
      texts.push_back(std::move(text));
      for (Fragment& fragment : fragments_of(texts.back())) found.emplace_back(texts.size() - 1, std::move(fragment));
    }
    choose(found);
    json::Array out;
    for (const auto& [number, fragment] : found) out.push_back(print(texts[number], fragment));
    if (out.empty() && options_.no_match_size > 0 && !texts.empty()) {
      auto beginning = cut_sentences(texts[0], options_.no_match_size);
      out.push_back(print(texts[0], beginning.front()));
    }
    return out;
  }

 private:
  std::vector<Fragment> fragments_of(const std::string& text) {
    std::vector<AnalysedToken> tokens;
    const Analyzer* analyzer = field_.type->full_text() ? field_.analyzer : find_analyzer("keyword");
    analyzer->analyze(text, [&](const Token& token) {
      tokens.push_back({std::string(token.text), token.position, token.start, token.end});
    });
    std::vector<Mark> marks = find_marks(sought_, tokens);
    if (marks.empty()) return {};
    std::vector<Fragment> out;
    if (options_.fragments_max == 0)
      out = {{0, text.size(), {}, 0}};
    else if (options_.type == HighlightOptions::Type::plain)
      out = cut_spans(text, options_.fragment_size, tokens);
    else
      out = cut_sentences(text, options_.fragment_size);
    size_t at = 0;
    for (Mark& mark : marks) {
      while (at + 1 < out.size() && mark.start >= out[at].end) ++at;
      out[at].end = std::max<size_t>(out[at].end, mark.end);  // a token is never cut
      out[at].marks.push_back(std::move(mark));
    }
    std::erase_if(out, [](const Fragment& fragment) { return fragment.marks.empty(); });
    return out;
  }

  // The best ones, which say the most different things, in the order of the text or of their worth.
  void choose(std::vector<std::pair<size_t, Fragment>>& found) const {
    for (auto& [number, fragment] : found) {
      std::map<std::string, int> terms;
      for (const Mark& mark : fragment.marks) ++terms[mark.term];
      for (const auto& [term, count] : terms) fragment.score += 2.2 * count / (count + 1.2);
    }
    const auto better = [](const auto& a, const auto& b) { return a.second.score > b.second.score; };
    const auto earlier = [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : a.second.start < b.second.start;
    };
    std::stable_sort(found.begin(), found.end(), better);
    if (options_.fragments_max > 0 && found.size() > options_.fragments_max) found.resize(options_.fragments_max);
    if (!options_.best_first) std::sort(found.begin(), found.end(), earlier);
  }

  std::string print(const std::string& text, const Fragment& fragment) const {
    std::string out;
    size_t at = fragment.start;
    const auto plain = [&](size_t end) {
      const std::string_view piece = std::string_view(text).substr(at, end - at);
      out += options_.html ? encoded(piece) : std::string(piece);
      at = end;
    };
    for (size_t i = 0; i < fragment.marks.size(); ++i) {
      plain(fragment.marks[i].start);
      out += tag(options_.pre_tags, fragment.marks[i]);
      plain(fragment.marks[i].end);
      out += tag(options_.post_tags, fragment.marks[i]);
    }
    plain(std::max(at, fragment.end));
    const bool whole = fragment.start == 0 && fragment.end == text.size();
    return whole || options_.type == HighlightOptions::Type::plain ? out : std::string(trim(out));
  }
  // With several tags, each term has its own.
  const std::string& tag(const std::vector<std::string>& tags, const Mark& mark) const {
    const auto place = std::distance(sought_.terms.begin(), sought_.terms.lower_bound(mark.term));
    return tags[static_cast<size_t>(place) % tags.size()];
  }

  const FieldSpec& field_;
  const HighlightOptions& options_;
  const SoughtTerms sought_;
};

}  // namespace

json::Value highlight(const QueryContext& context, const Query& query, const Highlight& wanted,
                      const json::Value& source) {
  json::Object out;
  for (const auto& [name, options] : wanted.fields) {
    const bool pattern = name.find('*') != std::string::npos;
    for (const FieldSpec* field : context.mapping.match(name)) {
      if (field->type->numeric() || field->type->term == nullptr || out.contains(field->path)) continue;
      if (pattern && !field->index) continue;
      SoughtTerms sought =
          sought_terms(context, options.query ? *options.query : query, *field, !options.require_field_match);
      if (sought.empty() && options.no_match_size == 0) continue;
      json::Array fragments =
          FieldHighlighter(*field, options, std::move(sought)).run(source_values(context.mapping, *field, source));
      if (!fragments.empty()) out.append(field->path, std::move(fragments));
    }
  }
  if (out.empty()) return {};
  return out;
}

}  // namespace standpipe::search
