#include "services/opensearch/tables/lexer.h"

#include <cctype>

#include "base/bytes.h"

namespace standpipe::opensearch {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '@' || c < 0; }
bool is_name(char c) { return begins_name(c) || is_digit(c) || c == '.'; }

}  // namespace

void Lexer::advance() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  start_ = at_;
  token_ = {};
  if (at_ == text_.size()) return;
  const char first = text_[at_];
  if (first == '`' || first == '\'' || first == '"') {
    token_.kind = first == '`' ? Token::Kind::word : Token::Kind::text;
    token_.quoted = true;
    for (++at_;; ++at_) {
      if (at_ >= text_.size())
        throw SyntaxError("A quoted text does not end: " + std::string(text_.substr(start_, 100)));
      if (text_[at_] == first && (at_ + 1 >= text_.size() || text_[at_ + 1] != first)) break;
      if (text_[at_] == first || (text_[at_] == '\\' && first != '`' && at_ + 1 < text_.size())) ++at_;
      token_.text += text_[at_];
    }
    ++at_;
    return;
  }
  const auto take_while = [&](auto test) {
    while (at_ < text_.size() && test(text_[at_])) token_.text += text_[at_++];
  };
  if (begins_name(first)) {
    token_.kind = Token::Kind::word;
    take_while(is_name);
  } else if (is_digit(first) || (first == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
    token_.kind = Token::Kind::number;
    take_while([](char c) { return is_digit(c) || c == '.'; });
  } else {
    token_.kind = Token::Kind::symbol;
    token_.text = first;
    ++at_;
    const bool two = at_ < text_.size() && ((text_[at_] == '=' && (first == '<' || first == '>' || first == '!')) ||
                                            (first == '<' && text_[at_] == '>'));
    if (two) token_.text += text_[at_++];
  }
}

Token Lexer::take() {
  Token out = std::move(token_);
  advance();
  return out;
}

bool Lexer::next_is_word(std::string_view word) const {
  return token_.kind == Token::Kind::word && !token_.quoted && to_lower(token_.text) == word;
}

bool Lexer::take_word(std::string_view word) {
  if (!next_is_word(word)) return false;
  advance();
  return true;
}

bool Lexer::take_symbol(std::string_view symbol) {
  if (token_.kind != Token::Kind::symbol || token_.text != symbol) return false;
  advance();
  return true;
}

void Lexer::expect_word(std::string_view word) {
  if (!take_word(word)) refuse(std::string(word));
}
void Lexer::expect_symbol(std::string_view symbol) {
  if (!take_symbol(symbol)) refuse("'" + std::string(symbol) + "'");
}
std::string Lexer::expect_name() {
  if (token_.kind != Token::Kind::word) refuse("a name");
  return take().text;
}
int64_t Lexer::expect_count() {
  const auto number = token_.kind == Token::Kind::number ? parse_int(token_.text) : std::nullopt;
  if (!number) refuse("a whole number");
  advance();
  return *number;
}

std::string Lexer::expect_index() {
  if (token_.quoted) return take().text;
  if (token_.kind == Token::Kind::end) refuse("an index");
  size_t end = start_;
  while (end < text_.size() && !is_space(text_[end]) && text_[end] != '|') ++end;
  std::string out(text_.substr(start_, end - start_));
  at_ = end;
  advance();
  return out;
}

void Lexer::expect_end() {
  take_symbol(";");
  if (token_.kind != Token::Kind::end) refuse("the end of the query");
}

void Lexer::refuse(const std::string& wanted) const {
  const std::string here = start_ == text_.size() ? "the end" : "[" + std::string(text_.substr(start_, 40)) + "]";
  throw SyntaxError("Expected " + wanted + " but found " + here + " at position " + std::to_string(start_));
}

}  // namespace standpipe::opensearch
