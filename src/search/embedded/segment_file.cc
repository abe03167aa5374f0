#include "search/embedded/segment_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <atomic>
#include <map>
#include <system_error>

#include "base/digest.h"
#include "base/json.h"
#include "search/embedded/column_writer.h"
#include "search/embedded/segment_writer.h"

namespace standpipe::search {
namespace {

constexpr uint32_t kStoredBlockMax = 256U << 20;
constexpr size_t kIndexEntryBytes = 20;
constexpr int64_t kVersionMax = 2;  // since 2 there may be nested fields
constexpr int kFooterDepthMax = 64;  // nested fields within nested fields take two levels each

int64_t number_of(const json::Value& object, std::string_view name, int64_t max) {
  const json::Value* value = object.find(name);
  if (value == nullptr || !value->is_int() || value->integer() < 0 || value->integer() > max)
    throw CorruptData("segment footer: bad " + std::string(name));
  return value->integer();
}

// A part of the file whose checksum is looked at once.
class Section {
 public:
  Section() = default;
  Section(std::string_view file, const json::Value* place, bool verify) : checked_(!verify) {
    if (place == nullptr || !place->is_array() || place->array().size() < 2)
      throw CorruptData("segment footer: bad section");
    for (const json::Value& number : place->array()) {
      if (!number.is_int() || number.integer() < 0) throw CorruptData("segment footer: bad section");
    }
    const json::Array& numbers = place->array();
    bytes_ = slice(file, static_cast<uint64_t>(numbers[0].integer()), static_cast<uint64_t>(numbers[1].integer()));
    if (numbers.size() < 3)
      checked_ = true;
    else
      checksum_ = static_cast<uint32_t>(numbers[2].integer());
  }
  Section(const Section& other) : bytes_(other.bytes_), checksum_(other.checksum_), checked_(other.checked_.load()) {}
  Section& operator=(const Section&) = delete;

  std::string_view bytes() const {
    if (!checked_.load(std::memory_order_relaxed)) {
      if (crc32c(bytes_) != checksum_) throw CorruptData("segment section has a wrong checksum");
      checked_.store(true, std::memory_order_relaxed);
    }
    return bytes_;
  }

 private:
  std::string_view bytes_;
  uint32_t checksum_ = 0;
  mutable std::atomic<bool> checked_ = true;
};

class FileTerms final : public Terms {
 public:
  FileTerms(std::string_view file, const json::Value& place, bool frequencies, bool verify)
      : count_(static_cast<uint32_t>(number_of(place, "count", UINT32_MAX - 1))),
        frequencies_(frequencies),
        index_(file, place.find("index"), verify),
        blocks_(file, place.find("blocks"), verify),
        docs_(file, place.find("docs"), verify),
        positions_(file, place.find("positions"), verify) {}

  uint32_t count() const override { return count_; }

  std::optional<uint32_t> find(std::string_view term) const override {
    std::optional<uint32_t> out;
    visit(term, [&](std::string_view found, uint32_t ordinal) {
      if (found == term) out = ordinal;
      return false;
    });
    return out;
  }

  void read(uint32_t ordinal, std::string& term) const override {
    if (ordinal >= count_) throw CorruptData("segment column names a term that is not there");
    Cursor cursor(*this, ordinal / kTermsPerBlock);
    for (uint32_t i = 0; i <= ordinal % kTermsPerBlock; ++i) cursor.next();
    term = cursor.term;
  }

  Postings postings(uint32_t ordinal) const override {
    if (ordinal >= count_) throw CorruptData("segment column names a term that is not there");
    Cursor cursor(*this, ordinal / kTermsPerBlock);
    for (uint32_t i = 0; i <= ordinal % kTermsPerBlock; ++i) cursor.next();
    return cursor.postings;
  }

  void visit(std::string_view from, const std::function<bool(std::string_view, uint32_t)>& visit) const override {
    if (count_ == 0) return;
    const uint32_t blocks = (count_ + kTermsPerBlock - 1) / kTermsPerBlock;
    uint32_t low = 0, high = blocks;  // the last block whose first term is ≤ from
    while (high - low > 1) {
      const uint32_t middle = low + (high - low) / 2;
      Cursor cursor(*this, middle);
      cursor.next();
      (cursor.term <= from ? low : high) = middle;
    }
    for (uint32_t block = low; block < blocks; ++block) {
      Cursor cursor(*this, block);
      const uint32_t end = std::min(kTermsPerBlock, count_ - block * kTermsPerBlock);
      for (uint32_t i = 0; i < end; ++i) {
        cursor.next();
        if (cursor.term >= from && !visit(cursor.term, block * kTermsPerBlock + i)) return;
      }
    }
  }

  std::vector<uint32_t> ranks() const override { return {}; }

 private:
  // Reads the terms of one block in order.
  struct Cursor {
    Cursor(const FileTerms& terms, uint32_t block)
        : owner(terms), reader(slice_block(terms, block)), docs_at(reader.varint()), positions_at(reader.varint()) {}
    static std::string_view slice_block(const FileTerms& terms, uint32_t block) {
      ByteReader offset(slice(terms.index_.bytes(), uint64_t{block} * 8, 8));
      const std::string_view blocks = terms.blocks_.bytes();
      const auto start = offset.number<uint64_t>();
      if (start > blocks.size()) throw CorruptData("segment term block lies outside of its section");
      return blocks.substr(start);
    }
    void next() {
      const uint64_t shared = reader.varint();
      if (shared > term.size()) throw CorruptData("segment term shares more than there is");
      term.resize(shared);
      term += reader.text();
      const uint64_t count = reader.varint(), docs_size = reader.varint();
      const uint64_t positions_size = owner.frequencies_ ? reader.varint() : 0;
      postings.docs = slice(owner.docs_.bytes(), docs_at, docs_size);
      postings.positions = slice(owner.positions_.bytes(), positions_at, positions_size);
      postings.count = static_cast<uint32_t>(count);
      postings.frequencies = owner.frequencies_;
      docs_at += docs_size;
      positions_at += positions_size;
    }
    const FileTerms& owner;
    ByteReader reader;
    uint64_t docs_at, positions_at;
    std::string term;
    Postings postings;
  };

  const uint32_t count_;
  const bool frequencies_;
  const Section index_, blocks_, docs_, positions_;
};

class FileColumn final : public Column {
 public:
  // `ordinals` bounds the values of a column of ordinals; UINT32_MAX: numbers.
  FileColumn(std::string_view file, const json::Value& field, uint32_t docs, uint32_t ordinals, bool verify)
      : docs_(docs),
        ordinals_(ordinals),
        zones_(file, field.find("zones"), verify),
        data_(file, field.find("column"), verify) {}

  Zone zone(uint32_t block) const override {
    const Header header = read_header(block);
    return {header.min, header.max, header.values, header.kind == BlockKind::each_one};
  }

  void decode(uint32_t block, BlockValues& into) const override {
    const Header header = read_header(block);
    into.values.clear();
    into.starts.assign(into.docs + 1, 0);
    if (header.kind == BlockKind::empty) return;
    const std::string_view data = data_.bytes();
    if (header.offset > data.size()) throw CorruptData("segment column block lies outside of its section");
    ByteReader reader(data.substr(header.offset));
    read_starts(header, reader, into);
    if (into.starts[into.docs] != header.values) throw CorruptData("segment column block counts wrong");
    unpack(header, reader, into.values);
    if (ordinals_ == UINT32_MAX) return;
    for (const int64_t value : into.values) {
      if (value < 0 || value >= int64_t{ordinals_}) throw CorruptData("segment column names a term that is not there");
    }
  }

 private:
  struct Header {
    int64_t min, max;
    uint64_t divisor, offset;
    uint32_t values;
    int bits;
    BlockKind kind;
  };

  Header read_header(uint32_t block) const {
    ByteReader reader(slice(zones_.bytes(), uint64_t{block} * kZoneBytes, kZoneBytes));
    Header out{};
    out.min = reader.number<int64_t>();
    out.max = reader.number<int64_t>();
    out.divisor = reader.number<uint64_t>();
    out.offset = reader.number<uint64_t>();
    out.values = reader.number<uint32_t>();
    out.bits = reader.number<uint8_t>();
    const auto kind = reader.number<uint8_t>();
    if (kind > static_cast<uint8_t>(BlockKind::several) || (out.bits > 56 && out.bits != 64))
      throw CorruptData("segment column block is of an unknown kind");
    out.kind = static_cast<BlockKind>(kind);
    if (block >= block_count(docs_)) throw CorruptData("segment column has no such block");
    return out;
  }

  static void read_starts(const Header& header, ByteReader& reader, BlockValues& into) {
    uint32_t start = 0;
    if (header.kind == BlockKind::each_one) {
      for (uint32_t row = 0; row <= into.docs; ++row) into.starts[row] = row;
    } else if (header.kind == BlockKind::optional) {
      const std::string_view bitmap = reader.take((into.docs + 7) / 8);
      for (uint32_t row = 0; row < into.docs; ++row) {
        into.starts[row] = start;
        start += static_cast<uint8_t>(bitmap[row / 8]) >> (row % 8) & 1;
      }
      into.starts[into.docs] = start;
    } else {
      for (uint32_t row = 0; row < into.docs; ++row) {
        into.starts[row] = start;
        const uint64_t count = reader.varint();
        if (count > header.values - start) throw CorruptData("segment column block counts wrong");
        start += static_cast<uint32_t>(count);
      }
      into.starts[into.docs] = start;
    }
  }

  static void unpack(const Header& header, ByteReader& reader, std::vector<int64_t>& out) {
    const auto base = static_cast<uint64_t>(header.min);
    const uint64_t bytes = (uint64_t{header.values} * static_cast<uint64_t>(header.bits) + 7) / 8 + 8;
    const char* packed = reader.take(bytes).data();
    out.resize(header.values);
    if (header.bits == 0) {
      std::fill(out.begin(), out.end(), header.min);
      return;
    }
    const uint64_t mask = header.bits == 64 ? ~uint64_t{0} : (uint64_t{1} << header.bits) - 1;
    uint64_t bit = 0;
    for (int64_t& value : out) {
      uint64_t word;
      std::memcpy(&word, packed + (bit >> 3), sizeof word);
      value = static_cast<int64_t>(base + (word >> (bit & 7) & mask) * header.divisor);
      bit += static_cast<uint64_t>(header.bits);
    }
  }

  const uint32_t docs_, ordinals_;
  const Section zones_, data_;
};

std::atomic<uint64_t> next_segment_id = 1;

class SegmentFile final : public Segment {
 public:
  SegmentFile(std::string_view file, std::shared_ptr<const void> keeper, bool verify)
      : keeper_(std::move(keeper)), size_(file.size()), id_(next_segment_id++) {
    ByteReader tail(slice(file, file.size() < 24 ? 1 : file.size() - 24, 24));
    const auto at = tail.number<uint64_t>();
    const auto length = tail.number<uint32_t>();
    const auto checksum = tail.number<uint32_t>();
    if (tail.take(8) != kSegmentMagic) throw CorruptData("not a segment");
    const std::string_view text = slice(file, at, length);
    if (verify && crc32c(text) != checksum) throw CorruptData("segment footer has a wrong checksum");
    json::Value footer;
    try {
      footer = json::parse(text, kFooterDepthMax);
    } catch (const json::ParseError& error) {
      throw CorruptData(std::string("segment footer: ") + error.what());
    }
    if (number_of(footer, "version", kVersionMax) < 1) throw CorruptData("segment of an unknown version");
    docs_ = static_cast<uint32_t>(number_of(footer, "docs", UINT32_MAX - 1));
    stored_ = std::make_unique<Section>(file, footer.find("stored"), verify);
    stored_index_ = std::make_unique<Section>(file, footer.find("stored_index"), verify);
    open_values(file, footer, verify);
  }

  // The objects of a nested field.
  SegmentFile(std::string_view file, const json::Value& footer, bool verify)
      : size_(0), id_(0), docs_(static_cast<uint32_t>(number_of(footer, "docs", UINT32_MAX - 1))) {
    open_values(file, footer, verify);
  }

  uint32_t docs() const override { return docs_; }
  uint64_t bytes() const override { return size_; }

  std::vector<std::string> fields() const override {
    std::vector<std::string> out;
    for (const auto& [path, field] : fields_) out.push_back(path);
    return out;
  }

  std::optional<SegmentField> field(std::string_view path) const override {
    const auto found = fields_.find(path);
    if (found == fields_.end()) return std::nullopt;
    const Field& field = found->second;
    const std::string_view norms = field.norms ? field.norms->bytes() : std::string_view();
    return SegmentField{field.terms.get(), field.column.get(), norms, field.statistics, field.frequencies};
  }

  const Segment* nested(std::string_view path) const override {
    const auto found = nested_.find(path);
    return found == nested_.end() ? nullptr : found->second.get();
  }
  std::vector<std::string> nested_paths() const override {
    std::vector<std::string> out;
    for (const auto& [path, objects] : nested_) out.push_back(path);
    return out;
  }

  Stored stored(uint32_t doc) const override {
    if (!stored_index_) throw CorruptData("objects of nested fields are not stored");
    const std::string_view index = stored_index_->bytes();
    const size_t blocks = index.size() / kIndexEntryBytes;
    size_t low = 0, high = blocks;  // the last block that begins at or before doc
    while (high - low > 1) {
      const size_t middle = low + (high - low) / 2;
      (entry(middle).first <= doc ? low : high) = middle;
    }
    if (doc >= docs_ || blocks == 0) throw CorruptData("no such document");
    const Entry block = entry(low);
    ByteReader reader(unpacked(low, block));
    for (uint32_t i = block.first; i < doc; ++i) reader.text(), reader.text();
    const std::string_view id = reader.text();
    return {std::string(id), std::string(reader.text())};
  }

 private:
  struct Field {
    std::unique_ptr<FileTerms> terms;
    std::unique_ptr<FileColumn> column;
    std::unique_ptr<Section> norms;
    FieldStatistics statistics;
    bool frequencies = false;
  };
  struct Entry {
    uint64_t offset;
    uint32_t size, raw, first;
  };

  void open_values(std::string_view file, const json::Value& footer, bool verify) {
    const json::Value* fields = footer.find("fields");
    if (fields == nullptr || !fields->is_array()) throw CorruptData("segment footer: no fields");
    for (const json::Value& field : fields->array()) open_field(file, field, verify);
    const json::Value* nested = footer.find("nested");
    if (nested == nullptr) return;
    if (!nested->is_object()) throw CorruptData("segment footer: bad nested fields");
    for (const auto& [path, objects] : nested->object())
      nested_.emplace(path, std::make_unique<SegmentFile>(file, objects, verify));
  }

  void open_field(std::string_view file, const json::Value& place, bool verify) {
    Field field;
    const json::Value* frequencies = place.find("frequencies");
    field.frequencies = frequencies != nullptr && *frequencies == json::Value(true);
    field.statistics = {static_cast<uint32_t>(number_of(place, "documents", UINT32_MAX)),
                        static_cast<uint64_t>(number_of(place, "tokens", INT64_MAX))};
    if (const json::Value* terms = place.find("terms"))
      field.terms = std::make_unique<FileTerms>(file, *terms, field.frequencies, verify);
    if (place.find("zones") != nullptr) {
      field.column =
          std::make_unique<FileColumn>(file, place, docs_, field.terms ? field.terms->count() : UINT32_MAX, verify);
    }
    if (const json::Value* norms = place.find("norms")) field.norms = std::make_unique<Section>(file, norms, verify);
    fields_.emplace(place.text("path"), std::move(field));
  }

  Entry entry(size_t block) const {
    ByteReader reader(slice(stored_index_->bytes(), block * kIndexEntryBytes, kIndexEntryBytes));
    Entry out{};
    out.offset = reader.number<uint64_t>();
    out.size = reader.number<uint32_t>();
    out.raw = reader.number<uint32_t>();
    out.first = reader.number<uint32_t>();
    return out;
  }

  // Neighbouring documents are fetched one after the other: the thread keeps the last block.
  std::string_view unpacked(size_t block, const Entry& entry) const {
    struct Kept {
      uint64_t segment = 0;
      size_t block = 0;
      std::string raw;
    };
    thread_local Kept kept;
    if (kept.segment == id_ && kept.block == block) return kept.raw;
    if (entry.raw > kStoredBlockMax) throw CorruptData("stored block is too large");
    const std::string_view packed = slice(stored_->bytes(), entry.offset, entry.size);
    // A frame that claims more than zstd can reach from these bytes is not ours; do not reserve memory for it.
    if (entry.raw > (uint64_t{entry.size} + 64) * 200'000) throw CorruptData("stored block is damaged");
    kept.segment = 0;
    kept.raw.resize(entry.raw);
    const size_t size = ZSTD_decompress(kept.raw.data(), kept.raw.size(), packed.data(), packed.size());
    if (ZSTD_isError(size) != 0 || size != entry.raw) throw CorruptData("stored block is damaged");
    kept.segment = id_;
    kept.block = block;
    return kept.raw;
  }

  std::shared_ptr<const void> keeper_;
  const uint64_t size_, id_;
  uint32_t docs_ = 0;
  std::unique_ptr<Section> stored_, stored_index_;
  std::map<std::string, Field, std::less<>> fields_;
  std::map<std::string, std::unique_ptr<SegmentFile>, std::less<>> nested_;
};

struct Mapped {
  void* address = MAP_FAILED;
  size_t size = 0;
  ~Mapped() {
    if (address != MAP_FAILED) munmap(address, size);
  }
};

}  // namespace

static std::shared_ptr<Mapped> map_file(const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0) {
    const int error = errno;
    if (file >= 0) close(file);
    throw std::system_error(error, std::generic_category(), path.string());
  }
  auto mapped = std::make_shared<Mapped>();
  mapped->size = static_cast<size_t>(status.st_size);
  if (mapped->size > 0) mapped->address = mmap(nullptr, mapped->size, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (mapped->address == MAP_FAILED) throw CorruptData(path.string() + ": cannot be mapped");
  return mapped;
}

std::shared_ptr<const Segment> open_segment(Disk& disk, const std::filesystem::path& path) {
  try {
    if (&disk != &system_disk()) {
      auto bytes = std::make_shared<std::string>(read_file(disk, path).value_or(""));
      const std::string_view view = *bytes;
      return read_segment(view, std::move(bytes));
    }
    auto mapped = map_file(path);
    const std::string_view bytes(static_cast<const char*>(mapped->address), mapped->size);
    return read_segment(bytes, std::move(mapped));
  } catch (const CorruptData& error) {
    throw CorruptData(path.string() + ": " + error.what());
  }
}

std::shared_ptr<const Segment> read_segment(std::string_view bytes, std::shared_ptr<const void> keeper, bool verify) {
  return std::make_shared<SegmentFile>(bytes, std::move(keeper), verify);
}

}  // namespace standpipe::search
