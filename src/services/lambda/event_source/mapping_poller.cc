#include "services/lambda/event_source/mapping_poller.h"

#include <algorithm>

namespace standpipe::lambda {
namespace {

constexpr Duration kPauseFirst{100}, kPauseMax = std::chrono::seconds(5);

std::vector<kinesis::Shard> list_shards(const aws::Calls& calls, const std::string& stream_arn) {
  std::vector<kinesis::Shard> shards;
  kinesis::ListShardsInput input{.stream_arn = stream_arn};
  for (;;) {
    auto page = calls.call(input);
    if (page.shards) std::ranges::move(*page.shards, std::back_inserter(shards));
    if (!page.next_token) return shards;
    input = {.next_token = page.next_token};
  }
}

}  // namespace

MappingPoller::MappingPoller(const Surroundings& surroundings, StoredMapping mapping, std::function<void()> opened,
                             std::function<void(const std::string&)> report)
    : surroundings_(surroundings),
      mapping_(std::move(mapping)),
      opened_(std::move(opened)),
      report_(std::move(report)),
      thread_("lambda mapping", [this](std::stop_token stop) { run(std::move(stop)); }) {}

MappingPoller::~MappingPoller() {
  stop();
  thread_.join();
  shards_.clear();  // while there is still something for them to tell their end to
}

void MappingPoller::stop() {
  thread_.stop();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const auto& [shard, poller] : shards_) poller->stop();
}

void MappingPoller::run(std::stop_token stop) {
  bool told = false;
  const auto tell = [&] {
    if (!std::exchange(told, true)) opened_();
  };
  for (Duration wait = kPauseFirst; !stop.stop_requested();) {
    try {
      clear_ended();
      open_shards();
      tell();
      wait = kPauseFirst;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [&] { return !ended_.empty(); });
      continue;
    } catch (const std::exception& error) {
      report_("PROBLEM: " + std::string(error.what()));
    }
    tell();
    pause(Deadline::in(wait), stop);
    wait = std::min(wait * 2, kPauseMax);
  }
}

void MappingPoller::end(const std::string& shard) {
  const std::lock_guard lock(mutex_);
  ended_.insert(shard);
  changed_.notify_all();
}

void MappingPoller::clear_ended() {
  std::vector<std::unique_ptr<ShardPoller>> ended;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  for (const std::string& shard : ended_) ended.push_back(std::move(shards_.extract(shard).mapped()));
  ended_.clear();
}

void MappingPoller::open_shards() {
  const aws::Calls calls = calls_as(surroundings_, mapping_);
  const auto summary = calls.call(kinesis::DescribeStreamSummaryInput{.stream_arn = mapping_.stream_arn()});
  const Duration retention = std::chrono::hours(summary.stream_description_summary.retention_period_hours);
  const std::vector<kinesis::Shard> shards = list_shards(calls, mapping_.stream_arn());
  std::map<std::string, bool> finished;
  for (const kinesis::Shard& shard : shards) {
    finished[shard.shard_id] = find_progress(surroundings_.metadata, mapping_, shard.shard_id).finished;
  }
  // A parent that is not listed has nothing left to read.
  const auto done = [&](const std::optional<std::string>& parent) {
    const auto found = parent ? finished.find(*parent) : finished.end();
    return found == finished.end() || found->second;
  };
  for (const kinesis::Shard& shard : shards) {
    const std::string& id = shard.shard_id;
    if (finished[id] || !done(shard.parent_shard_id) || !done(shard.adjacent_parent_shard_id)) continue;
    if (shards_.contains(id)) continue;
    auto poller =
        std::make_unique<ShardPoller>(surroundings_, mapping_, id, retention, report_, [this, id] { end(id); });
    const std::lock_guard lock(mutex_);
    if (stopped_) poller->stop();
    shards_.emplace(id, std::move(poller));
  }
}

}  // namespace standpipe::lambda
