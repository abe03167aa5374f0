#include "services/iam/policy/pattern.h"

#include <algorithm>

#include "base/bytes.h"

namespace standpipe::policy {
namespace {

// Where the variable that begins at `from` ("${") ends, or npos if it is not closed.
size_t variable_end(std::string_view text, size_t from) { return text.find('}', from); }

}  // namespace

Pattern::Pattern(std::string_view text, unsigned options) : ignore_case_((options & ignore_case) != 0) {
  std::string run;
  const auto flush = [&] {
    if (!run.empty()) pieces_.push_back({std::move(run), false, std::nullopt});
    run.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == kAnyRun || c == kAnyOne) throw PolicyError("Syntax errors in policy.");
    const bool opens = c == '$' && i + 1 < text.size() && text[i + 1] == '{';
    const size_t end = opens && (options & variables) ? variable_end(text, i) : std::string_view::npos;
    if (end != std::string_view::npos) {
      const std::string_view inside = text.substr(i + 2, end - i - 2);
      if (inside == "*" || inside == "?" || inside == "$") {
        run += inside;  // the escapes of the three special characters
      } else {
        flush();
        add_variable(inside);
      }
      i = end;
    } else if ((options & wildcards) && c == '*') {
      if (run.empty() || run.back() != kAnyRun) run += kAnyRun;
    } else if ((options & wildcards) && c == '?') {
      run += kAnyOne;
    } else {
      run += c;
    }
  }
  if (ignore_case_) run = to_lower(run);
  flush();
  if (ignore_case_) {
    for (Piece& piece : pieces_) {
      if (!piece.variable) piece.text = to_lower(piece.text);
    }
  }
}

void Pattern::add_variable(std::string_view inside) {
  Piece piece{.variable = true};
  const size_t comma = inside.find(',');
  if (comma != std::string_view::npos) {
    std::string_view fallback = trim(inside.substr(comma + 1));
    if (fallback.size() < 2 || fallback.front() != '\'' || fallback.back() != '\'') {
      throw PolicyError("Syntax errors in policy.");
    }
    piece.otherwise = std::string(fallback.substr(1, fallback.size() - 2));
  }
  piece.text = to_lower(trim(inside.substr(0, comma)));
  if (piece.text.empty()) throw PolicyError("Syntax errors in policy.");
  pieces_.push_back(std::move(piece));
  has_variables_ = true;
}

std::optional<std::string> Pattern::resolve(const Context& context) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (!piece.variable) {
      out += piece.text;
      continue;
    }
    const std::string* value = context.single(piece.text);
    if (value == nullptr) {
      if (!piece.otherwise) return std::nullopt;
      value = &*piece.otherwise;
    }
    if (value->find_first_of("\x01\x02") != std::string::npos) return std::nullopt;
    out += ignore_case_ ? to_lower(*value) : *value;
  }
  return out;
}

Match Pattern::matches(std::string_view text, const Context& context) const {
  std::string lowered;
  if (ignore_case_) text = lowered = to_lower(text);
  if (!has_variables_) {
    const std::string_view pattern = pieces_.empty() ? std::string_view() : std::string_view(pieces_[0].text);
    return glob(pattern, text) ? Match::yes : Match::no;
  }
  const std::optional<std::string> resolved = resolve(context);
  if (!resolved) return Match::unresolved;
  return glob(*resolved, text) ? Match::yes : Match::no;
}

// Iterative, with one point of return: the last run. Quadratic at worst, and both sides are bounded.
bool Pattern::glob(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == kAnyRun) {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == kAnyOne || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == kAnyRun) ++p;
  return p == pattern.size();
}

ArnPattern::ArnPattern(std::string_view text, bool variables) {
  if (!text.empty() && std::ranges::all_of(text, [](char c) { return c == '*'; })) {
    everything_ = true;
    return;
  }
  const auto parts = split_arn(text);
  if (!parts) {
    malformed_ = true;
    return;
  }
  for (size_t i = 0; i < 6; ++i) {
    // Variables are known after the fifth colon only; services are never wild.
    unsigned options = i == 2 ? Pattern::literal : Pattern::wildcards;
    if (i == 5 && variables) options |= Pattern::variables;
    segments_[i] = Pattern((*parts)[i], options);
  }
}

Match ArnPattern::matches(std::string_view arn, const Context& context) const {
  if (everything_) return Match::yes;
  if (malformed_) return Match::no;
  const auto parts = split_arn(arn);
  if (!parts) return Match::no;
  for (size_t i = 0; i < 6; ++i) {
    const Match match = segments_[i].matches((*parts)[i], context);
    if (match != Match::yes) return match;
  }
  return Match::yes;
}

std::optional<std::array<std::string_view, 6>> split_arn(std::string_view arn) {
  if (!arn.starts_with("arn:")) return std::nullopt;
  std::array<std::string_view, 6> parts;
  for (size_t i = 0; i < 5; ++i) {
    const size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    parts[i] = arn.substr(0, colon);
    arn.remove_prefix(colon + 1);
  }
  parts[5] = arn;
  return parts;
}

}  // namespace standpipe::policy
