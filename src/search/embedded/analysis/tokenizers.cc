// standard, whitespace, letter, lowercase, keyword, classic, pattern, char_group, ngram, edge_ngram, path_hierarchy.
#include <re2/re2.h>

#include <map>

#include "base/bytes.h"
#include "search/dsl/options.h"
#include "search/embedded/analysis/parts.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

using dsl::Options;
using Make = Tokenizer (*)(Options&);

Tokens tokens_of(const Analyzer& analyzer, std::string_view text) {
  Tokens out;
  analyzer.analyze(text, [&](const Token& token) {
    out.push_back({std::string(token.text), token.position, token.start, token.end});
  });
  return out;
}

// Tokens of a built-in analyzer with the text as it was written.
template <bool as_written>
Tokenizer like(const char* name) {
  const Analyzer* analyzer = find_analyzer(name);
  return [analyzer](std::string_view text) {
    Tokens out = tokens_of(*analyzer, text);
    if (as_written) {
      for (OwnedToken& token : out) token.text = text.substr(token.start, token.end - token.start);
    }
    return out;
  };
}

void add(Tokens& out, std::string_view text, size_t start, size_t end) {
  out.push_back({std::string(text.substr(start, end - start)), static_cast<uint32_t>(out.size()),
                 static_cast<uint32_t>(start), static_cast<uint32_t>(end)});
}

std::shared_ptr<const re2::RE2> compile(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(4 << 20);
  auto out = std::make_shared<const re2::RE2>(pattern, options);
  if (!out->ok()) throw illegal_argument("failed to parse pattern [" + pattern + "]: " + out->error());
  return out;
}

Tokenizer make_pattern(Options& options) {
  const auto pattern = compile(options.text("pattern", "\\W+"));
  const auto group = static_cast<int>(options.integer("group", -1, -1, 0));
  options.text("flags");
  return [pattern, group](std::string_view text) {
    Tokens out;
    size_t at = 0, from = 0;
    re2::StringPiece match;
    while (from <= text.size() && pattern->Match(re2::StringPiece(text.data(), text.size()), from, text.size(),
                                                 re2::RE2::UNANCHORED, &match, 1)) {
      const auto start = static_cast<size_t>(match.data() - text.data());
      if (group == 0 && !match.empty()) add(out, text, start, start + match.size());
      if (group < 0 && start > at && !match.empty()) add(out, text, at, start);
      if (!match.empty()) at = start + match.size();
      from = start + std::max<size_t>(match.size(), 1);
    }
    if (group < 0 && at < text.size()) add(out, text, at, text.size());
    return out;
  };
}

Tokenizer make_char_group(Options& options) {
  std::string separators;
  bool space = false, punctuation = false, digits = false, letters = false;
  for (const std::string& item : options.texts("tokenize_on_chars")) {
    if (item == "whitespace") space = true;
    else if (item == "punctuation" || item == "symbol") punctuation = true;
    else if (item == "digit") digits = true;
    else if (item == "letter") letters = true;
    else if (item == "\\n") separators += '\n';
    else if (item == "\\t") separators += '\t';
    else separators += item;
  }
  return [=](std::string_view text) {
    Tokens out;
    size_t start = 0;
    for (size_t i = 0; i <= text.size(); ++i) {
      const char c = i < text.size() ? text[i] : '\0';
      const auto byte = static_cast<unsigned char>(c);
      const bool ascii = byte < 128;
      const bool cut = i == text.size() || separators.find(c) != std::string::npos ||
                       (space && ascii && std::isspace(byte)) || (punctuation && ascii && std::ispunct(byte)) ||
                       (digits && ascii && std::isdigit(byte)) || (letters && ascii && std::isalpha(byte));
      if (!cut) continue;
      if (i > start) add(out, text, start, i);
      start = i + 1;
    }
    return out;
  };
}

std::vector<size_t> character_ends(std::string_view text) {
  std::vector<size_t> out{0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (i + 1 == text.size() || (static_cast<unsigned char>(text[i + 1]) & 0xC0) != 0x80) out.push_back(i + 1);
  }
  return out;
}

template <bool edge>
Tokenizer make_ngram(Options& options) {
  const auto shortest = static_cast<size_t>(options.integer("min_gram", 1, 1, 100));
  const auto longest = static_cast<size_t>(options.integer("max_gram", 2, static_cast<int64_t>(shortest), 100));
  std::string kept;
  for (const std::string& item : options.texts("token_chars")) kept += item[0];  // letter, digit, whitespace, …
  return [=](std::string_view text) {
    Tokens out;
    const std::vector<size_t> ends = character_ends(text);
    const auto keeps = [&](size_t character) {
      const auto byte = static_cast<unsigned char>(text[ends[character]]);
      if (kept.empty()) return true;
      if (byte >= 128) return kept.find('l') != std::string::npos;
      const char kind = std::isalpha(byte) ? 'l' : std::isdigit(byte) ? 'd' : std::isspace(byte) ? 'w' : 'p';
      return kept.find(kind) != std::string::npos || (kind == 'p' && kept.find('s') != std::string::npos);
    };
    for (size_t i = 0; i + 1 < ends.size(); ++i) {
      if (!keeps(i) || (edge && i > 0 && keeps(i - 1))) continue;
      for (size_t length = 1; length <= longest && i + length < ends.size() && keeps(i + length - 1); ++length) {
        if (length >= shortest) add(out, text, ends[i], ends[i + length]);
      }
      if (edge && kept.empty()) break;
    }
    return out;
  };
}

Tokenizer make_path(Options& options) {
  const std::string delimiter = options.text("delimiter", "/"), replacement = options.text("replacement", delimiter);
  options.integer("buffer_size", 1024, 1, INT32_MAX);
  if (options.boolean("reverse", false) || options.integer("skip", 0, 0, 100) != 0 || delimiter.size() != 1)
    throw illegal_argument("[path_hierarchy] supports neither [reverse] nor [skip]");
  return [=](std::string_view text) {
    Tokens out;
    for (size_t i = 1; i <= text.size(); ++i) {
      if (i < text.size() && text[i] != delimiter[0]) continue;
      out.push_back(
          {replace_all(std::string(text.substr(0, i)), delimiter, replacement), 0, 0, static_cast<uint32_t>(i)});
    }
    return out;
  };
}

Tokenizer make_standard(Options& options) {
  options.integer("max_token_length", 255, 1, 255);
  return like<true>("standard");
}

const std::map<std::string_view, Make>& types() {
  static const std::map<std::string_view, Make> table = {
      {"char_group", make_char_group},
      {"classic", make_standard},
      {"edge_ngram", make_ngram<true>},
      {"icu_tokenizer", make_standard},
      {"keyword",
       [](Options& options) {
         options.integer("buffer_size", 256, 1, INT32_MAX);
         return like<true>("keyword");
       }},
      {"letter", [](Options&) { return like<true>("simple"); }},
      {"lowercase", [](Options&) { return like<false>("simple"); }},
      {"ngram", make_ngram<false>},
      {"path_hierarchy", make_path},
      {"pattern", make_pattern},
      {"standard", make_standard},
      {"whitespace",
       [](Options& options) {
         options.integer("max_token_length", 255, 1, 255);
         return like<true>("whitespace");
       }},
  };
  return table;
}

}  // namespace

Tokenizer make_tokenizer(const std::string& type, const json::Value& definition) {
  const auto found = types().find(type);
  if (found == types().end()) throw illegal_argument("Unknown tokenizer type [" + type + "]");
  Options options(type, definition);
  options.text("type");
  Tokenizer out = found->second(options);
  options.finish("tokenizer");
  return out;
}

}  // namespace standpipe::search
