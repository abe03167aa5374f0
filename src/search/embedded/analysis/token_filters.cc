// Filters of tokens. Table at the foot.
#include <re2/re2.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <map>
#include <set>

#include "base/bytes.h"
#include "search/dsl/options.h"
#include "search/embedded/analysis/parts.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

using dsl::Options;
using Make = TokenFilter (*)(Options&);

template <class Change>
TokenFilter each(Change change, bool normalizes) {
  return {[change](Tokens& tokens) {
            for (OwnedToken& token : tokens) token.text = change(std::move(token.text));
          },
          normalizes};
}

// Decomposes, drops marks, and, if asked, folds case: "Ünïcode ﬁ" → "Unicode fi".
std::string fold(const std::string& text, bool lower) {
  UErrorCode error = U_ZERO_ERROR;
  std::u16string wide(text.size() + 1, u'\0');
  int32_t length = 0;
  u_strFromUTF8WithSub(wide.data(), static_cast<int32_t>(wide.size()), &length, text.data(),
                       static_cast<int32_t>(text.size()), 0xFFFD, nullptr, &error);
  wide.resize(static_cast<size_t>(length));
  const UNormalizer2* normalizer = unorm2_getNFKDInstance(&error);
  std::u16string apart(wide.size() * 20 + 16, u'\0');
  length = unorm2_normalize(normalizer, wide.data(), static_cast<int32_t>(wide.size()), apart.data(),
                            static_cast<int32_t>(apart.size()), &error);
  if (U_FAILURE(error)) return text;
  std::string out;
  for (int32_t at = 0; at < length;) {
    UChar32 code;
    U16_NEXT(apart.data(), at, length, code);
    if (u_charType(code) == U_NON_SPACING_MARK) continue;
    if (code == 0xDF) {
      out += "ss";
      continue;
    }
    if (lower) code = u_foldCase(code, U_FOLD_CASE_DEFAULT);
    char bytes[4];
    int32_t count = 0;
    U8_APPEND_UNSAFE(bytes, count, code);
    out.append(bytes, static_cast<size_t>(count));
  }
  return out;
}

std::string to_upper(const std::string& text) {
  std::string out;
  for (int32_t at = 0; at < static_cast<int32_t>(text.size());) {
    UChar32 code;
    U8_NEXT(text.data(), at, static_cast<int32_t>(text.size()), code);
    char bytes[4];
    int32_t count = 0;
    U8_APPEND_UNSAFE(bytes, count, u_toupper(code < 0 ? 0xFFFD : code));
    out.append(bytes, static_cast<size_t>(count));
  }
  return out;
}

size_t prefix_of_characters(std::string_view text, size_t characters) {
  size_t at = 0;
  for (; characters > 0 && at < text.size(); --characters) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}

TokenFilter make_stop(Options& options) {
  std::vector<std::string> words = options.texts("stopwords");
  const bool ignore_case = options.boolean("ignore_case", false);
  options.boolean("remove_trailing", true);
  if (words.empty() || (words.size() == 1 && words[0] == "_english_")) words = english_stop_words();
  if (words.size() == 1 && words[0] == "_none_") words.clear();
  for (const std::string& word : words) {
    if (word.starts_with('_') && word.ends_with('_') && word.size() > 2)
      throw illegal_argument("stop words [" + word + "] are not supported: give them as a list");
  }
  return stop_filter(words, ignore_case);
}

TokenFilter make_stemmer(Options& options) {
  std::string language = options.text("language", options.text("name", "english"));
  static const std::map<std::string_view, const char*> variants = {
      {"light_english", "english"}, {"minimal_english", "english"}, {"porter2", "english"}, {"Porter", "porter"}};
  language = to_lower(language);
  if (language == "porter2") return stem_filter("eng");
  const auto found = variants.find(language);
  if (found != variants.end()) language = found->second;
  for (const char* prefix : {"light_", "minimal_"}) {
    if (language.starts_with(prefix)) language = language.substr(std::string_view(prefix).size());
  }
  return stem_filter(language);
}

TokenFilter make_replace(Options& options) {
  re2::RE2::Options how;
  how.set_log_errors(false);
  how.set_max_mem(4 << 20);
  const auto pattern = std::make_shared<const re2::RE2>(options.text("pattern"), how);
  if (!pattern->ok()) throw illegal_argument("failed to parse pattern: " + pattern->error());
  std::string replacement = options.text("replacement");
  options.text("flags");
  const bool all = options.boolean("all", true);
  for (size_t i = 0; i + 1 < replacement.size(); ++i) {  // Java's "$1" is RE2's "\1"
    if (replacement[i] == '$' && std::isdigit(static_cast<unsigned char>(replacement[i + 1])) != 0)
      replacement[i] = '\\';
  }
  return each(
      [pattern, replacement, all](std::string text) {
        if (all)
          re2::RE2::GlobalReplace(&text, *pattern, replacement);
        else
          re2::RE2::Replace(&text, *pattern, replacement);
        return text;
      },
      false);
}

template <bool edge>
TokenFilter make_ngrams(Options& options) {
  const auto shortest = static_cast<size_t>(options.integer("min_gram", 1, 1, 100));
  const auto longest = static_cast<size_t>(options.integer("max_gram", 2, static_cast<int64_t>(shortest), 100));
  const bool original = options.boolean("preserve_original", false);
  return {[=](Tokens& tokens) {
    Tokens out;
    for (const OwnedToken& token : tokens) {
      const size_t characters = utf8_length(token.text);
      for (size_t from = 0; from < (edge ? std::min<size_t>(1, characters) : characters); ++from) {
        const std::string_view rest = std::string_view(token.text).substr(prefix_of_characters(token.text, from));
        for (size_t length = shortest; length <= longest && from + length <= characters; ++length) {
          OwnedToken gram = token;
          gram.text = rest.substr(0, prefix_of_characters(rest, length));
          out.push_back(std::move(gram));
        }
      }
      if (original && (characters < shortest || characters > longest)) out.push_back(token);
    }
    tokens = std::move(out);
  }};
}

TokenFilter make_length(Options& options) {
  const auto min = static_cast<size_t>(options.integer("min", 0, 0, INT32_MAX));
  const auto max = static_cast<size_t>(options.integer("max", INT32_MAX, 0, INT32_MAX));
  return {[=](Tokens& tokens) {
    std::erase_if(tokens, [&](const OwnedToken& token) {
      const size_t length = utf8_length(token.text);
      return length < min || length > max;
    });
  }};
}

TokenFilter make_unique_filter(Options& options) {
  options.boolean("only_on_same_position", false);
  return {[](Tokens& tokens) {
    std::set<std::string> seen;
    std::erase_if(tokens, [&](const OwnedToken& token) { return !seen.insert(token.text).second; });
  }};
}

TokenFilter make_limit(Options& options) {
  const auto most = static_cast<size_t>(options.integer("max_token_count", 1, 0, INT32_MAX));
  options.boolean("consume_all_tokens", false);
  return {[most](Tokens& tokens) {
    if (tokens.size() > most) tokens.resize(most);
  }};
}

TokenFilter make_shingle(Options& options) {
  const auto shortest = static_cast<size_t>(options.integer("min_shingle_size", 2, 2, 10));
  const auto longest = static_cast<size_t>(options.integer("max_shingle_size", 2, static_cast<int64_t>(shortest), 10));
  const bool single = options.boolean("output_unigrams", true);
  const std::string between = options.text("token_separator", " ");
  return {[=](Tokens& tokens) {
    Tokens out;
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (single) out.push_back(tokens[i]);
      OwnedToken shingle = tokens[i];
      for (size_t count = 2; count <= longest && i + count <= tokens.size(); ++count) {
        shingle.text += between + tokens[i + count - 1].text;
        shingle.end = tokens[i + count - 1].end;
        if (count >= shortest) out.push_back(shingle);
      }
    }
    tokens = std::move(out);
  }};
}

const std::map<std::string_view, Make>& types() {
  static const std::map<std::string_view, Make> table = {
      {"asciifolding",
       [](Options& options) {
         if (options.boolean("preserve_original", false))
           throw illegal_argument("[asciifolding] does not support [preserve_original]");
         return each([](std::string text) { return fold(text, false); }, true);
       }},
      {"edge_ngram", make_ngrams<true>},
      {"icu_folding", [](Options&) { return each([](std::string text) { return fold(text, true); }, true); }},
      {"kstem", [](Options&) { return stem_filter("english"); }},
      {"length", make_length},
      {"limit", make_limit},
      {"lowercase", [](Options& options) {
         if (const std::string language = options.text("language"); !language.empty())
           throw illegal_argument("[lowercase] does not support language [" + language + "]");
         return each([](std::string text) { return to_lower_unicode(text); }, true);
       }},
      {"ngram", make_ngrams<false>},
      {"pattern_replace", make_replace},
      {"porter_stem", [](Options&) { return stem_filter("english"); }},
      {"reverse", [](Options&) {
         return each(
             [](std::string text) {
               std::string out;
               while (!text.empty()) {
                 size_t at = text.size() - 1;
                 while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
                 out += text.substr(at);
                 text.resize(at);
               }
               return out;
             },
             false);
       }},
      {"shingle", make_shingle},
      {"snowball", make_stemmer},
      {"stemmer", make_stemmer},
      {"stop", make_stop},
      {"trim", [](Options&) { return each([](std::string text) { return std::string(trim(text)); }, true); }},
      {"truncate", [](Options& options) {
         const auto length = static_cast<size_t>(options.integer("length", 10, 1, INT32_MAX));
         return each([length](std::string text) { return text.substr(0, prefix_of_characters(text, length)); }, false);
       }},
      {"unique", make_unique_filter},
      {"uppercase", [](Options&) { return each([](std::string text) { return to_upper(text); }, true); }},
  };
  return table;
}

}  // namespace

TokenFilter make_token_filter(const std::string& type, const json::Value& definition) {
  const auto found = types().find(type);
  if (found == types().end()) throw illegal_argument("Unknown filter type [" + type + "]");
  Options options(type, definition);
  options.text("type");
  TokenFilter out = found->second(options);
  options.finish("filter");
  return out;
}

}  // namespace standpipe::search
