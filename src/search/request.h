// What is asked of a search engine and what it answers.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "search/aggregation.h"
#include "search/query.h"

namespace standpipe::search {

// Which objects of a nested field give a document its sort values.
struct NestedSort {
  std::string path;
  QueryPtr filter;                          // may be null
  uint32_t children_max = UINT32_MAX;       // of each document, the first ones
  std::shared_ptr<const NestedSort> inner;  // values come from objects within these; may be null
};
// Orders by how far a geo_point is from the nearest origin.
struct GeoDistanceSort {
  std::vector<GeoPoint> origins;
  double unit_meters = 1;  // values are answered in this unit
  bool ignore_unmapped = false;
};

struct SortField {
  std::string field;  // "_score", "_doc" or a field
  bool descending = false;
  bool missing_first = false;
  std::optional<json::Value> missing;  // stands in for absent values
  std::string unmapped_type;           // empty: an unmapped field is an error
  std::string mode;                    // "min", "max", "sum", "avg", "median"; empty: min ascending, max descending
  std::string format;
  std::shared_ptr<const NestedSort> nested;         // may be null
  std::shared_ptr<const GeoDistanceSort> distance;  // may be null
};

// Which parts of a document's source are answered. Patterns may contain '*'.
struct SourceFilter {
  bool enabled = true;
  std::vector<std::string> includes, excludes;
  bool everything() const { return enabled && includes.empty() && excludes.empty(); }
};

struct FieldAndFormat {
  std::string field;  // may be a pattern
  std::string format;
};

// How a field's fragments are cut out of its text and marked.
struct HighlightOptions {
  enum class Type { unified, plain };
  Type type = Type::unified;
  std::vector<std::string> pre_tags{"<em>"}, post_tags{"</em>"};
  uint32_t fragment_size = 100;
  uint32_t fragments_max = 5;  // 0: the whole field
  uint32_t no_match_size = 0;
  bool best_first = false;
  bool require_field_match = true;  // false: what the query asks of other fields counts too
  bool html = false;                // text is encoded
  QueryPtr query;                   // instead of the request's; may be null
};
struct Highlight {
  std::vector<std::pair<std::string, HighlightOptions>> fields;  // names may be patterns
};

// Scores the best hits again, by a second query.
struct Rescore {
  enum class Mode { total, multiply, avg, max, min };
  QueryPtr query;
  uint32_t window = 10;
  double weight = 1, rescore_weight = 1;  // of the first score and of the second one
  Mode mode = Mode::total;
};

inline constexpr int64_t kCountAll = std::numeric_limits<int64_t>::max();

struct SearchRequest {
  QueryPtr query;        // never null after parsing
  QueryPtr post_filter;  // narrows hits, not aggregations; may be null
  uint32_t from = 0, size = 10;
  std::vector<SortField> sort;  // empty: by score
  std::optional<json::Array> search_after;
  SourceFilter source;
  int64_t track_total_hits = 10'000;  // count up to; 0: not at all; kCountAll: exactly
  bool track_scores = false;
  bool version = false, seq_no_primary_term = false;
  bool typed_keys = false;  // aggregations are answered as "type#name"
  std::optional<double> min_score;
  std::string collapse;           // a field: of hits with the same value only the first one is shown; empty: all are
  std::vector<Rescore> rescores;  // one after the other
  uint32_t terminate_after = 0;   // look at no more matching documents of an index; 0: at all
  std::vector<FieldAndFormat> docvalue_fields, fields;
  Highlight highlight;
  std::vector<Aggregation> aggregations;
};

struct Hit {
  std::string index, id;
  std::optional<float> score;
  std::string source;                      // JSON text; empty if not asked for
  json::Array sort;                        // values of the request's sort, if it had one
  json::Value fields, highlight;           // objects, or null
  std::optional<int64_t> version, seq_no;  // if asked for
};

struct SearchResponse {
  int64_t total = 0;
  bool total_is_lower_bound = false;
  bool total_counted = true;
  std::optional<bool> terminated_early;  // if the request bounds how many documents are looked at
  std::optional<float> score_max;
  std::vector<Hit> hits;
  json::Value aggregations;  // object, or null
};

}  // namespace standpipe::search
