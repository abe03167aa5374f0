// The part of an index that is not yet in a file: grows document by document and can be searched at any time.
// Written by one thread under its index's exclusive lock, read under the shared one; `stored` of a document that was
// seen under the lock needs none.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "search/embedded/document.h"
#include "search/embedded/segment.h"

namespace standpipe::search {

class MemorySegment final : public Segment {
 public:
  static constexpr uint32_t kDocsMax = 256 * 1024;

  MemorySegment();
  ~MemorySegment() override;

  bool full() const { return docs_ >= kDocsMax; }
  // The document's number. Must not be called when full.
  uint32_t add(const ParsedDocument& document, std::string_view id, std::string_view source, int64_t seq_no,
               int64_t version);
  std::optional<uint32_t> find_id(std::string_view id) const;  // the newest with that id, deleted or not

  uint32_t docs() const override { return docs_; }
  std::vector<std::string> fields() const override;
  std::optional<SegmentField> field(std::string_view path) const override;
  Stored stored(uint32_t doc) const override;
  uint64_t bytes() const override { return bytes_; }  // roughly, of memory
  const Segment* nested(std::string_view path) const override;
  std::vector<std::string> nested_paths() const override;

 private:
  class Field;
  static constexpr uint32_t kChunk = 1024;
  using Chunk = std::array<Stored, kChunk>;

  struct OfObjects {};
  explicit MemorySegment(OfObjects);  // of a nested field
  void add_object(const ParsedDocument& object, uint32_t parent);
  void add_values(const ParsedDocument& document);  // of the next document
  Field& field_for(const FieldSpec& spec);

  uint32_t docs_ = 0;
  uint64_t bytes_ = 0;
  std::vector<std::unique_ptr<Field>> by_slot_;
  std::unordered_map<std::string_view, Field*> by_path_;
  std::unique_ptr<Field> ids_, seq_nos_, versions_;  // null in segments of objects
  std::unique_ptr<Field> parents_;                   // only in segments of objects
  std::map<std::string, std::unique_ptr<MemorySegment>, std::less<>> nested_;
  // Chunks do not move: their documents can be read while others are added.
  std::array<std::unique_ptr<Chunk>, kDocsMax / kChunk> stored_;
};

}  // namespace standpipe::search
