#include "streamlog/embedded/stream.h"

#include <algorithm>
#include <utility>

#include "base/logging.h"
#include "streamlog/embedded/stream_state.h"

namespace standpipe {
namespace {

constexpr const char* kSnapshotFile = "snapshot";
// A current segment older than this part of the retention is closed, so that it can be dropped in time.
constexpr int kSegmentsPerRetention = 8;
// Positions that may have been given to entries which cannot be read are passed over, never given out again.
constexpr Position kLostPositions = 1u << 20;
// The index of a stream takes 2 MiB however many shards it has, as long as they are not very many.
constexpr size_t kItemsMin = 64;

}  // namespace

// All in log order, from one thread at a time.
class EmbeddedStream::Appending final : public LogWriting {
 public:
  Appending(EmbeddedStream& stream, std::span<const LogEntry> entries) : stream_(stream), draft_(entries) {}

  void encode(uint64_t, std::string& head) override {
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
    draft_.append_head(head, arrival_, positions_);
  }
  LogBody body() const override { return draft_.body(); }
  void published(uint64_t sequence, LogPlace batch) noexcept override {
    const std::lock_guard lock(stream_.mutex_);
    for (size_t i = 0; i < positions_.size(); ++i) {
      const RecordsDraft::Group& group = draft_.groups()[i];
      stream_.apply({group.shard, positions_[i], group.count}, arrival_, sequence, batch);
    }
    stream_.applied(sequence, batch, arrival_);
  }
  // Entries of a batch are abandoned last first, so each finds the state that it left.
  void abandoned() noexcept override {
    const std::lock_guard lock(stream_.mutex_);
    for (size_t i = 0; i < positions_.size(); ++i) stream_.shard(draft_.groups()[i].shard).assigned = positions_[i];
  }
  std::vector<Appended> answer(size_t entries) const {
    std::vector<Appended> appended(entries);
    size_t at = 0;
    for (size_t i = 0; i < positions_.size(); ++i) {
      for (uint32_t k = 0; k < draft_.groups()[i].count; ++k) {
        appended[draft_.order()[at++]] = {positions_[i] + k, arrival_};
      }
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
    stream_.applied(sequence, batch, {});
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
    stream_.applied(sequence, batch, {});
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
  StreamState state;
  state.retention = retention;
  state.shards.resize(shards);
  save_stream_state(disk, directory, state);
}

bool EmbeddedStream::finished(const std::filesystem::path& directory, Disk& disk) {
  return has_stream_state(disk, directory);
}

EmbeddedStream::EmbeddedStream(const std::filesystem::path& directory, const Clock& clock, const Options& options)
    : directory_(directory), clock_(clock), options_(options),
      disk_(options.disk != nullptr ? *options.disk : system_disk()) {
  open_log();
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
  AppendLog::Options log_options{.segment_bytes_max = options_.segment_bytes_max,
                                 .durable = options_.durable,
                                 .free_bytes_min = options_.free_bytes_min,
                                 .spares = options_.spares,
                                 .rolled = options_.rolled,
                                 .disk = &disk_};
  const auto open = [&] {
    log_.reset();
    log_ = std::make_unique<AppendLog>(directory_ / "log", log_options,
                                       [this](const LoggedEntry& entry) { replay(entry); });
  };
  load_state();
  auto snapshot = decode_snapshot(read_file(disk_, directory_ / kSnapshotFile).value_or(""));
  if (snapshot) take_snapshot(*snapshot, true);
  log_options.replay_from = applied_;
  open();
  const uint64_t end = log_->sequence_end();
  const bool lost_end = end < log_options.replay_from;
  if (lost_end) {
    logging::error("{}: the log has lost its end, entries {} to {}", directory_.string(), end, applied_);
    load_state();
    take_snapshot(*snapshot, false);
    log_options.replay_from = 0;
    open();
  }
  uint64_t unknown = 0;  // entries before this one may have held records that are lost
  for (const LogDamage& damage : log_->damage()) unknown = std::max(unknown, damage.sequence_to);
  // After a crash nobody can tell a batch that was never finished from one that was damaged since.
  const bool stopped_cleanly = end == 0 || (snapshot && snapshot->sequence == end);
  skip_positions(stopped_cleanly ? unknown : UINT64_MAX);
  if (lost_end) save_snapshot();  // the one on the disk is of entries whose numbers are given again
  const uint64_t oldest = log_->begin().segment;
  for (const auto& target : shards_) target->index.drop_before(oldest);
  segment_times_.erase(segment_times_.begin(), segment_times_.lower_bound(oldest));
}

// Without the index, the log is going to be replayed from its beginning.
void EmbeddedStream::take_snapshot(StreamSnapshot& snapshot, bool with_index) {
  while (shards_.size() < snapshot.shards.size()) shards_.push_back(std::make_unique<Shard>());
  for (size_t i = 0; i < snapshot.shards.size(); ++i) {
    Shard& target = *shards_[i];
    ShardSnapshot& stored = snapshot.shards[i];
    target.kept = std::max(target.kept, stored.kept);
    target.next = std::max(target.next, stored.next);
    target.closed = target.closed || stored.closed;
    target.last_arrival = std::max(target.last_arrival, stored.last_arrival);
    target.last_sequence = stored.last_sequence;
    if (with_index) target.index = ShardIndex(std::move(stored.items), stored.sparser);
  }
  arrival_ = std::max(arrival_, snapshot.arrival);
  if (!with_index) return;
  segment_times_ = std::move(snapshot.segments);
  applied_ = snapshot.sequence;
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
                                 target->last_sequence, static_cast<uint8_t>(target->index.sparser()),
                                 target->index.items()});
    }
  }
  replace_file(disk_, directory_ / kSnapshotFile, encode(snapshot));
}

void EmbeddedStream::load_state() {
  shards_.clear();
  segment_times_.clear();
  applied_ = 0;
  const StreamState state = load_stream_state(disk_, directory_);
  retention_ = state.retention;
  arrival_ = state.arrival;
  for (const StreamState::Shard& stored : state.shards) {
    auto shard = std::make_unique<Shard>();
    shard->kept = stored.kept;
    shard->next = stored.next;
    shard->closed = stored.closed;
    shard->last_arrival = stored.last_arrival;
    shards_.push_back(std::move(shard));
  }
}

// Called with state_mutex_ held.
void EmbeddedStream::save_state() {
  StreamState state;
  {
    const std::lock_guard lock(mutex_);
    state.retention = retention_;
    state.arrival = arrival_;
    for (const auto& shard : shards_) {
      state.shards.push_back({shard->kept, shard->next, shard->closed, shard->last_arrival});
    }
  }
  save_stream_state(disk_, directory_, state);
}

void EmbeddedStream::replay(const LoggedEntry& entry) {
  const auto decoded = decode_head(entry.bytes);
  Timestamp arrival{};
  if (const auto* records = std::get_if<Records>(&decoded)) {
    arrival = records->arrival;
    for (size_t i = 0; i < records->groups(); ++i) {
      const RecordGroup group = records->group(i);
      replayed_shard(group.shard);
      apply(group, arrival, entry.sequence, entry.batch);
    }
  } else if (const auto* opened = std::get_if<ShardOpened>(&decoded)) {
    replayed_shard(opened->shard);
  } else if (const auto* closing = std::get_if<ShardClosing>(&decoded)) {
    replayed_shard(closing->shard).closed = true;
  }
  applied(entry.sequence, entry.batch, arrival);
}

// The state file may already know it; or the entry that opened it was damaged.
EmbeddedStream::Shard& EmbeddedStream::replayed_shard(ShardNumber number) {
  while (shards_.size() <= number) shards_.push_back(std::make_unique<Shard>());
  return *shards_[number];
}

// Of shards of which no later entry tells where they have come to.
void EmbeddedStream::skip_positions(uint64_t entries) {
  for (const auto& shard : shards_) {
    if (shard->last_sequence < entries) shard->next += kLostPositions;
  }
}

// Called with mutex_ held, or before there are other threads; so is `apply`. Entries without records have no arrival.
void EmbeddedStream::applied(uint64_t sequence, LogPlace place, Timestamp arrival) {
  applied_ = sequence + 1;
  if (arrival == Timestamp{}) return;
  arrival_ = std::max(arrival_, arrival);
  segment_times_.try_emplace(place.segment, SegmentTimes{arrival, arrival}).first->second.last = arrival;
}

void EmbeddedStream::apply(const RecordGroup& group, Timestamp arrival, uint64_t sequence, LogPlace place) {
  Shard& target = shard(group.shard);
  target.next = std::max(target.next, group.first + group.count);
  target.last_arrival = arrival;
  target.last_sequence = sequence;
  target.index.add(group.first, arrival, place, std::max(kItemsMin, ShardIndex::kItemsMax / shards_.size()));
  target.changed.notify_all();
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
  const uint64_t current = log_->segments().back().sequence_from;
  if (std::exchange(saved_segment_, current) != current) save_snapshot();
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
