#include "streamlog/embedded/stream.h"

#include <algorithm>

#include "base/json.h"
#include "base/logging.h"
#include "storage/corrupt_data.h"

namespace standpipe {
namespace {

constexpr const char* kStateFile = "state";
constexpr const char* kSnapshotFile = "snapshot";
constexpr int64_t kStateVersion = 1;
// A current segment older than this part of the retention is closed, so that it can be dropped in time.
constexpr int kSegmentsPerRetention = 8;
// Positions of a shard that may have been in damaged entries are passed over, never given out again.
constexpr Position kDamageGap = 1u << 20;

std::string print_state(std::chrono::hours retention, json::Array shards, Timestamp arrival) {
  return json::print(json::Object{{"version", kStateVersion},
                                  {"retentionHours", static_cast<int64_t>(retention.count())},
                                  {"arrival", epoch_ms(arrival)},
                                  {"shards", std::move(shards)}});
}

json::Object print_shard(Position kept, Position next, bool closed, Timestamp last_arrival) {
  return {{"kept", static_cast<int64_t>(kept)},
          {"next", static_cast<int64_t>(next)},
          {"closed", closed},
          {"lastArrival", epoch_ms(last_arrival)}};
}

}  // namespace

// All in log order, from one thread at a time.
class EmbeddedStream::Appending final : public LogWriting {
 public:
  Appending(EmbeddedStream& stream, std::span<const LogEntry> entries) : stream_(stream), draft_(entries) {}

  void encode(uint64_t, std::string& into) override {
    const std::lock_guard lock(stream_.mutex_);
    for (const auto& group : draft_.groups()) {
      if (stream_.shard(group.shard).closing) throw ShardClosed("shard " + std::to_string(group.shard) + " is closed");
    }
    positions_.clear();
    for (const auto& group : draft_.groups()) {
      Shard& shard = stream_.shard(group.shard);
      positions_.push_back(shard.assigned);
      shard.assigned += group.count;
    }
    stream_.arrival_ = arrival_ = std::max(stream_.clock_.now(), stream_.arrival_);
    const size_t start = into.size();
    into.append(draft_.bytes());
    draft_.finish(&into[start], arrival_, positions_);
  }
  void published(uint64_t sequence, LogPlace batch) noexcept override {
    Records records{arrival_, {}};
    for (size_t i = 0; i < positions_.size(); ++i) {
      records.groups.push_back({draft_.groups()[i].shard, positions_[i], draft_.groups()[i].count, {}});
    }
    const std::lock_guard lock(stream_.mutex_);
    stream_.apply(records, sequence, batch);
  }
  // Entries of a batch are abandoned last first, so each finds the state that it left.
  void abandoned() noexcept override {
    const std::lock_guard lock(stream_.mutex_);
    for (size_t i = 0; i < positions_.size(); ++i) stream_.shard(draft_.groups()[i].shard).assigned = positions_[i];
  }
  std::vector<Appended> answer(size_t entries) const {
    std::vector<Appended> appended(entries);
    for (size_t i = 0; i < positions_.size(); ++i) {
      Position position = positions_[i];
      for (const uint32_t index : draft_.groups()[i].order) appended[index] = {position++, arrival_};
    }
    return appended;
  }

 private:
  EmbeddedStream& stream_;
  const RecordsDraft draft_;
  std::vector<Position> positions_;
  Timestamp arrival_{};
};

class EmbeddedStream::Opening final : public LogWriting {
 public:
  explicit Opening(EmbeddedStream& stream) : stream_(stream) {}
  void encode(uint64_t, std::string& into) override {
    const std::lock_guard lock(stream_.mutex_);
    number_ = stream_.opened_++;
    into.append(encode_open(number_));
  }
  void published(uint64_t sequence, LogPlace batch) noexcept override {
    const std::lock_guard lock(stream_.mutex_);
    stream_.shards_.push_back(std::make_unique<Shard>());
    stream_.applied(sequence, batch);
  }
  void abandoned() noexcept override {
    const std::lock_guard lock(stream_.mutex_);
    stream_.opened_ = number_;
  }
  ShardNumber number() const { return number_; }

 private:
  EmbeddedStream& stream_;
  ShardNumber number_ = 0;
};

class EmbeddedStream::Closing final : public LogWriting {
 public:
  Closing(EmbeddedStream& stream, ShardNumber number) : stream_(stream), number_(number) {}
  void encode(uint64_t, std::string& into) override {
    const std::lock_guard lock(stream_.mutex_);
    Shard& shard = stream_.shard(number_);
    was_closing_ = shard.closing;
    shard.closing = true;
    into.append(encode_close(number_));
  }
  void published(uint64_t sequence, LogPlace batch) noexcept override {
    const std::lock_guard lock(stream_.mutex_);
    stream_.applied(sequence, batch);
    Shard& shard = stream_.shard(number_);
    shard.closed = true;
    shard.changed.notify_all();
  }
  void abandoned() noexcept override {
    const std::lock_guard lock(stream_.mutex_);
    stream_.shard(number_).closing = was_closing_;
  }

 private:
  EmbeddedStream& stream_;
  const ShardNumber number_;
  bool was_closing_ = false;
};

void EmbeddedStream::create(const std::filesystem::path& directory, ShardNumber shards, std::chrono::hours retention,
                            const Options& options) {
  Disk& disk = options.disk != nullptr ? *options.disk : system_disk();
  if (finished(directory, disk)) return;
  disk.make_directory(directory);
  disk.sync_directory(directory.parent_path());
  json::Array fresh;
  for (ShardNumber shard = 0; shard < shards; ++shard) fresh.push_back(print_shard(0, 0, false, {}));
  replace_file(disk, directory / kStateFile, print_state(retention, std::move(fresh), {}));
}

bool EmbeddedStream::finished(const std::filesystem::path& directory, Disk& disk) {
  return disk.exists(directory / kStateFile);
}

EmbeddedStream::EmbeddedStream(const std::filesystem::path& directory, const Clock& clock, const Options& options)
    : directory_(directory), clock_(clock), options_(options),
      disk_(options.disk != nullptr ? *options.disk : system_disk()) {
  open_log();
  skip_damage();
  opened_ = static_cast<ShardNumber>(shards_.size());
  for (const auto& shard : shards_) {
    shard->assigned = shard->next;
    shard->closing = shard->closed;
  }
}

EmbeddedStream::~EmbeddedStream() {
  try {
    if (!retired_) save_snapshot();
  } catch (const std::system_error& error) {
    logging::debug("closing a stream: {}", error.what());
  }
}

void EmbeddedStream::open_log() {
  AppendLog::Options log_options{
      .segment_bytes_max = options_.segment_bytes_max, .durable = options_.durable, .disk = &disk_};
  const auto open = [&] {
    log_.reset();
    log_ = std::make_unique<AppendLog>(directory_ / "log", log_options,
                                       [this](const LoggedEntry& entry) { replay(entry); });
  };
  load_state();
  log_options.replay_from = load_snapshot();
  open();
  if (log_->sequence_end() < log_options.replay_from) {  // the log is not the one that the snapshot was made of
    load_state();
    log_options.replay_from = 0;
    open();
  }
  const uint64_t oldest = log_->begin().segment;
  for (const auto& target : shards_) target->index.drop_before(oldest);
  segment_times_.erase(segment_times_.begin(), segment_times_.lower_bound(oldest));
}

uint64_t EmbeddedStream::load_snapshot() {
  auto snapshot = decode_snapshot(read_file(disk_, directory_ / kSnapshotFile).value_or(""));
  if (!snapshot || snapshot->shards.size() < shards_.size()) return 0;
  while (shards_.size() < snapshot->shards.size()) shards_.push_back(std::make_unique<Shard>());
  for (size_t i = 0; i < shards_.size(); ++i) {
    Shard& target = *shards_[i];
    ShardSnapshot& stored = snapshot->shards[i];
    target.kept = std::max(target.kept, stored.kept);
    target.next = std::max(target.next, stored.next);
    target.closed = target.closed || stored.closed;
    target.last_arrival = std::max(target.last_arrival, stored.last_arrival);
    target.last_sequence = stored.last_sequence;
    target.index = ShardIndex(std::move(stored.items));
  }
  arrival_ = std::max(arrival_, snapshot->arrival);
  segment_times_ = std::move(snapshot->segments);
  applied_ = snapshot->sequence;
  return applied_;
}

void EmbeddedStream::save_snapshot() {
  StreamSnapshot snapshot;
  {
    const std::lock_guard lock(mutex_);
    snapshot.sequence = applied_;
    snapshot.arrival = arrival_;
    snapshot.segments = segment_times_;
    for (const auto& target : shards_) {
      snapshot.shards.push_back({target->kept, target->next, target->closed, target->last_arrival,
                                 target->last_sequence, target->index.items()});
    }
    snapshot_due_ = false;
  }
  replace_file(disk_, directory_ / kSnapshotFile, encode(snapshot));
}

void EmbeddedStream::load_state() {
  shards_.clear();
  segment_times_.clear();
  applied_ = 0;
  const auto path = directory_ / kStateFile;
  try {
    const json::Value state = json::parse(read_file(disk_, path).value_or(""));
    if (state.find("version") == nullptr || state.find("version")->integer() != kStateVersion) {
      throw CorruptData("unknown version");
    }
    retention_ = std::chrono::hours(state.object().find("retentionHours")->integer());
    arrival_ = from_epoch_ms(state.object().find("arrival")->integer());
    for (const json::Value& stored : state.object().find("shards")->array()) {
      auto shard = std::make_unique<Shard>();
      shard->kept = static_cast<Position>(stored.object().find("kept")->integer());
      shard->next = static_cast<Position>(stored.object().find("next")->integer());
      shard->closed = stored.object().find("closed")->boolean();
      shard->last_arrival = from_epoch_ms(stored.object().find("lastArrival")->integer());
      shards_.push_back(std::move(shard));
    }
  } catch (const std::runtime_error& error) {
    throw CorruptData(path.string() + ": " + error.what());
  }
}

// Called with state_mutex_ held.
void EmbeddedStream::save_state() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    json::Array shards;
    for (const auto& shard : shards_) {
      shards.push_back(print_shard(shard->kept, shard->next, shard->closed, shard->last_arrival));
    }
    text = print_state(retention_, std::move(shards), arrival_);
  }
  replace_file(disk_, directory_ / kStateFile, text);
}

void EmbeddedStream::replay(const LoggedEntry& entry) {
  const auto decoded = decode_entry(entry.bytes);
  applied(entry.sequence, entry.batch);
  if (const auto* records = std::get_if<Records>(&decoded)) {
    apply(*records, entry.sequence, entry.batch);
  } else if (const auto* opened = std::get_if<ShardOpened>(&decoded)) {
    // The state file may already know it.
    if (opened->shard == shards_.size()) shards_.push_back(std::make_unique<Shard>());
  } else if (const auto* closing = std::get_if<ShardClosing>(&decoded)) {
    shard(closing->shard).closed = true;
  }
}

void EmbeddedStream::skip_damage() {
  uint64_t damaged = 0;
  for (const LogDamage& damage : log_->damage()) damaged = std::max(damaged, damage.sequence_to);
  for (const auto& shard : shards_) {
    if (shard->last_sequence < damaged) shard->next += kDamageGap;
  }
}

// Called with mutex_ held, or before there are other threads; so is `apply`.
void EmbeddedStream::applied(uint64_t sequence, LogPlace place) {
  applied_ = sequence + 1;
  if (place.segment == segment_) return;
  segment_ = place.segment;
  snapshot_due_ = true;
}

void EmbeddedStream::apply(const Records& records, uint64_t sequence, LogPlace place) {
  const auto [times, fresh] = segment_times_.try_emplace(place.segment, SegmentTimes{records.arrival, records.arrival});
  times->second.last = records.arrival;
  applied(sequence, place);
  arrival_ = std::max(arrival_, records.arrival);
  for (const RecordGroup& group : records.groups) {
    Shard& target = shard(group.shard);
    target.next = std::max(target.next, group.first + group.count);
    target.last_arrival = records.arrival;
    target.last_sequence = sequence;
    target.index.add(group.first, records.arrival, place);
    target.changed.notify_all();
  }
}

EmbeddedStream::Shard& EmbeddedStream::shard(ShardNumber number) {
  if (number >= shards_.size()) throw UnknownShard("no shard " + std::to_string(number));
  return *shards_[number];
}

ShardNumber EmbeddedStream::open_shard() {
  Opening opening(*this);
  log_->append(opening);
  return opening.number();
}

void EmbeddedStream::close_shard(ShardNumber number) {
  {
    const std::lock_guard lock(mutex_);
    if (shard(number).closed) return;
  }
  Closing closing(*this, number);
  log_->append(closing);
}

std::vector<Appended> EmbeddedStream::append(std::span<const LogEntry> entries) {
  if (entries.empty()) return {};
  Appending appending(*this, entries);
  log_->append(appending);
  return appending.answer(entries.size());
}

Bounds EmbeddedStream::bounds(ShardNumber number) {
  const std::lock_guard lock(mutex_);
  const Shard& target = shard(number);
  return {oldest(target), target.next, target.closed};
}

// Called with mutex_ held.
Position EmbeddedStream::oldest(const Shard& target) const {
  const Timestamp horizon = clock_.now() - retention_;
  if (target.last_arrival < horizon) return target.next;
  return std::max(target.kept, target.index.expired(horizon).value_or(0));
}

bool EmbeddedStream::wait_for(ShardNumber number, Position position, Deadline deadline, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  Shard& target = shard(number);
  return target.changed.wait_until(lock, stop, deadline.at(),
                                   [&] { return target.next > position || target.closed || retired_; });
}

void EmbeddedStream::set_retention(std::chrono::hours retention) {
  const std::lock_guard one(state_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (retention_ == retention) return;
    retention_ = retention;
  }
  save_state();
}

void EmbeddedStream::retire() {
  const std::lock_guard lock(mutex_);
  retired_ = true;
  for (const auto& shard : shards_) shard->changed.notify_all();
}

void EmbeddedStream::expire() {
  const std::lock_guard one(state_mutex_);
  drop_old_segments();
  bool due = false;
  {
    const std::lock_guard lock(mutex_);
    due = snapshot_due_;
  }
  if (due) save_snapshot();
}

void EmbeddedStream::drop_old_segments() {
  if (current_is_old()) log_->roll();
  const std::vector<LogSegment> segments = log_->segments();
  uint64_t keep_from = segments.back().sequence_from;
  {
    const std::lock_guard lock(mutex_);
    const Timestamp horizon = clock_.now() - retention_;
    for (const LogSegment& segment : segments) {
      const auto times = segment_times_.find(segment.sequence_from);
      if (times == segment_times_.end() || times->second.last < horizon) continue;
      keep_from = segment.sequence_from;
      break;
    }
    if (keep_from == segments.front().sequence_from) return;
    for (const auto& target : shards_) {
      target->index.drop_before(keep_from);
      target->kept = std::max(target->kept, target->index.first().value_or(target->next));
    }
    segment_times_.erase(segment_times_.begin(), segment_times_.lower_bound(keep_from));
  }
  save_state();  // the positions of shards without records live here alone from now on
  log_->drop_before(keep_from);
}

bool EmbeddedStream::current_is_old() {
  const uint64_t current = log_->segments().back().sequence_from;
  const std::lock_guard lock(mutex_);
  const auto times = segment_times_.find(current);
  if (times == segment_times_.end()) return false;
  return clock_.now() - times->second.first > retention_ / kSegmentsPerRetention;
}

}  // namespace standpipe
