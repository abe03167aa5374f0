// The analyzers and normalizers of an index: the built-in ones and those that its settings define.
//
// A custom analyzer is a chain: character filters change the text, a tokenizer cuts it, token filters change tokens.
// The parts that can be named are in the tables of analysis/. Immutable, thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "search/embedded/analysis.h"

namespace standpipe::search {

class Analyzers {
 public:
  // Of an index's settings; throws illegal_argument for what is malformed or not supported.
  static std::shared_ptr<const Analyzers> of_settings(const json::Value& settings);
  static const std::shared_ptr<const Analyzers>& built_in();

  const Analyzer* find(std::string_view name) const;  // nullptr: there is none
  const Analyzer* find_normalizer(std::string_view name) const;
  // {"tokenizer": …, "filter": […], "char_filter": […]}, as _analyze takes it.
  std::unique_ptr<const Analyzer> build(const json::Value& definition) const;

 private:
  json::Object parts_[3];  // definitions of char_filter, tokenizer and filter
  std::map<std::string, std::unique_ptr<const Analyzer>, std::less<>> analyzers_, normalizers_;
};

}  // namespace standpipe::search
