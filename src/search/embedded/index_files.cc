// How an index moves from memory into files, and from many files into few.
#include <algorithm>
#include <cstring>

#include "base/logging.h"
#include "search/embedded/index.h"
#include "search/embedded/log_entry.h"
#include "search/embedded/segment_file.h"
#include "search/embedded/segment_writer.h"

namespace standpipe::search {
namespace {

constexpr size_t kMergeWidth = 6;               // segments of one size that are merged together
constexpr uint32_t kMergedDocsMax = 2'000'000;  // larger ones are left alone
constexpr uint32_t kTierDocs = 4000;            // the smallest size; each next one is kMergeWidth times larger

int tier_of(uint32_t docs) {
  int tier = 0;
  for (uint64_t limit = kTierDocs; docs > limit; limit *= kMergeWidth) ++tier;
  return tier;
}

}  // namespace

void Index::flush() {
  check_usable();
  const std::lock_guard files(files_mutex_);
  std::vector<Entry> frozen;
  {
    const std::lock_guard lock(mutex_);
    if (memory_->docs() > 0) freeze();
    for (const Entry& entry : entries_) {
      if (entry.number == 0) frozen.push_back(entry);
    }
    if (frozen.empty() && applied_ == manifest_.replay_from) return;
    manifest_.replay_from = applied_;
    manifest_.checkpoints = checkpoints_;
    manifest_.next_seq_no = next_seq_no_;
    // Exactly that of the last flushed entry: what is replayed was accepted under it and what followed.
    manifest_.mapping = mapping_->print();
    manifest_.settings = settings_;
  }
  // An entry of its own is durable only after all before it are: nothing gets into the manifest that the log might
  // lose.
  if (log_->sequence_end() < manifest_.replay_from) {
    std::string nothing;
    encode_batch({}, nothing);
    log_->append(nothing);
    check_usable();
  }
  for (Entry& entry : frozen) {
    const SegmentInput input{entry.segment.get(), nullptr};
    entry.number = manifest_.next_segment++;
    write_segment(disk_, segment_path(entry.number), std::span(&input, 1));
  }
  publish_flush(frozen);
  log_->roll();
  log_->drop_before(manifest_.replay_from);
}

// Replaces frozen segments by their files; the deletions that came meanwhile stay.
void Index::publish_flush(std::vector<Entry>& written) {
  std::vector<Entry> entries;
  std::vector<std::shared_ptr<const Segment>> opened;
  for (const Entry& entry : written) opened.push_back(open_segment(disk_, segment_path(entry.number)));
  {
    const std::lock_guard lock(mutex_);
    for (Entry& entry : entries_) {
      for (size_t i = 0; i < written.size(); ++i) {
        if (entry.segment != written[i].segment) continue;
        entry.number = written[i].number;
        entry.segment = opened[i];
        break;
      }
    }
    entries = entries_;
    memory_bytes_ = memory_->bytes();
  }
  save_manifest(std::move(entries));
}

// With files_mutex_ held. `entries` are a copy; those still frozen are not named, the log has them.
void Index::save_manifest(std::vector<Entry> entries) {
  const std::vector<Manifest::SegmentEntry> before = std::move(manifest_.segments);
  manifest_.segments.clear();
  for (Entry& entry : entries) {
    if (entry.number == 0) continue;
    if (entry.dirty && entry.deleted) {
      const auto& words = entry.deleted->words();
      const std::string_view bytes(reinterpret_cast<const char*>(words.data()), words.size() * sizeof words[0]);
      ++entry.generation;
      replace_file(disk_, deleted_path(entry.number, entry.generation), bytes);
    }
    manifest_.segments.push_back({entry.number, entry.generation});
  }
  disk_.sync_directory(directory_);
  write_manifest(disk_, directory_, manifest_);
  {
    const std::lock_guard lock(mutex_);
    for (Entry& entry : entries_) {
      for (const Entry& saved : entries) {
        if (saved.number == 0 || saved.number != entry.number) continue;
        entry.generation = saved.generation;
        if (entry.deleted == saved.deleted) entry.dirty = false;
      }
    }
  }
  for (const Manifest::SegmentEntry& old : before) {
    const auto same = std::find_if(manifest_.segments.begin(), manifest_.segments.end(),
                                   [&](const auto& now) { return now.number == old.number; });
    if (same == manifest_.segments.end()) disk_.remove(segment_path(old.number));
    if (old.deleted_generation > 0 &&
        (same == manifest_.segments.end() || same->deleted_generation != old.deleted_generation)) {
      disk_.remove(deleted_path(old.number, old.deleted_generation));
    }
  }
}

// The longest run of neighbours of about one size that is long enough; or a segment that is mostly deleted.
std::vector<Index::Entry> Index::pick_merge() const {
  std::vector<Entry> run;
  const std::shared_lock lock(mutex_);
  for (size_t start = 0; start < entries_.size(); ++start) {
    const int tier = tier_of(entries_[start].segment->docs());
    uint64_t docs = 0;
    run.clear();
    for (size_t i = start; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      docs += entry.segment->docs();
      if (entry.number == 0 || tier_of(entry.segment->docs()) > tier || docs > kMergedDocsMax) break;
      run.push_back(entry);
    }
    if (run.size() >= kMergeWidth) return run;
  }
  for (const Entry& entry : entries_) {
    if (entry.number > 0 && entry.deleted && entry.deleted->count() * 2 > entry.segment->docs()) return {entry};
  }
  return {};
}

bool Index::merge() {
  check_usable();
  const std::lock_guard files(files_mutex_);
  const std::vector<Entry> chosen = pick_merge();
  if (chosen.empty()) return false;
  std::vector<SegmentInput> inputs;
  std::vector<std::shared_ptr<DocSet>> deleted_then;  // holding them keeps writers from changing them in place
  for (const Entry& entry : chosen) {
    deleted_then.push_back(entry.deleted);
    inputs.push_back({entry.segment.get(), entry.deleted.get()});
  }
  const uint64_t number = manifest_.next_segment++;
  const DocumentNumbers numbers = write_segment(disk_, segment_path(number), inputs);
  Entry merged{number, open_segment(disk_, segment_path(number)), nullptr, 0, false};
  std::vector<Entry> entries;
  {
    const std::lock_guard lock(mutex_);
    const auto first = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.number == chosen[0].number; });
    for (size_t i = 0; i < chosen.size(); ++i) {
      const DocSet* now = (first + static_cast<std::ptrdiff_t>(i))->deleted.get();
      if (now == nullptr || now == deleted_then[i].get()) continue;
      now->each([&](uint32_t doc) {  // deleted while the merge ran
        if (numbers[i][doc] == kNoDocument) return;
        if (!merged.deleted) merged.deleted = std::make_shared<DocSet>(merged.segment->docs());
        merged.deleted->add(numbers[i][doc]);
        merged.dirty = true;
      });
    }
    const auto last = entries_.erase(first, first + static_cast<std::ptrdiff_t>(chosen.size()));
    if (merged.segment->docs() > 0) entries_.insert(last, merged);
    entries = entries_;
  }
  save_manifest(std::move(entries));
  if (merged.segment->docs() == 0) disk_.remove(segment_path(number));
  return true;
}

}  // namespace standpipe::search
