// html_strip, mapping, pattern_replace.
#include <re2/re2.h>

#include "base/bytes.h"
#include "search/dsl/options.h"
#include "search/embedded/analysis/parts.h"
#include "search/error.h"

namespace standpipe::search {
namespace {

using dsl::Options;

std::string strip_html(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '<') {
      out += text[i];
      continue;
    }
    const size_t end = text.find('>', i);
    if (end == std::string_view::npos) {
      out += text.substr(i);
      break;
    }
    out += ' ';
    i = end;
  }
  static const std::pair<const char*, const char*> entities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&#39;", "'"}, {"&nbsp;", " "}, {"&amp;", "&"}};
  for (const auto& [entity, character] : entities) out = replace_all(std::move(out), entity, character);
  return out;
}

CharFilter make_mapping(Options& options) {
  std::vector<std::pair<std::string, std::string>> rules;
  for (const std::string& rule : options.texts("mappings")) {
    const size_t arrow = rule.find("=>");
    if (arrow == std::string::npos) throw illegal_argument("Invalid Mapping Rule : [" + rule + "]");
    std::string from(trim(std::string_view(rule).substr(0, arrow)));
    if (from.empty()) throw illegal_argument("Invalid Mapping Rule : [" + rule + "]");
    rules.emplace_back(std::move(from), std::string(trim(std::string_view(rule).substr(arrow + 2))));
  }
  return [rules](std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size();) {
      const std::pair<std::string, std::string>* best = nullptr;  // the longest that fits
      for (const auto& rule : rules) {
        if (text.substr(i).starts_with(rule.first) && (best == nullptr || rule.first.size() > best->first.size()))
          best = &rule;
      }
      if (best == nullptr) {
        out += text[i++];
      } else {
        out += best->second;
        i += best->first.size();
      }
    }
    return out;
  };
}

}  // namespace

CharFilter make_char_filter(const std::string& type, const json::Value& definition) {
  Options options(type, definition);
  options.text("type");
  CharFilter out;
  if (type == "html_strip") {
    options.texts("escaped_tags");
    out = strip_html;
  } else if (type == "mapping") {
    out = make_mapping(options);
  } else if (type == "pattern_replace") {
    const TokenFilter filter = make_token_filter(type, definition);
    for (const char* name : {"pattern", "replacement", "flags"}) options.text(name);
    out = [filter](std::string_view text) {
      Tokens one{{std::string(text), 0, 0, 0}};
      filter.apply(one);
      return one.empty() ? std::string() : one[0].text;
    };
  } else {
    throw illegal_argument("Unknown char_filter type [" + type + "]");
  }
  options.finish("char_filter");
  return out;
}

}  // namespace standpipe::search
