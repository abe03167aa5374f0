#include "services/lambda/event_source/shard_poller.h"

#include <algorithm>

#include "base/logging.h"
#include "storage/checksum.h"
#include "streamlog/aggregated_record.h"

namespace standpipe::lambda {
namespace {

constexpr Duration kReadTime = std::chrono::minutes(1);
constexpr Duration kPauseFirst{100}, kPauseMax = std::chrono::seconds(5);
// A record is readable so soon after its arrival: a window is over when no earlier record can come any more.
constexpr Duration kArrivalGrace{1000};

BatchRules batch_rules(const StoredMapping& mapping) {
  return {.records_max = static_cast<size_t>(mapping.batch_size),
          .window = std::chrono::seconds(mapping.batching_window_s),
          .tumbling = std::chrono::seconds(mapping.tumbling_window_s)};
}

}  // namespace

ShardPoller::ShardPoller(const Surroundings& surroundings, const StoredMapping& mapping, const std::string& shard,
                         Duration retention, std::function<void(const std::string&)> report,
                         std::function<void()> at_end)
    : surroundings_(surroundings),
      mapping_(mapping),
      origin_{.source_arn = mapping.source_arn, .region = mapping.region, .shard_id = shard, .role_arn = {}},
      from_(find_progress(surroundings.metadata, mapping, shard)),
      queue_(batch_rules(mapping), from_),
      ground_{surroundings, mapping, origin_, queue_, retention, [this] { note(false); }, std::move(report)},
      at_end_(std::move(at_end)),
      source_(open_source(surroundings, mapping, shard)) {
  for (const std::string& pattern : mapping.filters) filters_.push_back(EventPattern::parse(pattern));
  for (size_t i = 0; i < from_.lanes.size(); ++i) lanes_.emplace_back(ground_, i);
  for (Lane& lane : lanes_) {
    threads_.emplace_back("lambda lane", [&lane](std::stop_token stop) { lane.run(std::move(stop)); });
  }
  threads_.emplace_back("lambda shard", [this](std::stop_token stop) { read(std::move(stop)); });
}

ShardPoller::~ShardPoller() {
  stop();
  for (Background& thread : threads_) thread.join();
}

void ShardPoller::stop() {
  for (Background& thread : threads_) thread.stop();
}

void ShardPoller::read(std::stop_token stop) {
  std::string position = from_.position();
  Duration wait = kPauseFirst;
  while (queue_.wait_for_room(stop) && !stop.stop_requested()) {
    try {
      if (!read_once(position, stop)) break;
      wait = kPauseFirst;
    } catch (const std::exception& error) {
      ground_.report("PROBLEM: " + std::string(error.what()));
      if (!pause(Deadline::in(wait), stop)) return;
      wait = std::min(wait * 2, kPauseMax);
    }
  }
  if (stop.stop_requested()) return;
  queue_.end();
  if (!queue_.wait_until_idle(stop)) return;
  note(true);
  at_end_();
}

bool ShardPoller::read_once(std::string& position, std::stop_token stop) {
  const ShardRead found = source_->read(position, next_look(), std::move(stop));
  std::vector<ShardQueue::Entry> entries;
  for (const kinesis::Record& record : found.records) add(record, found.role_arn, entries);
  if (!found.records.empty()) {
    position = found.records.back().sequence_number;
    const bool all_filtered = entries.empty();
    const Timestamp arrived = found.records.back().approximate_arrival_timestamp.value_or(Timestamp{});
    queue_.add(std::move(entries), position);
    queue_.arrived_until(arrived);
    if (all_filtered && queue_.idle()) note(false);
  }
  if (found.caught_up) queue_.arrived_until(surroundings_.clock.now() - kArrivalGrace);
  return !found.finished;
}

// Reads are woken by records; windows end by time.
Deadline ShardPoller::next_look() const {
  if (mapping_.tumbling_window_s == 0) return Deadline::in(kReadTime);
  const Duration length = std::chrono::seconds(mapping_.tumbling_window_s);
  const Duration into = (surroundings_.clock.now() - kArrivalGrace).time_since_epoch() % length;
  return Deadline::in(std::min(length - into + Duration{1}, kReadTime));
}

// With enhanced fan-out Lambda takes apart what producers packed; records read by GetRecords reach the function as they
// are.
void ShardPoller::add(const kinesis::Record& record, const std::string& role_arn,
                      std::vector<ShardQueue::Entry>& entries) const {
  RecordOrigin origin = origin_;
  origin.role_arn = role_arn;
  const Timestamp arrival = record.approximate_arrival_timestamp.value_or(surroundings_.clock.now());
  const size_t before = entries.size();
  const auto add_one = [&](RecordContent content) {
    if (!passes(origin, record, content)) return;
    StreamRecord made = make_record(origin, record.sequence_number, arrival, content);
    made.completes = false;
    entries.push_back({fast_crc32c(content.partition_key) % lanes_.size(), std::move(made)});
  };
  const std::string key = record.partition_key.value_or("");
  const auto packed = mapping_.fan_out() ? deaggregate(record.data.bytes) : std::nullopt;
  if (packed) {
    for (const PackedRecord& one : *packed) add_one({one.partition_key, one.data});
  } else {
    add_one({key, record.data.bytes});
  }
  for (size_t i = before; i < entries.size(); ++i) {
    entries[i].record.completes = std::none_of(entries.begin() + static_cast<std::ptrdiff_t>(i) + 1, entries.end(),
                                               [&](const auto& later) { return later.lane == entries[i].lane; });
  }
}

bool ShardPoller::passes(const RecordOrigin& origin, const kinesis::Record& record, RecordContent content) const {
  if (filters_.empty()) return true;
  const json::Value view = filtered_view(origin, record.sequence_number,
                                         record.approximate_arrival_timestamp.value_or(Timestamp{}), content);
  return std::ranges::any_of(filters_, [&](const EventPattern& filter) { return filter.matches(view); });
}

void ShardPoller::note(bool finished) {
  try {
    note_progress(surroundings_.metadata, mapping_.uuid, origin_.shard_id, [&] {
      ShardProgress progress = queue_.progress();
      progress.finished = finished;
      return progress;
    });
  } catch (const std::exception& error) {
    // Progress that is not noted is made again after a crash; the next note has it too.
    logging::error("lambda: progress of {}: {}", mapping_.arn(), error.what());
  }
}

}  // namespace standpipe::lambda
