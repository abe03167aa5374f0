// Cuts SQL and PPL into tokens. Names may hold dots, '@' and, in backquotes, anything. Errors: SyntaxError.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace standpipe::opensearch {

// The query is no sentence of its language, or one that is not supported.
struct SyntaxError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Token {
  enum class Kind { end, word, text, number, symbol } kind = Kind::end;
  std::string text;
  bool quoted = false;  // a word in backquotes is never a keyword
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) { advance(); }
  const Token& peek() const { return token_; }
  Token take();
  // Whether the next token is this keyword or symbol; if so, it is taken.
  bool take_word(std::string_view word);
  bool take_symbol(std::string_view symbol);
  bool next_is_word(std::string_view word) const;
  void expect_word(std::string_view word);
  void expect_symbol(std::string_view symbol);
  std::string expect_name();
  int64_t expect_count();  // a whole number that is not negative
  // The rest up to white space or '|': "logs-*,metrics".
  std::string expect_index();
  void expect_end();
  [[noreturn]] void refuse(const std::string& wanted) const;

 private:
  void advance();
  std::string_view text_;
  size_t at_ = 0, start_ = 0;  // after the token, and where it begins
  Token token_;
};

}  // namespace standpipe::opensearch
