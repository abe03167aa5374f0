// A JSON document read against a mapping: every value in the form in which a segment takes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "search/embedded/mapping.h"

namespace standpipe::search {

inline constexpr size_t kTermBytesMax = 32'766;
inline constexpr uint32_t kPositionGap = 100;  // between values of one text field

struct ParsedDocument {
  struct Piece {  // of `arena`
    uint32_t offset, size;
  };
  struct Number {
    const FieldSpec* field;
    int64_t value;
  };
  struct Term {
    const FieldSpec* field;
    Piece term;
  };
  struct TextTerm {
    Piece term;
    uint32_t first, count;  // in `positions`
  };
  struct Text {
    const FieldSpec* field;
    uint32_t length;        // tokens
    uint32_t first, count;  // in `text_terms`
  };
  std::string arena;
  std::vector<Number> numbers;  // by field, values rising
  std::vector<Term> terms;      // by field, no duplicates
  std::vector<Text> texts;      // one per field
  std::vector<TextTerm> text_terms;
  std::vector<uint32_t> positions;
  // Objects of nested fields, in order, each with what is within it.
  std::vector<ParsedDocument> nested;
  std::string nested_path;  // of such an object: the field

  std::string_view text(Piece piece) const { return std::string_view(arena).substr(piece.offset, piece.size); }
};

// Reads `source`. Fields that the mapping lets in dynamically are added: `mapping` is replaced by the one that has
// them, only on success. `id` is for error texts. Throws search::Error.
ParsedDocument parse_document(std::string_view source, std::string_view id, std::shared_ptr<const Mapping>& mapping);

// The byte that stands for a field's length in tokens, and what it stands for (Lucene's SmallFloat.intToByte4).
uint8_t encode_length(uint32_t length);
uint32_t decode_length(uint8_t norm);

}  // namespace standpipe::search
