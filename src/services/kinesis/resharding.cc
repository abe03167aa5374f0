// SplitShard, MergeShards, UpdateShardCount: who may be split or merged, and how often.
#include <fmt/format.h>

#include <algorithm>

#include "services/kinesis/naming.h"
#include "services/kinesis/shard_tree.h"

namespace standpipe::kinesis {
namespace {

constexpr size_t kScalingsMax = 10;
constexpr int32_t kShardsOfStreamMax = 10'000;
constexpr Duration kDay = std::chrono::hours(24);

std::string under(const StreamName& name) { return "in stream " + name.name + " under account " + name.account; }

void check_provisioned(const StreamState& stream) {
  if (!stream.on_demand) return;
  throw ValidationException(fmt::format("Request is invalid. Stream {} under account {} is in On-Demand mode.",
                                        stream.name.name, stream.name.account));
}

const StreamShard& named_shard(const StreamState& stream, const std::string& id, Timestamp now) {
  const StreamShard* shard = stream.find_shard(id);
  if (shard == nullptr || !stream.visible(*shard, now)) {
    throw ResourceNotFoundException("Could not find shard " + StreamShard::full_id(id) + " " + under(stream.name) +
                                    ".");
  }
  return *shard;
}

const StreamShard& open_shard(const StreamState& stream, const std::string& id, Timestamp now) {
  const StreamShard& shard = named_shard(stream, id, now);
  if (shard.open()) return shard;
  throw InvalidArgumentException("Shard " + shard.id() + " " + under(stream.name) +
                                 " has already been merged or split, and thus is not eligible for merging or "
                                 "splitting.");
}

bool follows(const HashRange& upper, const HashRange& lower) {
  return lower.to != kHashKeyMax && lower.to + 1 == upper.from;
}

void check_target(const StreamState& stream, int32_t target) {
  const auto open = static_cast<int32_t>(stream.open_count());
  const std::string counts = fmt::format("Current open shard count: {} Target shard count: {}", open, target);
  if (target > kShardsOfStreamMax) {
    throw LimitExceededException(fmt::format(
        "Target shard count or number of open shards cannot be greater than {}. {}", kShardsOfStreamMax, counts));
  }
  if (target > 2 * open) {
    throw LimitExceededException("UpdateShardCount cannot scale up over double your current open shard count. " +
                                 counts);
  }
  if (2 * target < open) {
    throw LimitExceededException("UpdateShardCount cannot scale down below half your current open shard count. " +
                                 counts);
  }
}

}  // namespace

SplitShardOutput Kinesis::split_shard(const aws::Request& request, const SplitShardInput& input) {
  const StreamName name = stream(request, input)->state.name;
  check_shard_limit(name, 1);
  change(name, [&](StreamState& state) {
    const Timestamp now = clock_.now();
    check_provisioned(state);
    const StreamShard& shard = open_shard(state, input.shard_to_split, now);
    const auto at = parse_hash_key(input.new_starting_hash_key);
    if (!at || *at <= shard.range.from + 1 || *at >= shard.range.to) {
      throw InvalidArgumentException(fmt::format(
          "NewStartingHashKey {} used in SplitShard() on shard {} {} is not both greater than one plus the shard's "
          "StartingHashKey {} and less than the shard's EndingHashKey {}.",
          input.new_starting_hash_key, shard.id(), under(name), print_hash_key(shard.range.from),
          print_hash_key(shard.range.to)));
    }
    forget_old_shards(state, now);
    split(state, *StreamShard::parse_id(input.shard_to_split), *at, now);
  });
  return {};
}

MergeShardsOutput Kinesis::merge_shards(const aws::Request& request, const MergeShardsInput& input) {
  const StreamName name = stream(request, input)->state.name;
  change(name, [&](StreamState& state) {
    const Timestamp now = clock_.now();
    check_provisioned(state);
    const StreamShard& one = open_shard(state, input.shard_to_merge, now);
    const StreamShard& other = open_shard(state, input.adjacent_shard_to_merge, now);
    if (!follows(one.range, other.range) && !follows(other.range, one.range)) {
      throw InvalidArgumentException(fmt::format("Shards {} and {} {} are not an adjacent pair of shards eligible for "
                                                 "merging", one.id(), other.id(), under(name)));
    }
    const ShardNumber first = one.number, second = other.number;
    forget_old_shards(state, now);
    merge(state, first, second, now);
  });
  return {};
}

UpdateShardCountOutput Kinesis::update_shard_count(const aws::Request& request, const UpdateShardCountInput& input) {
  const StreamName name = stream(request, input)->state.name;
  const int32_t target = input.target_shard_count;
  int32_t before = 0;
  change(name, [&](StreamState& state) {
    const Timestamp now = clock_.now();
    check_provisioned(state);
    before = static_cast<int32_t>(state.open_count());
    check_target(state, target);
    if (target > before) check_shard_limit(name, target - before);
    std::erase_if(state.scalings, [&](Timestamp made) { return made <= now - kDay; });
    if (options_.limit_throughput && state.scalings.size() >= kScalingsMax) {
      throw LimitExceededException(fmt::format("UpdateShardCount can be called at most {} times in a rolling 24-hour "
                                               "period for stream {} under account {}.",
                                               kScalingsMax, name.name, name.account));
    }
    state.scalings.push_back(now);
    forget_old_shards(state, now);
    scale(state, static_cast<uint32_t>(target), now);
  });
  return {name.name, before, target, name.arn()};
}

}  // namespace standpipe::kinesis
