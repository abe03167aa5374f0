// The parts of which analyzers are made. Each is found by the name of its type; `options` are the members of its
// definition. Throws illegal_argument for unknown types and options.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "search/embedded/analysis.h"

namespace standpipe::search {

// A token on its way through filters.
struct OwnedToken {
  std::string text;
  uint32_t position, start, end;
};
using Tokens = std::vector<OwnedToken>;

using CharFilter = std::function<std::string(std::string_view text)>;
using Tokenizer = std::function<Tokens(std::string_view text)>;
struct TokenFilter {
  std::function<void(Tokens&)> apply;
  bool normalizes = false;  // changes characters only, so that patterns and normalizers can use it
};

CharFilter make_char_filter(const std::string& type, const json::Value& options);
Tokenizer make_tokenizer(const std::string& type, const json::Value& options);
TokenFilter make_token_filter(const std::string& type, const json::Value& options);

// "english", "german" …: stems by Snowball; nullptr if there is no such language.
std::unique_ptr<const Analyzer> make_language_analyzer(std::string_view name);
TokenFilter stem_filter(const std::string& language);
TokenFilter stop_filter(const std::vector<std::string>& words, bool ignore_case);
const std::vector<std::string>& english_stop_words();

class ChainAnalyzer final : public Analyzer {
 public:
  ChainAnalyzer(std::vector<CharFilter> char_filters, Tokenizer tokenizer, std::vector<TokenFilter> filters)
      : char_filters_(std::move(char_filters)), tokenizer_(std::move(tokenizer)), filters_(std::move(filters)) {}
  void analyze(std::string_view text, const TokenVisitor& visit) const override;
  std::string normalize(std::string_view text) const override;

 private:
  const std::vector<CharFilter> char_filters_;
  const Tokenizer tokenizer_;
  const std::vector<TokenFilter> filters_;
};

}  // namespace standpipe::search
