// keyword, wildcard, constant_keyword, flat_object: values that are terms as a whole.
#include "search/embedded/field_type.h"

namespace standpipe::search {
namespace {

using Storage = FieldType::Storage;

std::string term_keyword(const FieldSpec& field, const Scalar& value) {
  return field.normalizer != nullptr ? field.normalizer->normalize(value.text()) : value.text();
}

std::string term_constant(const FieldSpec& field, const Scalar& value) { return term_keyword(field, value); }

std::string spell_plain(std::string_view term) { return std::string(term); }

}  // namespace

const FieldType& keyword_type() {
  static constexpr FieldType type{
      .name = "keyword", .storage = Storage::terms, .term = term_keyword, .spell = spell_plain};
  return type;
}
// The dictionary is what patterns are tried on: it holds each different value once.
const FieldType& wildcard_type() {
  static constexpr FieldType type{
      .name = "wildcard", .storage = Storage::terms, .term = term_keyword, .spell = spell_plain};
  return type;
}
const FieldType& constant_keyword_type() {
  static constexpr FieldType type{
      .name = "constant_keyword", .storage = Storage::terms, .term = term_constant, .spell = spell_plain};
  return type;
}
// Leaves are terms of the field, and of its companion together with their place (query/flat_object.cc).
const FieldType& flat_object_type() {
  static constexpr FieldType type{
      .name = "flat_object", .storage = Storage::terms, .term = term_keyword, .spell = spell_plain};
  return type;
}

}  // namespace standpipe::search
