#include "search/embedded/index.h"

#include <algorithm>

#include "base/logging.h"
#include "search/embedded/log_entry.h"
#include "search/embedded/segment_file.h"
#include "search/embedded/segment_writer.h"

namespace standpipe::search {
namespace {

constexpr uint64_t kLogSegmentBytes = 32U << 20;

// In segment files ids are terms; of documents with the same id at most one is not deleted.
std::optional<uint32_t> find_in(const Segment& segment, const DocSet* deleted, std::string_view id) {
  const auto field = segment.field(kIdField);
  if (!field || field->terms == nullptr) return std::nullopt;
  const auto ordinal = field->terms->find(id);
  if (!ordinal) return std::nullopt;
  std::optional<uint32_t> found;
  for (PostingsCursor cursor(field->terms->postings(*ordinal), segment.docs()); cursor.next();) {
    if (deleted == nullptr || !deleted->contains(cursor.doc())) found = cursor.doc();
  }
  return found;
}

int64_t single_value(const Segment& segment, std::string_view path, uint32_t doc) {
  const auto field = segment.field(path);
  if (!field || field->column == nullptr) return 0;
  BlockValues block;
  block.first = doc / kBlockDocs * kBlockDocs;
  block.docs = std::min(kBlockDocs, segment.docs() - block.first);
  field->column->decode(doc / kBlockDocs, block);
  const uint32_t start = block.starts[doc - block.first];
  return start < block.starts[doc - block.first + 1] ? block.values[start] : 0;
}

}  // namespace

void Index::create(Disk& disk, const std::filesystem::path& directory, const Manifest& manifest) {
  disk.make_directory(directory);
  write_manifest(disk, directory, manifest);
  disk.sync_directory(directory.parent_path());
}

Index::Index(Disk& disk, const std::filesystem::path& directory, Manifest manifest)
    : disk_(disk), directory_(directory), manifest_(std::move(manifest)) {
  auto mapping = std::make_shared<Mapping>(Analyzers::of_settings(manifest_.settings));
  mapping->merge(manifest_.mapping);
  mapping->number_fields(nullptr);
  mapping_ = std::move(mapping);
  settings_ = manifest_.settings;
  checkpoints_ = manifest_.checkpoints;
  next_seq_no_ = manifest_.next_seq_no;
  applied_ = manifest_.replay_from;
  memory_ = std::make_shared<MemorySegment>();
  remove_leftovers();
  for (const Manifest::SegmentEntry& segment : manifest_.segments) {
    Entry entry{segment.number, open_segment(disk_, segment_path(segment.number)), nullptr, segment.deleted_generation,
                false};
    if (segment.deleted_generation > 0) {
      const auto bytes = read_file(disk_, deleted_path(segment.number, segment.deleted_generation));
      entry.deleted = std::make_shared<DocSet>(entry.segment->docs());
      auto& words = entry.deleted->words();
      if (!bytes || bytes->size() != words.size() * sizeof words[0])
        throw CorruptData("list of deleted documents is damaged: " + directory_.string());
      std::memcpy(words.data(), bytes->data(), bytes->size());
    }
    entries_.push_back(std::move(entry));
  }
  AppendLog::Options options;
  options.segment_bytes_max = kLogSegmentBytes;
  options.replay_from = manifest_.replay_from;
  options.disk = &disk_;
  log_ = std::make_unique<AppendLog>(directory_ / "log", options, [this](const LoggedEntry& entry) { replay(entry); });
  for (const LogDamage& damage : log_->damage()) {
    logging::error("index {}: log entries {} to {} are damaged and lost ({})", manifest_.name, damage.sequence_from,
                   damage.sequence_to, damage.file.string());
  }
  memory_bytes_ = memory_->bytes();
}

std::filesystem::path Index::segment_path(uint64_t number) const {
  return directory_ / (std::to_string(number) + ".segment");
}
std::filesystem::path Index::deleted_path(uint64_t number, uint64_t generation) const {
  return directory_ / (std::to_string(number) + "-" + std::to_string(generation) + ".deleted");
}

// Files that the manifest does not name are what a crash left between writing them and writing it.
void Index::remove_leftovers() {
  std::vector<std::string> kept{"manifest.json", "log"};
  for (const Manifest::SegmentEntry& segment : manifest_.segments) {
    kept.push_back(segment_path(segment.number).filename());
    kept.push_back(deleted_path(segment.number, segment.deleted_generation).filename());
  }
  for (const std::string& name : disk_.list(directory_)) {
    if (std::find(kept.begin(), kept.end(), name) == kept.end()) disk_.remove(directory_ / name);
  }
}

void Index::check_usable() const {
  if (broken_) throw std::runtime_error("index " + manifest_.name + " lost its log and must be opened again");
}

void Index::replay(const LoggedEntry& logged) {
  if (logged.sequence < manifest_.replay_from) return;
  const LoggedBatch batch = decode_batch(logged.bytes);
  const std::lock_guard lock(mutex_);
  for (const auto& [source, position] : batch.checkpoints) checkpoints_[std::string(source)] = position;
  for (const LoggedOperation& operation : batch.operations) {
    if (operation.kind == LoggedOperation::Kind::mapping) {
      auto mapping = std::make_shared<Mapping>(*mapping_);
      mapping->merge(json::parse(operation.source));
      mapping->number_fields(mapping_.get());
      mapping_ = std::move(mapping);
      continue;
    }
    if (operation.kind == LoggedOperation::Kind::settings) {
      settings_ = json::parse(operation.source);
      continue;
    }
    if (const auto place = find(operation.id)) mark_deleted(*place);
    next_seq_no_ = std::max(next_seq_no_, operation.seq_no + 1);
    if (operation.kind == LoggedOperation::Kind::removal) continue;
    try {
      store(parse_document(operation.source, operation.id, mapping_), operation.id, operation.source,
            {operation.version, operation.seq_no});
    } catch (const Error& error) {  // it was accepted once
      throw CorruptData("index " + manifest_.name + ": a logged document cannot be read again: " + error.what());
    }
  }
  applied_ = logged.sequence + 1;
}

Index::View Index::view() const {
  check_usable();
  View out;
  out.lock = std::shared_lock(mutex_);
  out.name = manifest_.name;
  out.mapping = mapping_;
  for (const Entry& entry : entries_) out.segments.push_back({entry.segment, entry.deleted});
  out.memory = {memory_, memory_deleted_};
  return out;
}

Index::Frozen Index::freeze_view() {
  check_usable();
  const std::lock_guard lock(mutex_);
  if (memory_->docs() > 0) freeze();
  Frozen out{manifest_.name, mapping_, {}};
  for (const Entry& entry : entries_) out.segments.push_back({entry.segment, entry.deleted});
  return out;
}

IndexDescription Index::describe() const {
  const View seen = view();
  IndexDescription out;
  out.mappings = seen.mapping->print();
  out.settings = settings_;
  out.uuid = manifest_.uuid;
  out.created = manifest_.created;
  const auto add = [&](const SegmentView& segment) {
    const uint32_t deleted = segment.deleted ? segment.deleted->count() : 0;
    out.docs += segment.segment->docs() - deleted;
    out.deleted += deleted;
    out.bytes += static_cast<int64_t>(segment.segment->bytes());
  };
  for (const SegmentView& segment : seen.segments) add(segment);
  add(seen.memory);
  return out;
}

std::optional<std::string> Index::checkpoint(const std::string& source) const {
  check_usable();
  const std::shared_lock lock(mutex_);
  const auto found = checkpoints_.find(source);
  return found == checkpoints_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<StoredDocument> Index::get(const std::string& id) const {
  check_usable();
  const std::shared_lock lock(mutex_);
  const auto place = find(id);
  if (!place) return std::nullopt;
  const Versions seen = versions(*place);
  return StoredDocument{stored(*place).source, seen.version, seen.seq_no};
}

std::optional<Index::Place> Index::find(std::string_view id) const {
  const auto doc = memory_->find_id(id);
  if (doc && (!memory_deleted_ || !memory_deleted_->contains(*doc))) return Place{nullptr, *doc};
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    // Places are used to change entries by those who hold the lock exclusively.
    if (const auto found = find_in(*entry->segment, entry->deleted.get(), id))
      return Place{const_cast<Entry*>(&*entry), *found};
  }
  return std::nullopt;
}

Index::Versions Index::versions(const Place& place) const {
  const Segment& segment = place.entry == nullptr ? *memory_ : *place.entry->segment;
  return {single_value(segment, kVersionField, place.doc), single_value(segment, kSeqNoField, place.doc)};
}

Stored Index::stored(const Place& place) const {
  return place.entry == nullptr ? memory_->stored(place.doc) : place.entry->segment->stored(place.doc);
}

void Index::mark_deleted(const Place& place) {
  std::shared_ptr<DocSet>& deleted = place.entry == nullptr ? memory_deleted_ : place.entry->deleted;
  const uint32_t docs = place.entry == nullptr ? memory_->docs() : place.entry->segment->docs();
  // Searches keep the set that they saw: it is copied unless nobody has it.
  if (!deleted)
    deleted = std::make_shared<DocSet>(docs);
  else if (deleted.use_count() > 1)
    deleted = std::make_shared<DocSet>(*deleted);
  if (deleted->size() < docs) deleted->grow(docs);
  deleted->add(place.doc);
  if (place.entry != nullptr) place.entry->dirty = true;
}

void Index::store(const ParsedDocument& document, std::string_view id, std::string_view source, Versions versions) {
  if (memory_->full()) freeze();
  memory_->add(document, id, source, versions.seq_no, versions.version);
}

void Index::freeze() {
  entries_.push_back({0, memory_, memory_deleted_, 0, memory_deleted_ != nullptr});
  if (memory_deleted_ && memory_deleted_->size() < memory_->docs()) {
    entries_.back().deleted = std::make_shared<DocSet>(*memory_deleted_);
    entries_.back().deleted->grow(memory_->docs());
  }
  memory_ = std::make_shared<MemorySegment>();
  memory_deleted_ = nullptr;
}

}  // namespace standpipe::search
