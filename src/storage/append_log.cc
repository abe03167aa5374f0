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

// What is reserved behind the last batch; no harm if it stays.
void AppendLog::give_back_space() noexcept {
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
  if (buffer_.capacity() > kBufferKept) buffer_ = std::string();
}

// Fills buffer_ with the entries of the next batch; answers how far it came.
size_t AppendLog::encode(const std::vector<Waiting*>& waiting, size_t from, std::vector<Waiting*>& batch) {
  buffer_.assign(kBatchHeaderBytes, '\0');
  for (; from < waiting.size() && (batch.empty() || buffer_.size() < options_.batch_bytes_max); ++from) {
    Waiting& entry = *waiting[from];
    const size_t start = buffer_.size();
    try {
      buffer_.append(log_format::kEntryHeaderBytes, '\0');
      entry.sequence = sequence_ + batch.size();
      entry.writing.encode(entry.sequence, buffer_);
      const size_t bytes = buffer_.size() - start - log_format::kEntryHeaderBytes;
      check(bytes <= log_format::kEntryBytesMax, "log entry too large");
      store(&buffer_[start], static_cast<uint32_t>(bytes));
      batch.push_back(&entry);
    } catch (...) {
      entry.failure = std::current_exception();
      buffer_.resize(start);
    }
  }
  return from;
}

void AppendLog::write(const std::vector<Waiting*>& batch) {
  if (poisoned_) {
    throw std::system_error(EIO, std::generic_category(), "an earlier sync failed of " + directory_.string());
  }
  log_format::BatchHeader header;
  header.entries = static_cast<uint32_t>(batch.size());
  header.sequence = sequence_;
  header.previous = previous_;
  header.log_id = log_id_;
  uint32_t checksum = 0;
  log_format::finish_batch(buffer_, header, checksum);
  make_room(buffer_.size());
  try {
    file_->write_at(end_, buffer_);
  } catch (...) {
    undo_write();
    throw;
  }
  if (options_.durable) {
    try {
      file_->sync();
    } catch (...) {
      poisoned_ = true;
      throw;
    }
  }
  const LogPlace place{segment_, end_};
  previous_ = checksum;
  sequence_ += batch.size();
  end_ += buffer_.size();
  {
    const std::lock_guard lock(mutex_);
    Segment& current = segments_.at(segment_);
    current.end = end_;
    current.sequence_to = sequence_;
  }
  for (Waiting* entry : batch) entry->writing.published(entry->sequence, place);
}

void AppendLog::make_room(uint64_t bytes) {
  if (end_ > kSegmentHeaderBytes && end_ + bytes > options_.segment_bytes_max) start_segment();
  if (end_ + bytes <= allocated_) return;
  const uint64_t step = std::clamp(end_, kReserveMin, kReserveMax);
  const uint64_t most = std::max(options_.segment_bytes_max, end_ + bytes);
  const uint64_t target = std::min(end_ + bytes + step, most);
  file_->allocate(target);
  allocated_ = target;
}

// A new segment is on the disk, name and header, before anything is written to it.
void AppendLog::start_segment() {
  const auto path = path_of(sequence_);
  disk_.remove(path);  // what a failed attempt left
  std::shared_ptr<File> fresh = disk_.create(path);
  fresh->write_at(0, log_format::encode(log_format::SegmentHeader{sequence_, log_id_, previous_}));
  if (options_.durable) {
    fresh->sync();
    disk_.sync_directory(directory_);
  }
  if (file_) give_back_space();
  const std::lock_guard lock(mutex_);
  file_ = std::move(fresh);
  segment_ = sequence_;
  end_ = allocated_ = kSegmentHeaderBytes;
  segments_.insert_or_assign(segment_, Segment{sequence_, sequence_, end_, {}});
}

// Half a batch must not stay behind the end: recovery would have to tell it from damage.
void AppendLog::undo_write() {
  try {
    file_->truncate(end_);
    allocated_ = end_;
  } catch (const std::system_error&) {
    poisoned_ = true;
  }
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

void AppendLog::drop_before(uint64_t sequence) {
  std::vector<uint64_t> dropped;
  {
    const std::lock_guard lock(mutex_);
    for (auto segment = segments_.begin(); segments_.size() > 1 && segment->second.sequence_to <= sequence;) {
      dropped.push_back(segment->first);
      segment = segments_.erase(segment);
    }
  }
  for (const uint64_t segment : dropped) disk_.remove(path_of(segment));
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
