#include "services/kinesis/shard_tree.h"

#include <algorithm>
#include <span>

#include "base/check.h"

namespace standpipe::kinesis {
namespace {

// Boundaries nearer than this to where they should be stay: no shard of a few keys is made for a rounding.
constexpr HashKey kNear = HashKey{1} << 64;

StreamShard& close(StreamState& stream, ShardNumber number, Timestamp now) {
  StreamShard* shard = stream.find_shard(number);
  check(shard != nullptr && shard->open(), "only open shards are split or merged");
  shard->closed = now;
  return *shard;
}

ShardNumber add(StreamState& stream, HashRange range, std::vector<ShardNumber> parents, Timestamp now) {
  StreamShard child;
  child.number = stream.shards.back().number + 1;
  child.range = range;
  child.created = now;
  child.epoch_s = epoch_ms(now) / 1000;
  for (const ShardNumber parent : parents) {
    child.epoch_s = std::max(child.epoch_s, stream.find_shard(parent)->epoch_s + 1);
  }
  child.parents = std::move(parents);
  stream.shards.push_back(std::move(child));
  return stream.shards.back().number;
}

// Splits in the middle of the cuts first, so that there are few generations.
void split_at_all(StreamState& stream, ShardNumber shard, std::span<const HashKey> cuts, Timestamp now) {
  if (cuts.empty()) return;
  const size_t middle = cuts.size() / 2;
  split(stream, shard, cuts[middle], now);
  const ShardNumber upper = stream.shards.back().number;
  split_at_all(stream, upper - 1, cuts.first(middle), now);
  split_at_all(stream, upper, cuts.subspan(middle + 1), now);
}

void merge_all(StreamState& stream, std::vector<ShardNumber> shards, Timestamp now) {
  while (shards.size() > 1) {
    std::vector<ShardNumber> merged;
    for (size_t i = 0; i + 1 < shards.size(); i += 2) {
      merge(stream, shards[i], shards[i + 1], now);
      merged.push_back(stream.shards.back().number);
    }
    if (shards.size() % 2 == 1) merged.push_back(shards.back());
    shards = std::move(merged);
  }
}

// Where each of `count` equal shards begins, or the boundary of today that is as good.
std::vector<HashKey> boundaries(const StreamState& stream, uint32_t count) {
  std::vector<HashKey> starts;
  for (const StreamShard* shard : stream.open_shards()) starts.push_back(shard->range.from);
  std::vector<HashKey> wanted;
  for (const HashRange& range : divide(count)) {
    const auto next = std::ranges::lower_bound(starts, range.from > kNear ? range.from - kNear : 0);
    const bool near = next != starts.end() && (*next <= range.from || *next - range.from <= kNear);
    wanted.push_back(near ? *next : range.from);
  }
  return wanted;
}

}  // namespace

void split(StreamState& stream, ShardNumber number, HashKey at, Timestamp now) {
  const HashRange whole = close(stream, number, now).range;
  check(whole.from < at && at <= whole.to, "a shard is split inside");
  add(stream, {whole.from, at - 1}, {number}, now);
  add(stream, {at, whole.to}, {number}, now);
}

void merge(StreamState& stream, ShardNumber number, ShardNumber adjacent, Timestamp now) {
  const HashRange one = close(stream, number, now).range, other = close(stream, adjacent, now).range;
  add(stream, {std::min(one.from, other.from), std::max(one.to, other.to)}, {number, adjacent}, now);
}

void scale(StreamState& stream, uint32_t shards, Timestamp now) {
  const std::vector<HashKey> starts = boundaries(stream, shards);
  std::vector<std::pair<ShardNumber, std::vector<HashKey>>> cuts;
  for (const StreamShard* shard : stream.open_shards()) {
    cuts.emplace_back(shard->number, std::vector<HashKey>{});
    std::ranges::copy_if(starts, std::back_inserter(cuts.back().second),
                         [&](HashKey start) { return start != shard->range.from && shard->covers(start); });
  }
  for (const auto& [shard, at] : cuts) split_at_all(stream, shard, at, now);
  std::vector<std::vector<ShardNumber>> groups;
  for (const StreamShard* shard : stream.open_shards()) {
    if (std::ranges::binary_search(starts, shard->range.from)) groups.emplace_back();
    groups.back().push_back(shard->number);
  }
  for (const auto& group : groups) merge_all(stream, group, now);
}

void forget_old_shards(StreamState& stream, Timestamp now) {
  // The newest shard stays whatever it is: it tells the next number.
  const ShardNumber newest = stream.shards.back().number;
  std::erase_if(stream.shards,
                [&](const StreamShard& shard) { return shard.number != newest && !stream.visible(shard, now); });
}

}  // namespace standpipe::kinesis
