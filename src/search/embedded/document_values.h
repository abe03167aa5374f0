// Gathers the values of one document, or of one object of a nested field, in the form in which a segment takes them.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "search/embedded/document.h"

namespace standpipe::search {

class DocumentValues {
 public:
  void add_number(const FieldSpec& field, int64_t value) { out_.numbers.push_back({&field, value}); }
  // Throws illegal_argument for a term that is too long.
  void add_term(const FieldSpec& field, std::string_view term);
  void add_text(const FieldSpec& field, std::string_view text);
  void add_nested(ParsedDocument object) { out_.nested.push_back(std::move(object)); }
  // Sorted as ParsedDocument says.
  ParsedDocument take();

 private:
  struct PlacedTerm {
    ParsedDocument::Piece term;
    uint32_t position;
  };
  ParsedDocument::Piece store(std::string_view bytes);
  void group_values();
  void group_tokens(const FieldSpec* field, std::vector<PlacedTerm>& tokens);

  ParsedDocument out_;
  std::vector<std::pair<const FieldSpec*, std::vector<PlacedTerm>>> tokens_;
};

}  // namespace standpipe::search
