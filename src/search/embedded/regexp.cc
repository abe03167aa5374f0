#include "search/embedded/regexp.h"

#include <re2/re2.h>

#include <cctype>

#include "search/error.h"

namespace standpipe::search {
namespace {

constexpr int64_t kProgramBytesMax = 4 << 20;

[[noreturn]] void refuse(std::string_view pattern, const std::string& why) {
  throw illegal_argument("failed to parse regexp [" + std::string(pattern.substr(0, 200)) + "]: " + why);
}

unsigned char byte(char c) { return static_cast<unsigned char>(c); }

bool has_meaning(char c) { return std::string_view("^$\\.|?*+()[]{}").find(c) != std::string_view::npos; }

void append_plain(std::string& out, char c) {
  if (has_meaning(c)) out += '\\';
  out += c;
}

// A class such as [^a-z\]]; answers where it ends.
size_t translate_class(std::string_view pattern, size_t at, std::string& out) {
  out += '[';
  ++at;
  if (at < pattern.size() && pattern[at] == '^') {
    out += '^';
    ++at;
  }
  for (bool first = true; at < pattern.size(); first = false) {
    const char c = pattern[at];
    if (c == ']' && !first) {
      out += ']';
      return at + 1;
    }
    if (c == '\\' && at + 1 < pattern.size()) {
      ++at;
      const bool shorthand = std::string_view("dDwWsS").find(pattern[at]) != std::string_view::npos;
      if (shorthand || std::ispunct(byte(pattern[at])) != 0)
        out += '\\';
    } else if (c == '[' || c == ']' || c == '^') {
      out += '\\';
    }
    out += pattern[at++];
  }
  refuse(pattern, "expected ']'");
}

std::string translate(std::string_view pattern) {
  std::string out;
  for (size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    switch (c) {
      case '\\':
        if (at + 1 >= pattern.size()) refuse(pattern, "ends with an escape");
        if (std::string_view("dDwWsS").find(pattern[at + 1]) != std::string_view::npos)
          out.append(pattern.substr(at, 2));
        else
          append_plain(out, pattern[at + 1]);
        at += 2;
        continue;
      case '"': {
        const size_t end = pattern.find('"', at + 1);
        if (end == std::string_view::npos) refuse(pattern, "expected '\"'");
        out += "(?:";
        for (const char quoted : pattern.substr(at + 1, end - at - 1)) append_plain(out, quoted);
        out += ')';
        at = end + 1;
        continue;
      }
      case '[': at = translate_class(pattern, at, out); continue;
      case '@': out += "(?:.*)"; break;
      case '^':
      case '$': append_plain(out, c); break;
      case '#': refuse(pattern, "the empty language [#] is not supported");
      case '~': refuse(pattern, "complement [~] is not supported");
      case '&': refuse(pattern, "intersection [&] is not supported");
      case '<': refuse(pattern, "numeric intervals [<n-m>] are not supported");
      case '(':
        out += "(?:";
        if (at + 1 < pattern.size() && pattern[at + 1] == '?') refuse(pattern, "unexpected '?' after '('");
        break;
      default: out += c;
    }
    ++at;
  }
  return out;
}

// Only of patterns without alternatives; a character that may be left out ends it.
std::string prefix_of(std::string_view pattern) {
  if (pattern.find('|') != std::string_view::npos) return {};
  std::string out;
  for (const char c : pattern) {
    if (has_meaning(c) || std::string_view("\"@#~&<").find(c) != std::string_view::npos) {
      if ((c == '?' || c == '*' || c == '{') && !out.empty()) {
        while (!out.empty() && (byte(out.back()) & 0xC0) == 0x80) out.pop_back();
        if (!out.empty()) out.pop_back();
      }
      break;
    }
    out += c;
  }
  return out;
}

}  // namespace

Regexp::Regexp(std::string_view pattern, bool ignore_case) {
  if (pattern.size() > kRegexpMax) {
    throw illegal_argument("The length of regex [" + std::to_string(pattern.size()) +
                           "] used in the Regexp Query request has exceeded the allowed maximum of [" +
                           std::to_string(kRegexpMax) +
                           "]. This maximum can be set by changing the [index.max_regex_length] index level setting.");
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_case_sensitive(!ignore_case);
  options.set_max_mem(kProgramBytesMax);
  compiled_ = std::make_unique<re2::RE2>(translate(pattern), options);
  if (!compiled_->ok()) refuse(pattern, compiled_->error());
  if (!ignore_case) prefix_ = prefix_of(pattern);
}

Regexp::~Regexp() = default;
Regexp::Regexp(Regexp&&) noexcept = default;

bool Regexp::matches(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace standpipe::search
