// The embedded engine: all indices of a data directory, and the thread that moves them from memory into files.
#include <atomic>
#include <condition_variable>
#include <map>
#include <shared_mutex>

#include "base/logging.h"
#include "base/random.h"
#include "base/workers.h"
#include "search/embedded/analyze.h"
#include "search/embedded/index.h"
#include "search/embedded/search.h"
#include "search/index_settings.h"
#include "search/search.h"
#include "storage/corrupt_data.h"

namespace standpipe::search {
namespace {

constexpr uint64_t kFlushBytes = 32U << 20;      // of one index's memory
constexpr uint64_t kFlushBytesHard = 96U << 20;  // the writer itself flushes
constexpr auto kFlushAge = std::chrono::minutes(5);

struct FrozenIndices final : Snapshot {
  std::vector<Index::Frozen> indices;
};

class EmbeddedSearch final : public SearchEngine {
 public:
  EmbeddedSearch(std::filesystem::path directory, Clock& clock, Disk& disk)
      : directory_(std::move(directory)), clock_(clock), disk_(disk) {
    disk_.make_directory(directory_);
    for (const std::string& name : disk_.list(directory_)) open(name);
    background_ = Background("search-flush", [this](std::stop_token stop) { keep_house(stop); });
  }

  ~EmbeddedSearch() override {
    background_.stop();
    {
      const std::lock_guard lock(work_mutex_);
      work_.notify_all();
    }
    background_.join();
    for (const auto& [name, index] : indices_) tidy(*index, true);
  }

  void create(const IndexName& name, const IndexDefinition& definition) override {
    Manifest manifest;
    manifest.name = name;
    manifest.uuid = random_text(22, kUuidAlphabet);
    manifest.created = clock_.now();
    manifest.settings = definition.settings;
    Mapping mapping(Analyzers::of_settings(definition.settings));
    mapping.merge(definition.mappings);
    mapping.number_fields(nullptr);
    manifest.mapping = mapping.print();
    const std::lock_guard change(change_mutex_);
    if (find(name)) {
      throw Error("resource_already_exists_exception", 400,
                  "index [" + std::string(visible_name(name)) + "/" + find(name)->describe().uuid + "] already exists")
          .on(std::string(visible_name(name)));
    }
    const std::filesystem::path directory = directory_ / random_text(20, kLowerAlphanumeric);
    Index::create(disk_, directory, manifest);
    auto index = std::make_shared<Index>(disk_, directory, manifest);
    const std::lock_guard lock(mutex_);
    indices_[name] = std::move(index);
    directories_[name] = directory;
  }

  void update_mapping(const IndexName& name, const json::Value& mappings) override {
    need(name)->update_mapping(mappings);
  }

  void update_settings(const IndexName& name, const json::Value& settings, bool preserve) override {
    const auto index = need(name);
    const json::Object changes = flat_settings(settings);
    check_changes(changes, "[" + std::string(visible_name(name)) + "/" + index->describe().uuid + "]");
    index->update_settings(changes, preserve);
  }

  void remove(const IndexName& name) override {
    const std::lock_guard change(change_mutex_);
    std::shared_ptr<Index> index;
    std::filesystem::path directory;
    {
      const std::lock_guard lock(mutex_);
      const auto found = indices_.find(name);
      if (found == indices_.end()) throw index_not_found(std::string(visible_name(name)));
      index = std::move(found->second);
      directory = directories_[name];
      indices_.erase(found);
      directories_.erase(name);
    }
    // Without its manifest a directory is no index; the rest goes when the last search lets go of it.
    disk_.remove(directory / "manifest.json");
    disk_.sync_directory(directory);
    index.reset();
    disk_.remove_directory(directory);
  }

  std::vector<IndexName> list(std::string_view prefix) const override {
    std::vector<IndexName> out;
    const std::shared_lock lock(mutex_);
    for (auto at = indices_.lower_bound(prefix); at != indices_.end() && at->first.starts_with(prefix); ++at)
      out.push_back(at->first);
    return out;
  }

  std::optional<IndexDescription> describe(const IndexName& name) const override {
    const auto index = find(name);
    return index ? std::optional(index->describe()) : std::nullopt;
  }

  std::vector<WriteOutcome> write(const IndexName& name, std::span<const WriteOperation> batch,
                                  const std::optional<Checkpoint>& checkpoint) override {
    const auto index = need(name);
    if (index->memory_bytes() > kFlushBytesHard) index->flush();
    std::vector<WriteOutcome> outcomes = index->write(batch, checkpoint);
    if (index->memory_bytes() > kFlushBytes) {
      const std::lock_guard lock(work_mutex_);
      work_waiting_ = true;
      work_.notify_all();
    }
    return outcomes;
  }

  std::optional<std::string> checkpoint(const IndexName& name, const std::string& source) const override {
    const auto index = find(name);
    return index ? index->checkpoint(source) : std::nullopt;
  }

  std::optional<StoredDocument> get(const IndexName& name, const std::string& id) const override {
    return need(name)->get(id);
  }

  SearchResponse search(std::span<const IndexName> names, const SearchRequest& request) const override {
    std::vector<std::shared_ptr<Index>> indices;
    for (const IndexName& name : names) indices.push_back(need(name));
    return run_search(indices, request, epoch_ms(clock_.now()));
  }

  std::shared_ptr<const Snapshot> snapshot(std::span<const IndexName> names) const override {
    auto out = std::make_shared<FrozenIndices>();
    for (const IndexName& name : names) out->indices.push_back(need(name)->freeze_view());
    return out;
  }

  SearchResponse search(const Snapshot& snapshot, const SearchRequest& request) const override {
    return run_search(dynamic_cast<const FrozenIndices&>(snapshot).indices, request, epoch_ms(clock_.now()));
  }

  json::Value analyze(const IndexName& name, const json::Value& request) const override {
    if (name.empty()) return analyze_text(Mapping(), request);
    return analyze_text(*need(name)->view().mapping, request);
  }

  int64_t count(std::span<const IndexName> names, const QueryPtr& query) const override {
    SearchRequest request;
    request.query = query;
    request.size = 0;
    request.track_total_hits = kCountAll;
    return search(names, request).total;
  }

  void refresh(const IndexName& name) override { need(name); }  // writes are searchable at once

  void clear() override {
    for (const IndexName& name : list("")) remove(name);
  }

 private:
  static constexpr std::string_view kUuidAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  void open(const std::string& name) {
    const std::filesystem::path directory = directory_ / name;
    try {
      auto manifest = read_manifest(disk_, directory);
      if (!manifest) {  // a crash came between making or removing an index and its manifest
        disk_.remove_directory(directory);
        return;
      }
      const IndexName index = manifest->name;
      indices_[index] = std::make_shared<Index>(disk_, directory, *std::move(manifest));
      directories_[index] = directory;
    } catch (const CorruptData& error) {
      // The others stay available; this one's files are left for whoever can repair them.
      logging::error("an index in {} cannot be opened: {}", directory.string(), error.what());
    }
  }

  std::shared_ptr<Index> find(const IndexName& name) const {
    const std::shared_lock lock(mutex_);
    const auto found = indices_.find(name);
    return found == indices_.end() ? nullptr : found->second;
  }
  std::shared_ptr<Index> need(const IndexName& name) const {
    auto index = find(name);
    if (!index) throw index_not_found(std::string(visible_name(name)));
    return index;
  }

  static void tidy(Index& index, bool all) {
    try {
      if (all || index.memory_bytes() > kFlushBytes) index.flush();
      if (!all) {
        while (index.merge()) {
        }
      }
    } catch (const std::exception& error) {
      logging::error("index {} cannot be written into segments: {}", index.name(), error.what());
    }
  }

  void keep_house(std::stop_token stop) {
    auto next_age_flush = Deadline::in(kFlushAge);
    while (!stop.stop_requested()) {
      {
        std::unique_lock lock(work_mutex_);
        work_.wait_until(lock, next_age_flush.at(), [&] { return work_waiting_ || stop.stop_requested(); });
        work_waiting_ = false;
      }
      if (stop.stop_requested()) return;
      const bool aged = next_age_flush.passed();
      if (aged) next_age_flush = Deadline::in(kFlushAge);
      std::vector<std::shared_ptr<Index>> indices;
      {
        const std::shared_lock lock(mutex_);
        for (const auto& [name, index] : indices_) indices.push_back(index);
      }
      for (const auto& index : indices) {
        if (aged && index->memory_bytes() > 0) tidy(*index, true);
        tidy(*index, false);
      }
    }
  }

  const std::filesystem::path directory_;
  Clock& clock_;
  Disk& disk_;
  std::mutex change_mutex_;          // one creation or removal at a time
  mutable std::shared_mutex mutex_;  // guards indices_ and directories_
  std::map<IndexName, std::shared_ptr<Index>, std::less<>> indices_;
  std::map<IndexName, std::filesystem::path> directories_;
  std::mutex work_mutex_;
  std::condition_variable work_;
  bool work_waiting_ = false;
  Background background_;
};

}  // namespace

std::string_view visible_name(std::string_view index) { return index.substr(index.rfind('/') + 1); }

std::unique_ptr<SearchEngine> open_embedded_search(const std::filesystem::path& directory, Clock& clock, Disk* disk) {
  return std::make_unique<EmbeddedSearch>(directory, clock, disk != nullptr ? *disk : system_disk());
}

}  // namespace standpipe::search
