// One index: its mapping, segments, the part in memory, and its log.
//
// Thread-safe. Writers parse in parallel; their batches are applied one after the other in the order of the log, on
// whichever thread leads the log's group commit. Searches hold the shared lock while they look at memory; segments in
// files and frozen ones need none. `flush` and `merge` may run beside both.
// If the log cannot take a batch that was already applied, the index refuses everything until it is opened again.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "search/embedded/fair_mutex.h"
#include "search/embedded/manifest.h"
#include "search/embedded/memory_segment.h"
#include "search/search.h"
#include "storage/append_log.h"

namespace standpipe::search {

struct SegmentView {
  std::shared_ptr<const Segment> segment;
  std::shared_ptr<const DocSet> deleted;  // null: none; may be smaller than the segment
  uint32_t live() const { return segment->docs() - (deleted ? deleted->count() : 0); }
};

class Index {
 public:
  // What one search sees. `memory` may be read only while `lock` is held; the rest as long as one likes.
  struct View {
    std::string name;
    std::shared_ptr<const Mapping> mapping;
    std::vector<SegmentView> segments;
    SegmentView memory;
    std::shared_lock<FairSharedMutex> lock;
  };

  static void create(Disk& disk, const std::filesystem::path& directory, const Manifest& manifest);
  Index(Disk& disk, const std::filesystem::path& directory, Manifest manifest);  // recovers

  const std::string& name() const { return manifest_.name; }
  View view() const;
  // Documents as they are now, for ever: memory is closed, so that nothing of it changes any more.
  struct Frozen {
    std::string name;
    std::shared_ptr<const Mapping> mapping;
    std::vector<SegmentView> segments;
  };
  Frozen freeze_view();
  IndexDescription describe() const;
  std::vector<WriteOutcome> write(std::span<const WriteOperation> batch, const std::optional<Checkpoint>& checkpoint);
  void update_mapping(const json::Value& mappings);
  void update_settings(const json::Object& changes, bool preserve);  // flat, as index_settings.h has them
  std::optional<std::string> checkpoint(const std::string& source) const;
  std::optional<StoredDocument> get(const std::string& id) const;

  uint64_t memory_bytes() const { return memory_bytes_; }
  // Writes what is in memory into segments and shortens the log.
  void flush();
  // Merges neighbouring small segments once, if there are enough of them; true if it did.
  bool merge();

 private:
  friend class BatchWriting;
  friend class MappingWriting;
  friend class SettingsWriting;

  struct Entry {  // a segment in a file (number > 0) or frozen in memory
    uint64_t number = 0;
    std::shared_ptr<const Segment> segment;
    std::shared_ptr<DocSet> deleted;
    uint64_t generation = 0;  // of the deleted documents on disk
    bool dirty = false;       // deletions since then
  };
  struct Place {
    Entry* entry = nullptr;  // null: in memory_
    uint32_t doc = 0;
  };
  struct Versions {
    int64_t version, seq_no;
  };

  // With mutex_ held (exclusively where they change something).
  std::optional<Place> find(std::string_view id) const;
  Versions versions(const Place& place) const;
  Stored stored(const Place& place) const;
  void mark_deleted(const Place& place);
  void store(const ParsedDocument& document, std::string_view id, std::string_view source, Versions versions);
  void freeze();

  void replay(const LoggedEntry& entry);
  void check_usable() const;
  void publish_flush(std::vector<Entry>& written);
  void save_manifest(std::vector<Entry> entries);
  std::vector<Entry> pick_merge() const;
  std::filesystem::path segment_path(uint64_t number) const;
  std::filesystem::path deleted_path(uint64_t number, uint64_t generation) const;
  void remove_leftovers();

  Disk& disk_;
  const std::filesystem::path directory_;

  mutable FairSharedMutex mutex_;  // guards the following, and the contents of memory_
  std::shared_ptr<const Mapping> mapping_;
  json::Value settings_;
  std::vector<Entry> entries_;  // oldest first
  std::shared_ptr<MemorySegment> memory_;
  std::shared_ptr<DocSet> memory_deleted_;
  std::map<std::string, std::string> checkpoints_;
  int64_t next_seq_no_ = 0;
  uint64_t applied_ = 0;  // log entries before this one are applied

  std::mutex files_mutex_;  // one flush or merge at a time; guards manifest_ but its name
  Manifest manifest_;
  std::atomic<uint64_t> memory_bytes_ = 0;
  std::atomic<bool> broken_ = false;
  std::unique_ptr<AppendLog> log_;  // last: its writers use everything above
};

}  // namespace standpipe::search
