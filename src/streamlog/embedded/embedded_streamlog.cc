#include "streamlog/embedded/embedded_streamlog.h"

#include <condition_variable>
#include <functional>
#include <map>
#include <shared_mutex>

#include "base/check.h"
#include "base/logging.h"
#include "base/workers.h"
#include "streamlog/embedded/stream.h"

namespace standpipe {
namespace {

constexpr std::string_view kRemovedPrefix = ".removed-";
constexpr const char* kSpares = ".spares";
constexpr size_t kSparesMax = 4;

bool is_stream_id(const std::string& name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

class EmbeddedStreams final : public EmbeddedStreamLog {
 public:
  EmbeddedStreams(const std::filesystem::path& directory, const Clock& clock, const EmbeddedStreamLogOptions& options)
      : directory_(directory), clock_(clock), disk_(options.disk != nullptr ? *options.disk : system_disk()),
        spares_(disk_, directory / kSpares, options.segment_bytes_max, kSparesMax),
        options_{.segment_bytes_max = options.segment_bytes_max,
                 .durable = options.durable,
                 .free_bytes_min = options.free_bytes_min,
                 .spares = &spares_,
                 .rolled = [this] { wake(); },
                 .disk = options.disk} {
    disk_.make_directory(directory_);
    for (const std::string& name : disk_.list(directory_)) {
      const auto path = directory_ / name;
      if (name.starts_with(kRemovedPrefix) || (is_stream_id(name) && !EmbeddedStream::finished(path, disk_))) {
        disk_.remove_directory(path);
      } else if (is_stream_id(name)) {
        streams_.emplace(name, std::make_shared<EmbeddedStream>(path, clock_, options_));
      }
    }
    if (options.expire_every > Duration{0}) {
      upkeep_ = Background("stream-upkeep", [this, every = options.expire_every](std::stop_token stop) {
        while (wait(every, stop)) expire();
      });
    }
  }

  void create(const StreamId& stream, ShardNumber shards, std::chrono::hours retention) override {
    check(is_stream_id(stream), "stream ids are lower-case letters, digits and dashes");
    const std::lock_guard lock(changing_);
    if (exists(stream)) return;
    EmbeddedStream::create(directory_ / stream, shards, retention, options_);
    auto fresh = std::make_shared<EmbeddedStream>(directory_ / stream, clock_, options_);
    const std::unique_lock names(mutex_);
    streams_.emplace(stream, std::move(fresh));
  }

  void remove(const StreamId& stream) override {
    const std::lock_guard lock(changing_);
    std::shared_ptr<EmbeddedStream> removed;
    {
      const std::unique_lock names(mutex_);
      const auto found = streams_.find(stream);
      if (found == streams_.end()) return;
      removed = std::move(found->second);
      streams_.erase(found);
    }
    removed->retire();
    const auto grave = directory_ / (std::string(kRemovedPrefix) + stream);
    disk_.rename(directory_ / stream, grave);
    disk_.sync_directory(directory_);
    disk_.remove_directory(grave);
  }

  bool exists(const StreamId& stream) override {
    const std::shared_lock names(mutex_);
    return streams_.contains(stream);
  }
  std::vector<StreamId> list() override {
    const std::shared_lock names(mutex_);
    std::vector<StreamId> found;
    for (const auto& [name, stream] : streams_) found.push_back(name);
    return found;
  }
  ShardNumber open_shard(const StreamId& stream) override { return find(stream)->open_shard(); }
  void close_shard(const StreamId& stream, ShardNumber shard) override { find(stream)->close_shard(shard); }
  std::vector<Appended> append(const StreamId& stream, std::span<const LogEntry> entries) override {
    return find(stream)->append(entries);
  }
  LogBatch read(const StreamId& stream, ShardNumber shard, Position from, ReadLimits limits) override {
    return find(stream)->read(shard, from, limits);
  }
  Position find_time(const StreamId& stream, ShardNumber shard, Timestamp time) override {
    return find(stream)->find_time(shard, time);
  }
  Bounds bounds(const StreamId& stream, ShardNumber shard) override { return find(stream)->bounds(shard); }
  bool wait_for(const StreamId& stream, ShardNumber shard, Position position, Deadline deadline,
                std::stop_token stop) override {
    return find(stream)->wait_for(shard, position, deadline, stop);
  }
  void set_retention(const StreamId& stream, std::chrono::hours retention) override {
    find(stream)->set_retention(retention);
  }

  void expire() override {
    attempt("preparing a segment", [&] { spares_.refill(); });
    for (const StreamId& id : list()) {
      attempt("upkeep of stream " + id, [&] {
        try {
          find(id)->expire();
        } catch (const UnknownStream&) {  // removed meanwhile
        }
      });
    }
  }

 private:
  // What fails now is tried again the next time.
  static void attempt(const std::string& what, const std::function<void()>& work) {
    try {
      work();
    } catch (const std::exception& error) {
      logging::warning("{}: {}", what, error.what());
    }
  }

  void wake() {
    {
      const std::lock_guard lock(waking_);
      woken_ = true;
    }
    rolled_.notify_one();
  }
  // Until a log has begun a segment or the time has passed; false: stopped.
  bool wait(Duration most, std::stop_token stop) {
    std::unique_lock lock(waking_);
    rolled_.wait_until(lock, stop, Deadline::in(most).at(), [&] { return woken_; });
    woken_ = false;
    return !stop.stop_requested();
  }

  std::shared_ptr<EmbeddedStream> find(const StreamId& stream) {
    const std::shared_lock names(mutex_);
    const auto found = streams_.find(stream);
    if (found == streams_.end()) throw UnknownStream("no stream " + stream);
    return found->second;
  }

  const std::filesystem::path directory_;
  const Clock& clock_;
  Disk& disk_;
  SpareSegments spares_;
  const EmbeddedStream::Options options_;
  std::mutex changing_;  // one creation or removal at a time
  std::shared_mutex mutex_;
  std::map<StreamId, std::shared_ptr<EmbeddedStream>> streams_;
  std::mutex waking_;
  std::condition_variable_any rolled_;
  bool woken_ = false;
  Background upkeep_;  // last: stops before the streams go
};

}  // namespace

std::unique_ptr<EmbeddedStreamLog> open_embedded_streamlog(const std::filesystem::path& directory, const Clock& clock,
                                                           EmbeddedStreamLogOptions options) {
  return std::make_unique<EmbeddedStreams>(directory, clock, options);
}

}  // namespace standpipe
