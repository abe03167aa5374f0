#include "services/cloudformation/template/json_syntax.h"

#include <cctype>
#include <string>
#include <unordered_set>

namespace standpipe::cloudformation {
namespace {

// Each method moves `at_` past what it names, or leaves it where the text went wrong and answers false.
class Scanner {
 public:
  Scanner(std::string_view text, size_t values_max) : text_(text), values_left_(values_max) {}

  bool document(size_t depth_max) {
    if (!value(depth_max)) return false;
    space();
    return at_ == text_.size();
  }
  size_t at() const { return at_; }

 private:
  bool value(size_t depth_left) {
    space();
    if (depth_left == 0 || values_left_ == 0 || at_ == text_.size()) return false;
    --values_left_;
    switch (text_[at_]) {
      case '{':
        return object(depth_left);
      case '[':
        return array(depth_left);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool object(size_t depth_left) {
    ++at_;
    space();
    if (take('}')) return true;
    std::unordered_set<std::string> names;
    do {
      space();
      const size_t begin = at_;
      if (!peek('"') || !string()) return false;
      if (!names.emplace(text_.substr(begin, at_ - begin)).second) return at_ = begin, false;
      space();
      if (!take(':') || !value(depth_left - 1)) return false;
      space();
    } while (take(','));
    return take('}');
  }

  bool array(size_t depth_left) {
    ++at_;
    space();
    if (take(']')) return true;
    do {
      if (!value(depth_left - 1)) return false;
      space();
    } while (take(','));
    return take(']');
  }

  bool string() {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') return ++at_, true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && ++at_ == text_.size()) return false;
    }
    return false;
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  bool number() {
    const size_t begin = at_;
    while (at_ < text_.size() && std::string_view("+-.eE0123456789").find(text_[at_]) != std::string_view::npos) ++at_;
    return at_ > begin;  // its inner form is the parser's business
  }

  void space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool peek(char wanted) const { return at_ < text_.size() && text_[at_] == wanted; }
  bool take(char wanted) {
    if (!peek(wanted)) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t values_left_;
};

}  // namespace

std::optional<TextPosition> find_json_error(std::string_view text, size_t depth_max, size_t values_max) {
  Scanner scanner(text, values_max);
  if (scanner.document(depth_max)) return std::nullopt;
  TextPosition position;
  for (const char c : text.substr(0, scanner.at())) {
    ++position.column;
    if (c == '\n') position = {position.line + 1, 1};
  }
  return position;
}

}  // namespace standpipe::cloudformation
