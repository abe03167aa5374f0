#include "storage/append_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/logging.h"
#include "storage/little_endian.h"
#include "storage/log_format.h"

namespace standpipe {
namespace {

using log_format::kAlignment;
using log_format::kBatchHeaderBytes;
using log_format::kSegmentHeaderBytes;

// Space is reserved ahead in steps that grow with the segment, so that small logs stay small and syncs of large ones
// seldom change the file's size.
constexpr uint64_t kReserveMin = 64u << 10;
constexpr uint64_t kReserveMax = 16u << 20;
constexpr size_t kBufferKept = 64u << 10;

class BytesWriting final : public LogWriting {
 public:
  explicit BytesWriting(std::string_view bytes) : bytes_(bytes) {}
  void encode(uint64_t, std::string& into) override { into.append(bytes_); }
  void published(uint64_t, LogPlace) noexcept override {}
  void abandoned() noexcept override {}

 private:
  std::string_view bytes_;
};

bool is_whole(const LogBody& body) {
  uint64_t bytes = 0;
  for (const LogChunk& chunk : body.chunks) bytes += chunk.bytes;
  return bytes == body.bytes.size();
}

}  // namespace

struct AppendLog::Waiting {
  LogWriting& writing;
  uint64_t sequence = 0;
  std::exception_ptr failure = nullptr;
  bool done = false;
  std::condition_variable woken = {};
};

AppendLog::AppendLog(const std::filesystem::path& directory, Options options, const Replay& replay)
    : directory_(directory), options_(options), disk_(options.disk != nullptr ? *options.disk : system_disk()) {
  if (!disk_.exists(directory_)) {
    disk_.make_directory(directory_);
    if (options_.durable) disk_.sync_directory(directory_.parent_path());
  }
  recover(replay);
}

AppendLog::~AppendLog() {
  if (!poisoned_) give_back_space();  // also makes the next start shorter
}

// What is reserved behind the last batch; no harm if it stays. A segment that is well filled stays whole, to be used
// again.
void AppendLog::give_back_space() noexcept {
  if (options_.spares != nullptr && end_ > options_.segment_bytes_max / 2) return;
  try {
    file_->truncate(end_);
  } catch (const std::system_error& error) {
    logging::debug("closing a log segment: {}", error.what());
  }
}

uint64_t AppendLog::append(std::string_view bytes) {
  BytesWriting writing(bytes);
  return append(writing);
}

uint64_t AppendLog::append(LogWriting& writing) {
  Waiting mine{writing};
  return run(mine);
}

uint64_t AppendLog::run(Waiting& mine) {
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  while (!mine.done) {
    if (leading_) {
      mine.woken.wait(lock);
      continue;
    }
    leading_ = true;
    const std::vector<Waiting*> waiting = std::exchange(queue_, {});
    lock.unlock();
    commit(waiting);
    lock.lock();
    for (Waiting* served : waiting) {
      served->done = true;
      if (served != &mine) served->woken.notify_one();
    }
    hand_over();
  }
  lock.unlock();
  if (mine.failure) std::rethrow_exception(mine.failure);
  return mine.sequence;
}

void AppendLog::hand_over() {
  leading_ = false;
  if (!queue_.empty()) queue_.front()->woken.notify_one();
  free_.notify_all();
}

// Writes what waits as few batches; what goes wrong with one of them ends the entries of that batch only.
void AppendLog::commit(const std::vector<Waiting*>& waiting) {
  size_t taken = 0;
  while (taken < waiting.size()) {
    std::vector<Waiting*> batch;
    taken = encode(waiting, taken, batch);
    try {
      if (!batch.empty()) write(batch);
    } catch (...) {
      for (size_t i = batch.size(); i-- > 0;) {
        batch[i]->writing.abandoned();
        batch[i]->failure = std::current_exception();
      }
    }
  }
  if (front_.capacity() > kBufferKept) front_ = std::string();
}

// Makes the front of the next batch and gathers its pieces; answers how far it came.
size_t AppendLog::encode(const std::vector<Waiting*>& waiting, size_t from, std::vector<Waiting*>& batch) {
  front_.assign(kBatchHeaderBytes, '\0');
  pieces_.assign(1, {});
  body_bytes_ = 0;
  for (; from < waiting.size(); ++from) {
    if (!batch.empty() && front_.size() + body_bytes_ >= options_.batch_bytes_max) break;
    Waiting& entry = *waiting[from];
    const size_t start = front_.size();
    try {
      const LogBody body = entry.writing.body();
      check(is_whole(body), "the chunks are not the body");
      log_format::begin_entry(front_, body.chunks);
      entry.sequence = sequence_ + batch.size();
      entry.writing.encode(entry.sequence, front_);
      log_format::finish_entry(front_, start, body.chunks.size());
      pieces_.push_back(body.bytes);
      body_bytes_ += body.bytes.size();
      batch.push_back(&entry);
    } catch (...) {
      entry.failure = std::current_exception();
      front_.resize(start);
    }
  }
  return from;
}

void AppendLog::write(const std::vector<Waiting*>& batch) {
  if (poisoned_) {
    throw std::system_error(EIO, std::generic_category(), "an earlier sync failed of " + directory_.string());
  }
  const uint64_t padded = (front_.size() + body_bytes_ + kAlignment - 1) / kAlignment * kAlignment;
  remove_leftover();
  make_room(padded);  // may begin a segment, which is made of what is known so far
  log_format::BatchHeader header;
  header.entries = static_cast<uint32_t>(batch.size());
  header.sequence = sequence_;
  header.previous = previous_;
  header.log_id = log_id_;
  header.body_bytes = body_bytes_;
  header = log_format::finish_front(front_, header);
  static constexpr char kPadding[kAlignment] = {};
  pieces_.front() = front_;
  pieces_.emplace_back(kPadding, padded - front_.size() - body_bytes_);
  // What a failed write leaves behind the end is overwritten by the next one.
  file_->write_at(end_, std::span<const std::string_view>(pieces_));
  if (options_.durable) {
    try {
      file_->sync();
    } catch (...) {
      poisoned_ = true;
      throw;
    }
  }
  const LogPlace place{segment_, end_};
  previous_ = header.checksum;
  sequence_ += batch.size();
  end_ += padded;
  {
    const std::lock_guard lock(mutex_);
    Segment& current = segments_.at(segment_);
    current.end = end_;
    current.sequence_to = sequence_;
  }
  for (Waiting* entry : batch) entry->writing.published(entry->sequence, place);
}

void AppendLog::make_room(uint64_t bytes) {
  if (end_ > kSegmentHeaderBytes && end_ + bytes > options_.segment_bytes_max) {
    start_segment(true);
    if (options_.rolled) options_.rolled();
  }
  if (end_ + bytes <= allocated_) return;
  const uint64_t step = std::clamp(end_, kReserveMin, kReserveMax);
  const uint64_t most = std::max(options_.segment_bytes_max, end_ + bytes);
  uint64_t target = std::min(end_ + bytes + step, most);
  try {
    claim(target - allocated_);
  } catch (const std::system_error&) {  // no room for a step; perhaps for the batch
    target = end_ + bytes;
    claim(target - allocated_);
  }
  file_->allocate(target);
  allocated_ = target;
}

void AppendLog::claim(uint64_t bytes) const {
  if (options_.free_bytes_min == 0) return;
  const DiskSpace space = disk_.space(directory_);
  if (space.free >= bytes + std::min(options_.free_bytes_min, space.total / 16)) return;
  throw std::system_error(ENOSPC, std::generic_category(),
                          fmt::format("only {} MiB are free on the disk of {}", space.free >> 20, directory_.string()));
}

// A new segment is on the disk, name and header, before anything is written to it. A spare is for a log that has filled
// its last segment and can tell its own batches from the spare's former life.
void AppendLog::start_segment(bool by_spare) {
  const auto path = path_of(sequence_);
  remove_leftover();
  leftover_ = path;
  auto fresh = make_segment(path, by_spare);
  leftover_.reset();
  if (file_) give_back_space();
  const std::lock_guard lock(mutex_);
  file_ = std::move(fresh);
  segment_ = sequence_;
  end_ = last_batch_ = kSegmentHeaderBytes;
  allocated_ = by_spare ? options_.segment_bytes_max : end_;
  segments_.insert_or_assign(segment_, Segment{sequence_, sequence_, end_});
}

std::shared_ptr<File> AppendLog::make_segment(const std::filesystem::path& path, bool& by_spare) {
  std::shared_ptr<File> fresh = by_spare && options_.spares != nullptr ? options_.spares->take(path) : nullptr;
  by_spare = fresh != nullptr;
  if (!fresh) {
    claim(kSegmentHeaderBytes);
    fresh = disk_.create(path);
  }
  fresh->write_at(0, log_format::encode(log_format::SegmentHeader{sequence_, log_id_, previous_}));
  if (options_.durable) {
    fresh->sync();
    disk_.sync_directory(directory_);
  }
  return fresh;
}

// Before anything is written to the segment before it: a log has no segment but the last without entries.
void AppendLog::remove_leftover() {
  if (!leftover_) return;
  disk_.remove(*leftover_);
  leftover_.reset();
}

void AppendLog::roll() {
  std::unique_lock lock(mutex_);
  free_.wait(lock, [&] { return !leading_; });
  if (end_ == kSegmentHeaderBytes) return;
  leading_ = true;
  lock.unlock();
  std::exception_ptr failure;
  try {
    start_segment();
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  hand_over();
  if (failure) std::rethrow_exception(failure);
}

// The files go in the order of the log, also when one cannot be removed now: what stays is never without what follows.
void AppendLog::drop_before(uint64_t sequence) {
  const std::lock_guard one(dropping_);
  {
    const std::lock_guard lock(mutex_);
    for (auto segment = segments_.begin(); segments_.size() > 1 && segment->second.sequence_to <= sequence;) {
      dropped_.emplace_back(segment->first, std::move(segment->second.use));
      segment = segments_.erase(segment);
    }
  }
  if (dropped_.empty()) return;
  for (; !dropped_.empty(); dropped_.pop_front()) {
    discard(dropped_.front().first, dropped_.front().second.use_count() > 1);
  }
  if (options_.durable) disk_.sync_directory(directory_);
}

void AppendLog::discard(uint64_t segment, bool in_use) {
  if (in_use || options_.spares == nullptr || !options_.spares->give(path_of(segment))) disk_.remove(path_of(segment));
}

LogPlace AppendLog::begin() const {
  const std::lock_guard lock(mutex_);
  return {segments_.begin()->first, kSegmentHeaderBytes};
}

uint64_t AppendLog::sequence_begin() const {
  const std::lock_guard lock(mutex_);
  return segments_.begin()->second.sequence_from;
}

uint64_t AppendLog::sequence_end() const {
  const std::lock_guard lock(mutex_);
  return segments_.rbegin()->second.sequence_to;
}

std::vector<LogSegment> AppendLog::segments() const {
  const std::lock_guard lock(mutex_);
  std::vector<LogSegment> answer;
  for (const auto& [first, segment] : segments_) answer.push_back({first, segment.sequence_to, segment.end});
  return answer;
}

std::vector<LogDamage> AppendLog::damage() const {
  const std::lock_guard lock(mutex_);
  return damage_;
}

// Called with mutex_ held, or before there are other threads.
void AppendLog::add_damage(const LogDamage& damage) const {
  damage_.push_back(damage);
  logging::error("{}: {} bytes at {} are damaged; entries {} to {} are lost", damage.file.string(), damage.bytes,
                 damage.offset, damage.sequence_from, damage.sequence_to);
}

std::filesystem::path AppendLog::path_of(uint64_t segment) const {
  return directory_ / fmt::format("{:016x}.log", segment);
}

}  // namespace standpipe
