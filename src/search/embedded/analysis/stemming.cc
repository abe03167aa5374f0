// Stems by Snowball, stop words, and the analyzers of languages.
#include <libstemmer.h>

#include <map>
#include <mutex>
#include <set>

#include "search/embedded/analysis/parts.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

// A stemmer is not thread-safe: each thread has its own of each language.
sb_stemmer* stemmer_of_thread(const std::string& language) {
  struct Remove {
    void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
  };
  thread_local std::map<std::string, std::unique_ptr<sb_stemmer, Remove>> stemmers;
  auto& stemmer = stemmers[language];
  if (!stemmer) stemmer.reset(sb_stemmer_new(language.c_str(), "UTF_8"));
  return stemmer.get();
}

// What OpenSearch calls them → what Snowball does.
const std::map<std::string_view, const char*>& languages() {
  static const std::map<std::string_view, const char*> table = {
      {"arabic", "arabic"},       {"armenian", "armenian"},   {"basque", "basque"},         {"catalan", "catalan"},
      {"danish", "danish"},       {"dutch", "dutch"},         {"english", "porter"},        {"finnish", "finnish"},
      {"french", "french"},       {"german", "german"},       {"greek", "greek"},           {"hindi", "hindi"},
      {"hungarian", "hungarian"}, {"indonesian", "indonesian"}, {"irish", "irish"},         {"italian", "italian"},
      {"lithuanian", "lithuanian"}, {"norwegian", "norwegian"}, {"portuguese", "portuguese"}, {"romanian", "romanian"},
      {"russian", "russian"},     {"spanish", "spanish"},     {"swedish", "swedish"},       {"turkish", "turkish"}};
  return table;
}

}  // namespace

const std::vector<std::string>& english_stop_words() {
  static const std::vector<std::string> words = {
      "a",   "an",    "and",  "are",   "as",    "at",   "be",   "but", "by",  "for",  "if",
      "in",  "into",  "is",   "it",    "no",    "not",  "of",   "on",  "or",  "such", "that",
      "the", "their", "then", "there", "these", "they", "this", "to",  "was", "will", "with"};
  return words;
}

TokenFilter stop_filter(const std::vector<std::string>& words, bool ignore_case) {
  std::set<std::string, std::less<>> set;
  for (const std::string& word : words) set.insert(ignore_case ? to_lower_unicode(word) : word);
  return {[set, ignore_case](Tokens& tokens) {
    std::erase_if(tokens, [&](const OwnedToken& token) {
      return set.contains(ignore_case ? to_lower_unicode(token.text) : token.text);
    });
  }};
}

TokenFilter stem_filter(const std::string& language) {
  const auto known = languages().find(language);
  const std::string name = known == languages().end() ? language : known->second;
  if (stemmer_of_thread(name) == nullptr) throw illegal_argument("Invalid stemmer class specified: " + language);
  return {[name](Tokens& tokens) {
    sb_stemmer* stemmer = stemmer_of_thread(name);
    for (OwnedToken& token : tokens) {
      const auto* stem = sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(token.text.data()),
                                         static_cast<int>(token.text.size()));
      if (stem != nullptr)
        token.text.assign(reinterpret_cast<const char*>(stem), static_cast<size_t>(sb_stemmer_length(stemmer)));
    }
  }};
}

std::unique_ptr<const Analyzer> make_language_analyzer(std::string_view name) {
  if (!languages().contains(name)) return nullptr;
  const std::string language(name);
  std::vector<TokenFilter> filters;
  const json::Value nothing = json::Object{};
  if (language == "english") {
    filters.push_back({[](Tokens& tokens) {
      for (OwnedToken& token : tokens) {
        if (token.text.ends_with("'s")) token.text.resize(token.text.size() - 2);
      }
    }});
  }
  filters.push_back(make_token_filter("lowercase", nothing));
  if (language == "english") filters.push_back(stop_filter(english_stop_words(), false));
  filters.push_back(stem_filter(language));
  return std::make_unique<ChainAnalyzer>(std::vector<CharFilter>{}, make_tokenizer("standard", nothing),
                                         std::move(filters));
}

}  // namespace standpipe::search
