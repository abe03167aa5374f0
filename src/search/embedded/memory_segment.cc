#include "search/embedded/memory_segment.h"

#include <algorithm>

#include "base/check.h"

namespace standpipe::search {

class MemorySegment::Field final : public Terms, public Column {
 public:
  explicit Field(std::string path, bool terms, bool frequencies)
      : path_(std::move(path)), has_terms_(terms), frequencies_(frequencies) {}

  const std::string& path() const { return path_; }
  SegmentField view() const {
    return {has_terms_ ? this : nullptr,
            frequencies_ ? nullptr : this,
            std::string_view(norms_),
            {documents_, tokens_},
            frequencies_};
  }

  uint32_t ordinal_of(std::string_view term) {
    const auto found = ordinals_.find(term);
    if (found != ordinals_.end()) return found->second;
    const auto ordinal = static_cast<uint32_t>(terms_.size());
    ordinals_.emplace(terms_.emplace_back(term), ordinal);
    postings_.emplace_back();
    return ordinal;
  }
  void add_value(uint32_t doc, int64_t value) {
    if (docs_.empty() || docs_.back() != doc) ++documents_;
    ++tokens_;
    docs_.push_back(doc);
    values_.push_back(value);
    const size_t block = doc / kBlockDocs;
    if (zones_.size() <= block) zones_.resize(block + 1, Zone{INT64_MAX, INT64_MIN, 0, false});
    Zone& zone = zones_[block];
    zone.min = std::min(zone.min, value);
    zone.max = std::max(zone.max, value);
    ++zone.values;
  }
  // Terms of one document come in byte order, their ordinals in any; the column wants them rising.
  void add_terms(uint32_t doc, std::vector<uint32_t>& ordinals) {
    std::sort(ordinals.begin(), ordinals.end());
    for (const uint32_t ordinal : ordinals) {
      postings_[ordinal].add(doc);
      add_value(doc, ordinal);
    }
  }
  void add_text(uint32_t doc, uint32_t length) {
    norms_.resize(doc + 1, '\0');
    norms_[doc] = static_cast<char>(encode_length(length));
    documents_ += length > 0;
    tokens_ += length;
  }
  void add_token(uint32_t doc, std::string_view term, const uint32_t* positions, uint32_t count) {
    postings_[ordinal_of(term)].add(doc, positions, count);
  }
  uint32_t last_doc(uint32_t ordinal) const { return postings_[ordinal].next - 1; }

  uint32_t count() const override { return static_cast<uint32_t>(terms_.size()); }
  std::optional<uint32_t> find(std::string_view term) const override {
    const auto found = ordinals_.find(term);
    return found == ordinals_.end() ? std::nullopt : std::optional(found->second);
  }
  void read(uint32_t ordinal, std::string& term) const override { term = terms_[ordinal]; }
  Postings postings(uint32_t ordinal) const override { return postings_[ordinal].view(frequencies_); }
  void visit(std::string_view from, const std::function<bool(std::string_view, uint32_t)>& visit) const override {
    const auto order = sorted();
    auto at = std::lower_bound(order->begin(), order->end(), from,
                               [&](uint32_t ordinal, std::string_view term) { return terms_[ordinal] < term; });
    for (; at != order->end() && visit(terms_[*at], *at); ++at) {
    }
  }
  std::vector<uint32_t> ranks() const override {
    const auto order = sorted();
    std::vector<uint32_t> out(order->size());
    for (uint32_t rank = 0; rank < out.size(); ++rank) out[(*order)[rank]] = rank;
    return out;
  }

  Zone zone(uint32_t block) const override { return block < zones_.size() ? zones_[block] : Zone{}; }
  void decode(uint32_t block, BlockValues& into) const override {
    auto at = static_cast<size_t>(std::lower_bound(docs_.begin(), docs_.end(), into.first) - docs_.begin());
    check(into.first == block * kBlockDocs);
    into.starts.assign(1, 0);
    into.values.clear();
    for (uint32_t doc = into.first; doc < into.first + into.docs; ++doc) {
      for (; at < docs_.size() && docs_[at] == doc; ++at) into.values.push_back(values_[at]);
      into.starts.push_back(static_cast<uint32_t>(into.values.size()));
    }
  }

 private:
  // Ordinals in byte order, made again when terms came since the last time.
  std::shared_ptr<const std::vector<uint32_t>> sorted() const {
    const std::lock_guard lock(sorted_mutex_);
    if (!sorted_ || sorted_->size() != terms_.size()) {
      auto order = std::make_shared<std::vector<uint32_t>>(terms_.size());
      for (uint32_t i = 0; i < order->size(); ++i) (*order)[i] = i;
      std::sort(order->begin(), order->end(), [&](uint32_t a, uint32_t b) { return terms_[a] < terms_[b]; });
      sorted_ = std::move(order);
    }
    return sorted_;
  }

  const std::string path_;
  const bool has_terms_, frequencies_;
  std::deque<std::string> terms_;
  std::unordered_map<std::string_view, uint32_t> ordinals_;
  std::deque<PostingsBuilder> postings_;
  std::vector<uint32_t> docs_;
  std::vector<int64_t> values_;
  std::vector<Zone> zones_;
  std::string norms_;
  uint32_t documents_ = 0;
  uint64_t tokens_ = 0;
  mutable std::mutex sorted_mutex_;
  mutable std::shared_ptr<const std::vector<uint32_t>> sorted_;
};

MemorySegment::MemorySegment()
    : ids_(std::make_unique<Field>(std::string(kIdField), true, false)),
      seq_nos_(std::make_unique<Field>(std::string(kSeqNoField), false, false)),
      versions_(std::make_unique<Field>(std::string(kVersionField), false, false)) {
  for (Field* field : {ids_.get(), seq_nos_.get(), versions_.get()}) by_path_[field->path()] = field;
}

MemorySegment::MemorySegment(OfObjects)
    : parents_(std::make_unique<Field>(std::string(kParentField), false, false)) {
  by_path_[parents_->path()] = parents_.get();
}

MemorySegment::~MemorySegment() = default;

MemorySegment::Field& MemorySegment::field_for(const FieldSpec& spec) {
  if (by_slot_.size() <= spec.slot) by_slot_.resize(spec.slot + 1);
  auto& field = by_slot_[spec.slot];
  if (!field) {
    using Storage = FieldType::Storage;
    field =
        std::make_unique<Field>(spec.path, spec.type->storage != Storage::numbers, spec.type->storage == Storage::text);
    by_path_[field->path()] = field.get();
  }
  return *field;
}

uint32_t MemorySegment::add(const ParsedDocument& document, std::string_view id, std::string_view source,
                            int64_t seq_no, int64_t version) {
  check(!full(), "memory segment is full");
  const uint32_t doc = docs_;
  std::vector<uint32_t> ordinals{ids_->ordinal_of(id)};
  ids_->add_terms(doc, ordinals);
  seq_nos_->add_value(doc, seq_no);
  versions_->add_value(doc, version);
  add_values(document);
  auto& chunk = stored_[doc / kChunk];
  if (!chunk) chunk = std::make_unique<Chunk>();
  (*chunk)[doc % kChunk] = {std::string(id), std::string(source)};
  bytes_ += source.size() + id.size() + 200;
  ++docs_;
  return doc;
}

void MemorySegment::add_object(const ParsedDocument& object, uint32_t parent) {
  parents_->add_value(docs_, parent);
  add_values(object);
  bytes_ += 16;
  ++docs_;
}

void MemorySegment::add_values(const ParsedDocument& document) {
  const uint32_t doc = docs_;
  std::vector<uint32_t> ordinals;
  for (const auto& number : document.numbers) field_for(*number.field).add_value(doc, number.value);
  for (size_t i = 0; i < document.terms.size();) {
    const FieldSpec* spec = document.terms[i].field;
    Field& field = field_for(*spec);
    ordinals.clear();
    for (; i < document.terms.size() && document.terms[i].field == spec; ++i)
      ordinals.push_back(field.ordinal_of(document.text(document.terms[i].term)));
    field.add_terms(doc, ordinals);
  }
  for (const auto& text : document.texts) {
    Field& field = field_for(*text.field);
    field.add_text(doc, text.length);
    for (uint32_t i = text.first; i < text.first + text.count; ++i) {
      const auto& term = document.text_terms[i];
      field.add_token(doc, document.text(term.term), document.positions.data() + term.first, term.count);
    }
  }
  bytes_ += 16 * (document.numbers.size() + document.terms.size()) + 12 * document.text_terms.size() +
            document.arena.size();
  for (const ParsedDocument& object : document.nested) {
    auto& objects = nested_[object.nested_path];
    if (!objects) objects.reset(new MemorySegment(OfObjects{}));
    bytes_ -= objects->bytes();
    objects->add_object(object, doc);
    bytes_ += objects->bytes();
  }
}

std::optional<uint32_t> MemorySegment::find_id(std::string_view id) const {
  const auto ordinal = ids_->find(id);
  return ordinal ? std::optional(ids_->last_doc(*ordinal)) : std::nullopt;
}

std::vector<std::string> MemorySegment::fields() const {
  std::vector<std::string> out;
  for (const auto& [path, field] : by_path_) out.emplace_back(path);
  return out;
}

std::optional<SegmentField> MemorySegment::field(std::string_view path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? std::nullopt : std::optional(found->second->view());
}

const Segment* MemorySegment::nested(std::string_view path) const {
  const auto found = nested_.find(path);
  return found == nested_.end() ? nullptr : found->second.get();
}

std::vector<std::string> MemorySegment::nested_paths() const {
  std::vector<std::string> out;
  for (const auto& [path, objects] : nested_) out.push_back(path);
  return out;
}

Stored MemorySegment::stored(uint32_t doc) const { return (*stored_[doc / kChunk])[doc % kChunk]; }

}  // namespace standpipe::search
