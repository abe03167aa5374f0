// What queries and aggregations see of a segment, whether it is still in memory or an immutable file: per field a term
// dictionary with postings, a column of values, and norms; per document its stored source.
//
// Thread rule: segment files are immutable and thread-safe; a segment in memory is read under its index's lock, except
// `stored`, which is safe for documents that were seen under it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/embedded/doc_set.h"
#include "search/embedded/postings.h"

namespace standpipe::search {

inline constexpr uint32_t kBlockDocs = 4096;  // columns are read in blocks of so many documents

// Terms have ordinals 0 … count-1. Ordinals of files are sorted by term; those in memory are in order of arrival.
class Terms {
 public:
  virtual ~Terms() = default;
  virtual uint32_t count() const = 0;
  virtual std::optional<uint32_t> find(std::string_view term) const = 0;
  virtual void read(uint32_t ordinal, std::string& term) const = 0;
  virtual Postings postings(uint32_t ordinal) const = 0;
  // visit(term, ordinal) for all terms ≥ `from` in byte order, until it answers false.
  virtual void visit(std::string_view from, const std::function<bool(std::string_view, uint32_t)>& visit) const = 0;
  // ranks[ordinal] is the term's place in byte order; empty if ordinals are that already.
  virtual std::vector<uint32_t> ranks() const = 0;
};

// Values of documents [first, first + docs): document i's are values[starts[i]] … values[starts[i + 1] - 1], rising.
struct BlockValues {
  uint32_t first = 0, docs = 0;
  std::vector<uint32_t> starts;  // docs + 1
  std::vector<int64_t> values;
};

struct Zone {
  int64_t min = 0, max = 0;
  uint32_t values = 0;  // 0: min and max mean nothing
  bool each_has_one = false;
};

// Numbers as 64-bit integers that compare as the values do, or ordinals of the field's terms.
class Column {
 public:
  virtual ~Column() = default;
  virtual Zone zone(uint32_t block) const = 0;
  virtual void decode(uint32_t block, BlockValues& into) const = 0;
};

struct FieldStatistics {
  uint32_t docs = 0;    // that have the field
  uint64_t tokens = 0;  // sum of lengths
};

struct SegmentField {
  const Terms* terms = nullptr;
  const Column* column = nullptr;  // ordinals if `terms` is there
  std::string_view norms;          // a byte per document, 0: no value; empty if the field has none
  FieldStatistics statistics;
  bool frequencies = false;  // postings have frequencies and positions
};

struct Stored {
  std::string id, source;
};

class Segment {
 public:
  virtual ~Segment() = default;
  virtual uint32_t docs() const = 0;  // deleted ones too
  virtual std::vector<std::string> fields() const = 0;
  virtual std::optional<SegmentField> field(std::string_view path) const = 0;
  virtual Stored stored(uint32_t doc) const = 0;
  virtual uint64_t bytes() const = 0;
  // The objects of a nested field: a segment of their own without ids and sources, an object a document of it. Its
  // column kParentField has, rising, the document of this segment in which each object stands. Null: there are none.
  virtual const Segment* nested(std::string_view path) const = 0;
  virtual std::vector<std::string> nested_paths() const = 0;
};

// Fields that every document has; their names cannot be mapped.
inline constexpr std::string_view kIdField = "_id";            // terms
inline constexpr std::string_view kSeqNoField = "_seq_no";     // column
inline constexpr std::string_view kVersionField = "_version";  // column
inline constexpr std::string_view kParentField = "_parent";    // column, of objects only

inline uint32_t block_count(uint32_t docs) { return (docs + kBlockDocs - 1) / kBlockDocs; }

}  // namespace standpipe::search
