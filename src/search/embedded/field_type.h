// What a field's values are: how they are read from documents and queries, stored, and printed. One file per family of
// types; the table at the foot of field_type.cc lists them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/json.h"
#include "search/embedded/analysis.h"
#include "search/embedded/dates.h"
#include "search/embedded/scalar.h"

namespace standpipe::search {

// A value that a type cannot take; the text says why ("For input string: \"abc\"").
struct BadValue : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct FieldType;

// One indexed field of a mapping: a leaf, or a sub-field of one ("name.keyword"). Immutable once in a mapping.
struct FieldSpec {
  std::string path;
  const FieldType* type = nullptr;
  uint32_t slot = 0;        // number within the mapping, stable for the index's life
  json::Object parameters;  // as given, printed back
  bool index = true, doc_values = true;
  bool coerce = true, ignore_malformed = false;
  size_t ignore_above = SIZE_MAX;
  double scaling_factor = 1;
  const Analyzer* analyzer = nullptr;         // text
  const Analyzer* search_analyzer = nullptr;  // text
  std::shared_ptr<const DateFormat> format;   // date
  std::optional<json::Value> null_value;
};

struct FieldType {
  enum class Storage {
    numbers,  // a column of ordered integers
    terms,    // a dictionary, postings without frequencies, a column of ordinals
    text      // a dictionary, postings with frequencies and positions, norms
  };
  std::string_view name;
  Storage storage;
  // numbers: the ordered integer of a value of a document; throws BadValue.
  int64_t (*encode)(const FieldSpec&, const Scalar&) = nullptr;
  // numbers: the smallest (largest) stored integer that is ≥ (≤) a query's bound, exclusive if so asked; throws
  // BadValue. nullopt: no integer is.
  std::optional<int64_t> (*bound)(const FieldSpec&, const Scalar&, bool lower, bool inclusive) = nullptr;
  double (*number)(const FieldSpec&, int64_t stored) = nullptr;
  // terms: the bytes that are indexed; throws BadValue.
  std::string (*term)(const FieldSpec&, const Scalar&) = nullptr;
  // terms: what clients see of the bytes.
  std::string (*spell)(std::string_view term) = nullptr;
  bool whole_numbers = false;  // numbers print without a fraction
  bool scored = true;          // text: BM25; else every match counts the same

  bool numeric() const { return storage == Storage::numbers; }
  bool full_text() const { return storage == Storage::text; }
};

const FieldType* find_field_type(std::string_view name);

// The families' tables.
const FieldType* numeric_types(size_t& count);
const FieldType& date_type();
const FieldType& boolean_type();
const FieldType& ip_type();
const FieldType& keyword_type();
const FieldType& text_type();
const FieldType& match_only_text_type();

// Doubles as integers in the same order, and back.
int64_t ordered(double value);
double from_ordered(int64_t value);

// 16 bytes, IPv4 mapped into IPv6; nullopt if it is no address. `prefix_bits` takes the length of "10.0.0.0/8".
std::optional<std::string> parse_ip(std::string_view text);
struct IpRange {
  std::string from, to;
};
std::optional<IpRange> parse_cidr(std::string_view text);
std::string print_ip(std::string_view bytes);

}  // namespace standpipe::search
