#include "services/lambda/event_source/shard_queue.h"

#include <algorithm>

namespace standpipe::lambda {
namespace {

// Enough for one full batch while another is with the function.
constexpr size_t kBytesMax = 2 * kEventBytesMax;
constexpr size_t kRecordsMin = 1000;  // one slow lane does not soon stop the others

}  // namespace

std::string ShardProgress::position() const {
  std::string lowest = lanes.empty() ? std::string() : lanes.front().position;
  for (const LaneProgress& lane : lanes) {
    if (later(lowest, lane.position)) lowest = lane.position;
  }
  return lowest;
}

ShardQueue::ShardQueue(const BatchRules& rules, ShardProgress from) : rules_(rules), read_(from.position()) {
  for (LaneProgress& done : from.lanes) lanes_.emplace_back().done = std::move(done);
}

bool ShardQueue::wait_for_room(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto room = [&] {
    size_t longest = 0;
    for (const Lane& lane : lanes_) longest = std::max(longest, lane.records.size());
    return bytes_ < kBytesMax && longest < std::max(2 * rules_.records_max, kRecordsMin);
  };
  return changed_.wait(lock, stop, room);
}

void ShardQueue::add(std::vector<Entry> entries, const std::string& position) {
  const std::lock_guard lock(mutex_);
  for (Entry& entry : entries) {
    Lane& lane = lanes_[entry.lane];
    if (!later(entry.record.sequence_number, lane.done.position)) continue;
    if (lane.records.empty()) lane.due = Deadline::in(rules_.window);
    bytes_ += event_bytes(entry.record);
    arrived_ = std::max(arrived_, entry.record.arrival);
    lane.records.push_back(std::move(entry.record));
  }
  read_ = position;
  changed_.notify_all();
}

void ShardQueue::arrived_until(Timestamp time) {
  const std::lock_guard lock(mutex_);
  arrived_ = std::max(arrived_, time);
  changed_.notify_all();
}

void ShardQueue::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

bool ShardQueue::all_idle() const { return std::ranges::all_of(lanes_, &Lane::idle); }

bool ShardQueue::idle() const {
  const std::lock_guard lock(mutex_);
  return all_idle();
}

bool ShardQueue::wait_until_idle(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto no_window = [](const Lane& lane) { return !lane.done.window; };
  return changed_.wait(lock, stop, [&] { return all_idle() && std::ranges::all_of(lanes_, no_window); });
}

Timestamp ShardQueue::window_start(const StreamRecord& record) const {
  return Timestamp{record.arrival.time_since_epoch() / rules_.tumbling * rules_.tumbling};
}

bool ShardQueue::window_over(const Lane& lane) const {
  if (!lane.done.window) return false;
  const Timestamp end = lane.done.window->start + rules_.tumbling;
  return lane.records.empty() ? ended_ || arrived_ >= end : lane.records.front().arrival >= end;
}

// How many records the next batch has; `full`: waiting longer adds none.
size_t ShardQueue::batch_size(const Lane& lane, bool& full) const {
  size_t count = 0, bytes = 0;
  const bool windowed = rules_.tumbling.count() > 0;
  for (const StreamRecord& record : lane.records) {
    bytes += event_bytes(record);
    full = count == rules_.records_max || (count > 0 && bytes > rules_.bytes_max) ||
           (windowed && window_start(record) != window_start(lane.records.front()));
    if (full) return count;
    ++count;
  }
  full = count == rules_.records_max || bytes >= rules_.bytes_max ||
         (windowed && count > 0 && arrived_ >= window_start(lane.records.front()) + rules_.tumbling);
  return count;
}

std::optional<ShardQueue::Batch> ShardQueue::ready(Lane& lane) {
  if (window_over(lane)) {
    lane.busy = true;
    return Batch{.window = lane.done.window, .closes_window = true};
  }
  bool full = false;
  const size_t count = batch_size(lane, full);
  if (count == 0 || !(full || ended_ || lane.due.passed())) return std::nullopt;
  Batch batch;
  if (rules_.tumbling.count() > 0) {
    batch.window = lane.done.window ? lane.done.window : Window{.start = window_start(lane.records.front())};
  }
  for (size_t i = 0; i < count; ++i) {
    bytes_ -= event_bytes(lane.records.front());
    batch.records.push_back(std::move(lane.records.front()));
    lane.records.pop_front();
  }
  lane.busy = true;
  if (!lane.records.empty()) lane.due = Deadline::in(rules_.window);
  changed_.notify_all();
  return batch;
}

std::optional<ShardQueue::Batch> ShardQueue::take(size_t number, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  Lane& lane = lanes_[number];
  while (!stop.stop_requested()) {
    if (auto batch = ready(lane)) return batch;
    if (ended_ && lane.records.empty()) return std::nullopt;
    const auto due = lane.records.empty() ? Deadline::never() : lane.due;
    changed_.wait_until(lock, stop, due.at(), [&, before = lane.records.size(), arrived = arrived_] {
      return lane.records.size() != before || arrived_ != arrived || ended_;
    });
  }
  return std::nullopt;
}

void ShardQueue::handled(size_t number, std::span<const StreamRecord> records, const std::optional<Window>& window) {
  const std::lock_guard lock(mutex_);
  Lane& lane = lanes_[number];
  lane.done.window = window;
  const auto whole = std::ranges::find_if(records.rbegin(), records.rend(), &StreamRecord::completes);
  if (whole != records.rend()) lane.done.position = whole->sequence_number;
}

void ShardQueue::release(size_t number) {
  const std::lock_guard lock(mutex_);
  lanes_[number].busy = false;
  changed_.notify_all();
}

ShardProgress ShardQueue::progress() const {
  const std::lock_guard lock(mutex_);
  ShardProgress progress;
  for (const Lane& lane : lanes_) {
    progress.lanes.push_back(lane.done);
    if (lane.idle() && later(read_, lane.done.position)) progress.lanes.back().position = read_;
  }
  return progress;
}

}  // namespace standpipe::lambda
