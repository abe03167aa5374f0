#include "search/embedded/document_values.h"

#include <algorithm>
#include <bit>

#include "search/error.h"

namespace standpipe::search {

ParsedDocument::Piece DocumentValues::store(std::string_view bytes) {
  const ParsedDocument::Piece piece{static_cast<uint32_t>(out_.arena.size()), static_cast<uint32_t>(bytes.size())};
  out_.arena += bytes;
  return piece;
}

void DocumentValues::add_term(const FieldSpec& field, std::string_view term) {
  if (term.size() > kTermBytesMax) {
    throw illegal_argument("Document contains at least one immense term in field=\"" + field.path +
                           "\" (whose UTF8 encoding is longer than the max length 32766), all of which were skipped.");
  }
  out_.terms.push_back({&field, store(term)});
}

void DocumentValues::add_text(const FieldSpec& field, std::string_view text) {
  auto* list = std::find_if(tokens_.data(), tokens_.data() + tokens_.size(),
                            [&](const auto& entry) { return entry.first == &field; });
  if (list == tokens_.data() + tokens_.size()) {
    tokens_.emplace_back(&field, std::vector<PlacedTerm>());
    list = &tokens_.back();
  }
  std::vector<PlacedTerm>& tokens = list->second;
  const uint32_t base = tokens.empty() ? 0 : tokens.back().position + 1 + kPositionGap;
  field.analyzer->analyze(text, [&](const Token& token) {
    if (token.text.size() <= kTermBytesMax) tokens.push_back({store(token.text), base + token.position});
  });
}

ParsedDocument DocumentValues::take() {
  group_values();
  for (auto& [field, tokens] : tokens_) group_tokens(field, tokens);
  return std::move(out_);
}

// Columns want values by field, rising, terms without duplicates.
void DocumentValues::group_values() {
  std::stable_sort(out_.numbers.begin(), out_.numbers.end(), [](const auto& a, const auto& b) {
    return a.field->slot != b.field->slot ? a.field->slot < b.field->slot : a.value < b.value;
  });
  std::sort(out_.terms.begin(), out_.terms.end(), [&](const auto& a, const auto& b) {
    if (a.field->slot != b.field->slot) return a.field->slot < b.field->slot;
    return out_.text(a.term) < out_.text(b.term);
  });
  const auto same = [&](const auto& a, const auto& b) {
    return a.field == b.field && out_.text(a.term) == out_.text(b.term);
  };
  out_.terms.erase(std::unique(out_.terms.begin(), out_.terms.end(), same), out_.terms.end());
}

void DocumentValues::group_tokens(const FieldSpec* field, std::vector<PlacedTerm>& tokens) {
  std::sort(tokens.begin(), tokens.end(), [&](const PlacedTerm& a, const PlacedTerm& b) {
    const int order = out_.text(a.term).compare(out_.text(b.term));
    return order != 0 ? order < 0 : a.position < b.position;
  });
  ParsedDocument::Text text{field, static_cast<uint32_t>(tokens.size()),
                            static_cast<uint32_t>(out_.text_terms.size()), 0};
  for (size_t i = 0; i < tokens.size();) {
    ParsedDocument::TextTerm term{tokens[i].term, static_cast<uint32_t>(out_.positions.size()), 0};
    const std::string_view bytes = out_.text(term.term);
    for (; i < tokens.size() && out_.text(tokens[i].term) == bytes; ++i, ++term.count)
      out_.positions.push_back(tokens[i].position);
    out_.text_terms.push_back(term);
    ++text.count;
  }
  out_.texts.push_back(text);
}

namespace {

// Lucene's four significant bits: exact to 8, then coarser.
uint32_t long_to_int4(uint64_t value) {
  const int bits = 64 - std::countl_zero(value);
  if (bits < 4) return static_cast<uint32_t>(value);
  const int shift = bits - 4;
  return (static_cast<uint32_t>(value >> shift) & 7) | static_cast<uint32_t>(shift + 1) << 3;
}
uint64_t int4_to_long(uint32_t value) {
  const uint64_t bits = value & 7;
  const int shift = static_cast<int>(value >> 3) - 1;
  return shift < 0 ? bits : (bits | 8) << shift;
}
constexpr uint32_t kExactLengths = 24;  // 255 - long_to_int4(2^31 - 1)

}  // namespace

uint8_t encode_length(uint32_t length) {
  if (length < kExactLengths) return static_cast<uint8_t>(length);
  return static_cast<uint8_t>(kExactLengths + long_to_int4(length - kExactLengths));
}

uint32_t decode_length(uint8_t norm) {
  if (norm < kExactLengths) return norm;
  return static_cast<uint32_t>(kExactLengths + int4_to_long(norm - kExactLengths));
}

}  // namespace standpipe::search
