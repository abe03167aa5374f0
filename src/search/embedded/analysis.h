// Text into tokens. `standard` breaks words by the rules of UAX #29 that matter for search (as Lucene's
// StandardTokenizer): runs of letters and digits, single ideographs and hiragana, runs of katakana; then lower case.
// Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace standpipe::search {

// Positions count tokens from 0; [start, end) are the bytes of the text that the token was made of.
struct Token {
  std::string_view text;
  uint32_t position, start, end;
};
using TokenVisitor = std::function<void(const Token&)>;

class Analyzer {
 public:
  virtual ~Analyzer() = default;
  virtual void analyze(std::string_view text, const TokenVisitor& visit) const = 0;
  // What the analyzer does to characters, without breaking words: for wildcards and prefixes of query strings.
  virtual std::string normalize(std::string_view text) const = 0;
};

// "standard", "simple", "whitespace", "keyword"; nullptr for any other.
const Analyzer* find_analyzer(std::string_view name);

std::string to_lower_unicode(std::string_view text);

}  // namespace standpipe::search
