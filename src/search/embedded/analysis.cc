#include "search/embedded/analysis.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <map>

namespace standpipe::search {
namespace {

constexpr size_t kTokenMax = 255;  // code points; longer tokens are cut into pieces, as Lucene does

// Classes of UAX #29 word breaking, as far as tokens need them.
enum class Break : uint8_t {
  other,
  letter,
  digit,
  katakana,
  ideograph,
  joiner,
  extend,
  mid_letter,
  mid_number,
  mid_both
};

Break classify(UChar32 c) {
  switch (u_getIntPropertyValue(c, UCHAR_WORD_BREAK)) {
    case U_WB_ALETTER:
    case U_WB_HEBREW_LETTER: return c == ':' ? Break::mid_letter : Break::letter;
    case U_WB_NUMERIC: return Break::digit;
    case U_WB_KATAKANA: return Break::katakana;
    case U_WB_EXTENDNUMLET: return Break::joiner;
    case U_WB_EXTEND:
    case U_WB_FORMAT:
    case U_WB_ZWJ: return Break::extend;
    case U_WB_MIDLETTER: return Break::mid_letter;
    case U_WB_MIDNUM: return Break::mid_number;
    case U_WB_MIDNUMLET:
    case U_WB_SINGLE_QUOTE: return Break::mid_both;
    default: break;
  }
  // Complex-context scripts (Thai, Khmer …) come as runs, ideographs and hiragana one by one.
  if (u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT) return Break::letter;
  if (u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC)) return Break::ideograph;
  if (c >= 0x3041 && c <= 0x309F) return Break::ideograph;  // hiragana
  return Break::other;
}

const std::array<Break, 128>& ascii_classes() {
  static const std::array<Break, 128> classes = [] {
    std::array<Break, 128> out{};
    for (int c = 0; c < 128; ++c) out[static_cast<size_t>(c)] = classify(c);
    out[':'] = Break::mid_letter;
    return out;
  }();
  return classes;
}

struct Character {
  UChar32 code = 0;
  Break kind = Break::other;
  size_t end = 0;  // byte after it
};

Character read(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 128) return {first, ascii_classes()[first], at + 1};
  auto next = static_cast<int32_t>(at);
  UChar32 code;
  U8_NEXT(text.data(), next, static_cast<int32_t>(text.size()), code);
  if (code < 0) code = 0xFFFD;
  return {code, classify(code), static_cast<size_t>(next)};
}

void append_lower(std::string& out, UChar32 code) {
  if (code < 128) {
    out += static_cast<char>(code >= 'A' && code <= 'Z' ? code + 32 : code);
    return;
  }
  char buffer[4];
  int32_t length = 0;
  U8_APPEND_UNSAFE(buffer, length, u_tolower(code));
  out.append(buffer, static_cast<size_t>(length));
}

class StandardAnalyzer final : public Analyzer {
 public:
  void analyze(std::string_view text, const TokenVisitor& visit) const override {
    std::string token;
    uint32_t position = 0;
    for (size_t at = 0; at < text.size();) {
      const size_t start = at;
      const Character c = read(text, at);
      at = c.end;
      token.clear();
      switch (c.kind) {
        case Break::letter:
        case Break::digit:
        case Break::joiner:
        case Break::katakana: at = read_word(text, c, token); break;
        case Break::ideograph: append_lower(token, c.code); break;
        default: continue;
      }
      if (!token.empty()) visit({token, position++, static_cast<uint32_t>(start), static_cast<uint32_t>(at)});
    }
  }
  std::string normalize(std::string_view text) const override { return to_lower_unicode(text); }

 private:
  // Two characters of a word stay together (rules WB5–WB13).
  static bool joins(Break left, Break right) {
    const auto plain = [](Break b) { return b == Break::letter || b == Break::digit; };
    if (plain(left) && plain(right)) return true;
    if (left == Break::katakana && right == Break::katakana) return true;
    if (right == Break::joiner) return plain(left) || left == Break::katakana || left == Break::joiner;
    if (left == Break::joiner) return plain(right) || right == Break::katakana;
    return false;
  }

  // From `first` on; answers where the word ends. A word of joiners alone ("__") is no token.
  static size_t read_word(std::string_view text, const Character& first, std::string& token) {
    Character last = first;
    bool solid = first.kind != Break::joiner;
    append_lower(token, first.code);
    size_t length = 1;
    for (size_t at = first.end; at < text.size() && length < kTokenMax; ++length) {
      const Character c = read(text, at);
      if (c.kind == Break::extend || joins(last.kind, c.kind)) {
        append_lower(token, c.code);
        at = c.end;
        if (c.kind != Break::extend)
          last = c;
        else
          last.end = c.end;
        solid |= c.kind == Break::letter || c.kind == Break::digit || c.kind == Break::katakana;
        continue;
      }
      const bool between_letters =
          last.kind == Break::letter && (c.kind == Break::mid_letter || c.kind == Break::mid_both);
      const bool between_digits =
          last.kind == Break::digit && (c.kind == Break::mid_number || c.kind == Break::mid_both);
      if ((!between_letters && !between_digits) || c.end >= text.size()) break;
      const Character after = read(text, c.end);
      if (after.kind != last.kind) break;
      append_lower(token, c.code);
      append_lower(token, after.code);
      at = after.end;
      last = after;
    }
    if (!solid) token.clear();
    return last.end;
  }
};

// Runs of letters, lower case.
class SimpleAnalyzer final : public Analyzer {
 public:
  void analyze(std::string_view text, const TokenVisitor& visit) const override {
    std::string token;
    uint32_t position = 0, start = 0;
    for (size_t at = 0; at < text.size();) {
      const Character c = read(text, at);
      const bool letter = u_isalpha(c.code);
      if (letter && token.empty()) start = static_cast<uint32_t>(at);
      if (letter) append_lower(token, c.code);
      if ((!letter || c.end >= text.size()) && !token.empty()) {
        visit({token, position++, start, static_cast<uint32_t>(letter ? c.end : at)});
        token.clear();
      }
      at = c.end;
    }
  }
  std::string normalize(std::string_view text) const override { return to_lower_unicode(text); }
};

class WhitespaceAnalyzer final : public Analyzer {
 public:
  void analyze(std::string_view text, const TokenVisitor& visit) const override {
    uint32_t position = 0;
    size_t start = 0;
    for (size_t at = 0; at <= text.size();) {
      const Character c = at < text.size() ? read(text, at) : Character{' ', Break::other, at + 1};
      if (u_isUWhiteSpace(c.code)) {
        if (at > start) {
          visit({text.substr(start, at - start), position++, static_cast<uint32_t>(start), static_cast<uint32_t>(at)});
        }
        start = c.end;
      }
      at = c.end;
    }
  }
  std::string normalize(std::string_view text) const override { return std::string(text); }
};

class KeywordAnalyzer final : public Analyzer {
 public:
  void analyze(std::string_view text, const TokenVisitor& visit) const override {
    if (!text.empty()) visit({text, 0, 0, static_cast<uint32_t>(text.size())});
  }
  std::string normalize(std::string_view text) const override { return std::string(text); }
};

}  // namespace

std::string to_lower_unicode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Character c = read(text, at);
    append_lower(out, c.code);
    at = c.end;
  }
  return out;
}

const Analyzer* find_analyzer(std::string_view name) {
  static const StandardAnalyzer standard;
  static const SimpleAnalyzer simple;
  static const WhitespaceAnalyzer whitespace;
  static const KeywordAnalyzer keyword;
  static const std::map<std::string_view, const Analyzer*> analyzers = {{"standard", &standard},
                                                                        {"default", &standard},
                                                                        {"simple", &simple},
                                                                        {"whitespace", &whitespace},
                                                                        {"keyword", &keyword}};
  const auto found = analyzers.find(name);
  return found == analyzers.end() ? nullptr : found->second;
}

}  // namespace standpipe::search
