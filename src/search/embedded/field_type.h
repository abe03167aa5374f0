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
  const Analyzer* normalizer = nullptr;       // keyword: changes values before they become terms
  std::shared_ptr<const DateFormat> format;   // date
  std::optional<json::Value> null_value;
  std::string alias_of;                 // alias: the path of the field that it stands for
  std::optional<std::string> constant;  // constant_keyword: what every document has
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
  // Values that are neither numbers nor texts to aggregate or sort by: ranges and points.
  bool opaque = false;
  int64_t ticks_per_ms = 0;         // dates: what a stored unit is
  const char* range_of = nullptr;   // ranges: the type of their ends
  // Of values that are objects (points: also arrays of numbers); throw BadValue.
  std::string (*object_term)(const FieldSpec&, const json::Value&) = nullptr;
  int64_t (*object_number)(const FieldSpec&, const json::Value&) = nullptr;

  bool numeric() const { return storage == Storage::numbers && !opaque; }
  bool date() const { return ticks_per_ms > 0; }
  bool full_text() const { return storage == Storage::text; }
};

const FieldType* find_field_type(std::string_view name);

// The families' tables.
const FieldType* numeric_types(size_t& count);
const FieldType& date_type();
const FieldType& date_nanos_type();
const FieldType& unsigned_long_type();
const FieldType& token_count_type();
const FieldType& wildcard_type();
const FieldType& constant_keyword_type();
const FieldType& flat_object_type();
const FieldType& geo_point_type();
const FieldType& binary_type();
const FieldType& alias_type();
const FieldType* range_types(size_t& count);
const FieldType& boolean_type();
const FieldType& ip_type();
const FieldType& keyword_type();
const FieldType& text_type();
const FieldType& match_only_text_type();

// Dates in the field's unit, from text with date math, and as text. Throws parse_exception.
int64_t read_date(const FieldSpec& field, std::string_view text, int64_t now_ms, const DateFormat& format,
                  const TimeZone& zone, bool round_up);
std::string print_date(const FieldSpec& field, int64_t stored, const DateFormat& format, const TimeZone& zone = {});
int64_t date_ms(const FieldSpec& field, int64_t stored);

// Both ends of a range, inclusive, as bytes that compare as the values do.
struct ValueRange {
  std::string from, to;
};
ValueRange unpack_range(std::string_view term);
// What a query asks of a field of ranges; nullopt: nothing. Throws BadValue.
std::optional<ValueRange> read_query_range(const FieldSpec& field, const std::optional<json::Value>& from,
                                           const std::optional<json::Value>& to, bool include_from, bool include_to,
                                           const std::string& time_zone, int64_t now_ms);

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
