#include "search/embedded/segment_writer.h"

#include <zstd.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/check.h"
#include "base/digest.h"
#include "base/json.h"
#include "search/embedded/column_writer.h"
#include "storage/corrupt_data.h"

namespace standpipe::search {
namespace {

constexpr size_t kStoredBlockBytes = 32 * 1024;
constexpr size_t kBufferBytes = 1 << 20;

// The file as a row of sections.
class SectionWriter {
 public:
  explicit SectionWriter(File& file) : file_(file) {}

  json::Value section(std::string_view bytes) {  // [offset, length, checksum]
    json::Array out{json::Value(offset()), json::Value(bytes.size()), json::Value(uint64_t{crc32c(bytes)})};
    append(bytes);
    return out;
  }
  void append(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() >= kBufferBytes) flush();
  }
  void flush() {
    if (buffer_.empty()) return;
    file_.write_at(written_, buffer_);
    written_ += buffer_.size();
    buffer_.clear();
  }
  uint64_t offset() const { return written_ + buffer_.size(); }

 private:
  File& file_;
  uint64_t written_ = 0;
  std::string buffer_;
};

class StoredWriter {
 public:
  explicit StoredWriter(SectionWriter& out)
      : out_(out), start_(out.offset()), context_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    check(context_ != nullptr, "no memory for zstd");
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }
  void add(const Stored& document) {
    put_text(raw_, document.id);
    put_text(raw_, document.source);
    ++docs_;
    if (raw_.size() >= kStoredBlockBytes) finish_block();
  }
  void finish(json::Object& footer) {
    if (!raw_.empty()) finish_block();
    // Blocks carry their own checksums; the section has none.
    footer.append("stored", json::Array{json::Value(start_), json::Value(out_.offset() - start_)});
    footer.append("stored_index", out_.section(index_));
  }

 private:
  void finish_block() {
    packed_.resize(ZSTD_compressBound(raw_.size()));
    const size_t size = ZSTD_compress2(context_.get(), packed_.data(), packed_.size(), raw_.data(), raw_.size());
    check(ZSTD_isError(size) == 0, "zstd failed");
    put_number(index_, out_.offset() - start_);
    put_number(index_, static_cast<uint32_t>(size));
    put_number(index_, static_cast<uint32_t>(raw_.size()));
    put_number(index_, first_);
    out_.append(std::string_view(packed_).substr(0, size));
    raw_.clear();
    first_ = docs_;
  }
  SectionWriter& out_;
  const uint64_t start_;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
  std::string raw_, packed_, index_;
  uint32_t docs_ = 0, first_ = 0;
};

// Dictionary and postings of one field, terms added in byte order.
class TermsWriter {
 public:
  explicit TermsWriter(bool frequencies) : frequencies_(frequencies) {}

  void add(std::string_view term, std::string_view docs, std::string_view positions, uint32_t count) {
    size_t shared = 0;
    if (count_ % kTermsPerBlock == 0) {
      put_number(index_, static_cast<uint64_t>(terms_.size()));
      put_varint(terms_, docs_.size());
      put_varint(terms_, positions_.size());
    } else {
      const size_t most = std::min(term.size(), last_.size());
      while (shared < most && term[shared] == last_[shared]) ++shared;
    }
    put_varint(terms_, shared);
    put_text(terms_, term.substr(shared));
    put_varint(terms_, count);
    put_varint(terms_, docs.size());
    if (frequencies_) put_varint(terms_, positions.size());
    docs_ += docs;
    positions_ += positions;
    last_ = term;
    ++count_;
  }
  json::Value finish(SectionWriter& out) const {
    json::Object footer;
    footer.append("count", count_);
    footer.append("index", out.section(index_));
    footer.append("blocks", out.section(terms_));
    footer.append("docs", out.section(docs_));
    footer.append("positions", out.section(positions_));
    return footer;
  }
  uint32_t count() const { return count_; }

 private:
  const bool frequencies_;
  uint32_t count_ = 0;
  std::string last_, terms_, index_, docs_, positions_;
};

class SegmentMerger {
 public:
  SegmentMerger(SectionWriter& out, std::vector<SegmentInput> inputs) : out_(out), inputs_(std::move(inputs)) {
    for (const SegmentInput& input : inputs_) {
      std::vector<uint32_t>& numbers = numbers_.emplace_back(input.segment->docs(), kNoDocument);
      for (uint32_t doc = 0; doc < numbers.size(); ++doc) {
        if (input.deleted == nullptr || !input.deleted->contains(doc)) numbers[doc] = docs_++;
      }
    }
    unchanged_ = inputs_.size() == 1 && docs_ == inputs_[0].segment->docs();
  }

  DocumentNumbers write() {
    json::Object footer;
    footer.append("version", all_of(&Segment::nested_paths).empty() ? 1 : 2);
    footer.append("docs", docs_);
    write_stored(footer);
    write_values(footer);
    const std::string text = json::print(footer);
    const uint64_t at = out_.offset();
    out_.append(text);
    std::string tail;
    put_number(tail, at);
    put_number(tail, static_cast<uint32_t>(text.size()));
    put_number(tail, crc32c(text));
    tail += kSegmentMagic;
    out_.append(tail);
    out_.flush();
    return std::move(numbers_);
  }

 private:
  using Numbers = std::vector<uint32_t>;
  // Of objects of a nested field: those whose documents are left out, are left out. `parents`: the new numbers of the
  // documents of each input.
  SegmentMerger(SectionWriter& out, std::vector<SegmentInput> inputs, std::vector<const Numbers*> parents)
      : out_(out), inputs_(std::move(inputs)), parents_(std::move(parents)) {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      Numbers& numbers = numbers_.emplace_back(inputs_[i].segment->docs(), kNoDocument);
      each_block(i, inputs_[i].segment->field(kParentField), [&](const BlockValues& block) {
        for (uint32_t row = 0; row < block.docs; ++row) {
          if (block.starts[row + 1] != block.starts[row] + 1)
            throw CorruptData("nested objects do not say where they stand");
          if (new_parent(i, block.values[block.starts[row]]) != kNoDocument) numbers[block.first + row] = docs_++;
        }
      });
    }
    unchanged_ = inputs_.size() == 1 && docs_ == inputs_[0].segment->docs();
  }

  uint32_t new_parent(size_t input, int64_t parent) const {
    if (parent < 0 || static_cast<size_t>(parent) >= parents_[input]->size())
      throw CorruptData("a nested object stands in a document that cannot be");
    return (*parents_[input])[static_cast<size_t>(parent)];
  }

  template <class Visit>
  void each_block(size_t input, const std::optional<SegmentField>& field, Visit visit) const {
    BlockValues block;
    const uint32_t docs = inputs_[input].segment->docs();
    for (uint32_t first = 0; first < docs; first += kBlockDocs) {
      block.first = first;
      block.docs = std::min(kBlockDocs, docs - first);
      if (field && field->column != nullptr) {
        field->column->decode(first / kBlockDocs, block);
      } else {
        block.starts.assign(block.docs + 1, 0);
        block.values.clear();
      }
      visit(block);
    }
  }

  void write_values(json::Object& footer) {
    json::Array fields;
    for (const std::string& path : all_of(&Segment::fields)) fields.push_back(write_field(path));
    footer.append("fields", std::move(fields));
    json::Object nested;
    for (const std::string& path : all_of(&Segment::nested_paths)) nested.append(path, write_nested(path));
    if (!nested.empty()) footer.append("nested", std::move(nested));
  }

  json::Value write_nested(const std::string& path) {
    std::vector<SegmentInput> objects;
    std::vector<const Numbers*> parents;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const Segment* found = inputs_[i].segment->nested(path);
      if (found == nullptr) continue;
      objects.push_back({found, nullptr});
      parents.push_back(&numbers_[i]);
    }
    SegmentMerger merger(out_, std::move(objects), std::move(parents));
    json::Object footer{{"docs", json::Value(merger.docs_)}};
    merger.write_values(footer);
    return footer;
  }

  void write_stored(json::Object& footer) {
    StoredWriter stored(out_);
    for (size_t i = 0; i < inputs_.size(); ++i) {
      for (uint32_t doc = 0; doc < numbers_[i].size(); ++doc) {
        if (numbers_[i][doc] != kNoDocument) stored.add(inputs_[i].segment->stored(doc));
      }
    }
    stored.finish(footer);
  }

  std::set<std::string> all_of(std::vector<std::string> (Segment::*list)() const) const {
    std::set<std::string> out;
    for (const SegmentInput& input : inputs_) {
      for (std::string& path : (input.segment->*list)()) out.insert(std::move(path));
    }
    return out;
  }

  json::Value write_field(const std::string& path) {
    std::vector<std::optional<SegmentField>> fields;
    bool terms = false, column = false, norms = false, frequencies = false;
    FieldStatistics statistics;
    for (const SegmentInput& input : inputs_) {
      const auto& field = fields.emplace_back(input.segment->field(path));
      if (!field) continue;
      terms |= field->terms != nullptr;
      column |= field->column != nullptr;
      norms |= !field->norms.empty();
      frequencies |= field->frequencies;
      statistics.docs += field->statistics.docs;
      statistics.tokens += field->statistics.tokens;
    }
    json::Object out;
    out.append("path", path);
    out.append("frequencies", frequencies);
    out.append("documents", statistics.docs);
    out.append("tokens", statistics.tokens);
    std::vector<std::vector<uint32_t>> ordinals(inputs_.size());
    if (terms) out.append("terms", write_terms(fields, frequencies, ordinals));
    if (column) {
      const bool parents = path == kParentField;
      write_column(fields, out, [&](size_t input, int64_t value) -> int64_t {
        if (terms) return ordinals[input][static_cast<size_t>(value)];
        return parents ? new_parent(input, value) : value;
      });
    }
    if (norms) write_norms(fields, out);
    return out;
  }

  struct TermSource {
    std::string term;
    uint32_t input, ordinal;
  };

  json::Value write_terms(const std::vector<std::optional<SegmentField>>& fields, bool frequencies,
                          std::vector<std::vector<uint32_t>>& ordinals) {
    std::vector<TermSource> sources;
    for (uint32_t i = 0; i < fields.size(); ++i) {
      if (!fields[i] || fields[i]->terms == nullptr) continue;
      ordinals[i].assign(fields[i]->terms->count(), 0);
      const size_t middle = sources.size();
      fields[i]->terms->visit("", [&](std::string_view term, uint32_t ordinal) {
        sources.push_back({std::string(term), i, ordinal});
        return true;
      });
      std::inplace_merge(sources.begin(), sources.begin() + static_cast<std::ptrdiff_t>(middle), sources.end(),
                         [](const TermSource& a, const TermSource& b) { return a.term < b.term; });
    }
    TermsWriter writer(frequencies);
    for (size_t i = 0; i < sources.size();) {
      size_t end = i;
      while (end < sources.size() && sources[end].term == sources[i].term) ++end;
      const uint32_t ordinal = writer.count();
      for (size_t j = i; j < end; ++j) ordinals[sources[j].input][sources[j].ordinal] = ordinal;
      write_term(writer, fields, std::span(sources).subspan(i, end - i), frequencies);
      i = end;
    }
    return writer.finish(out_);
  }

  void write_term(TermsWriter& writer, const std::vector<std::optional<SegmentField>>& fields,
                  std::span<const TermSource> sources, bool frequencies) {
    if (unchanged_) {
      const Postings postings = fields[0]->terms->postings(sources[0].ordinal);
      writer.add(sources[0].term, postings.docs, postings.positions, postings.count);
      return;
    }
    // Inputs were gathered in order, and merging kept it: documents rise.
    PostingsBuilder merged;
    std::vector<uint32_t> positions;
    for (const TermSource& source : sources) {
      const std::vector<uint32_t>& numbers = numbers_[source.input];
      PostingsCursor cursor(fields[source.input]->terms->postings(source.ordinal),
                            static_cast<uint32_t>(numbers.size()));
      while (cursor.next()) {
        const uint32_t doc = numbers[cursor.doc()];
        if (doc == kNoDocument) continue;
        if (!frequencies) {
          merged.add(doc);
        } else {
          cursor.positions(positions);
          merged.add(doc, positions.data(), static_cast<uint32_t>(positions.size()));
        }
      }
    }
    if (merged.count > 0) writer.add(sources[0].term, merged.docs, merged.positions, merged.count);
  }

  // `renumber(input, value)`: what a value is called in this segment.
  template <class Renumber>
  void write_column(const std::vector<std::optional<SegmentField>>& fields, json::Object& out, Renumber renumber) {
    ColumnWriter writer;
    std::vector<int64_t> values;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      each_block(i, fields[i], [&](const BlockValues& block) {
        for (uint32_t row = 0; row < block.docs; ++row) {
          if (numbers_[i][block.first + row] == kNoDocument) continue;
          values.clear();
          for (uint32_t at = block.starts[row]; at < block.starts[row + 1]; ++at)
            values.push_back(renumber(i, block.values[at]));
          std::sort(values.begin(), values.end());
          writer.add(values);
        }
      });
    }
    writer.finish();
    out.append("zones", out_.section(writer.zones));
    out.append("column", out_.section(writer.data));
  }

  void write_norms(const std::vector<std::optional<SegmentField>>& fields, json::Object& out) {
    std::string norms(docs_, '\0');
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (!fields[i]) continue;
      const std::string_view from = fields[i]->norms;
      for (size_t doc = 0; doc < from.size() && doc < numbers_[i].size(); ++doc) {
        if (numbers_[i][doc] != kNoDocument) norms[numbers_[i][doc]] = from[doc];
      }
    }
    out.append("norms", out_.section(norms));
  }

  SectionWriter& out_;
  const std::vector<SegmentInput> inputs_;
  std::vector<const Numbers*> parents_;  // of objects only
  DocumentNumbers numbers_;
  uint32_t docs_ = 0;
  bool unchanged_ = false;
};

}  // namespace

DocumentNumbers write_segment(Disk& disk, const std::filesystem::path& path, std::span<const SegmentInput> inputs) {
  const std::unique_ptr<File> file = disk.create(path);
  SectionWriter out(*file);
  DocumentNumbers numbers = SegmentMerger(out, {inputs.begin(), inputs.end()}).write();
  file->sync();
  return numbers;
}

}  // namespace standpipe::search
