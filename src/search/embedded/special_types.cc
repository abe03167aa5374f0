// geo_point, binary, token_count, alias.
#include "base/bytes.h"
#include "search/embedded/field_type.h"
#include "search/geo.h"

namespace standpipe::search {
namespace {

using Storage = FieldType::Storage;

int64_t encode_point(const FieldSpec&, const json::Value& value) {
  const auto point = read_geo_point(value);
  if (!point) throw BadValue("failed to parse geo_point: " + json::print(value));
  return pack(*point);
}
int64_t encode_point_text(const FieldSpec& field, const Scalar& value) {
  return encode_point(field, json::Value(value.text()));
}

std::string term_base64(const FieldSpec&, const Scalar& value) {
  auto bytes = base64_decode(value.text());
  if (!bytes) throw BadValue("failed to decode base64: " + value.text());
  return *std::move(bytes);
}
std::string spell_base64(std::string_view bytes) { return base64_encode(bytes); }

int64_t encode_count(const FieldSpec& field, const Scalar& value) {
  int64_t count = 0;
  field.analyzer->analyze(value.text(), [&](const Token&) { ++count; });
  return count;
}
double number_whole(const FieldSpec&, int64_t stored) { return static_cast<double>(stored); }
std::optional<int64_t> bound_count(const FieldSpec& field, const Scalar& value, bool lower, bool inclusive) {
  return find_field_type("integer")->bound(field, value, lower, inclusive);
}

}  // namespace

const FieldType& geo_point_type() {
  static constexpr FieldType type{.name = "geo_point",
                                  .storage = Storage::numbers,
                                  .encode = encode_point_text,
                                  .opaque = true,
                                  .object_number = encode_point};
  return type;
}
const FieldType& binary_type() {
  static constexpr FieldType type{
      .name = "binary", .storage = Storage::terms, .term = term_base64, .spell = spell_base64, .opaque = true};
  return type;
}
const FieldType& token_count_type() {
  static constexpr FieldType type{.name = "token_count",
                                  .storage = Storage::numbers,
                                  .encode = encode_count,
                                  .bound = bound_count,
                                  .number = number_whole,
                                  .whole_numbers = true};
  return type;
}
const FieldType& alias_type() {
  static constexpr FieldType type{.name = "alias", .storage = Storage::terms, .opaque = true};
  return type;
}

}  // namespace standpipe::search
