#include "services/kinesis/shard_tree.h"

#include <gtest/gtest.h>

#include <random>

#include "services/kinesis/shown.h"

namespace standpipe::kinesis {
namespace {

const Timestamp kStart = from_epoch_ms(1'700'000'000'000);

StreamState stream_of(uint32_t shards) {
  StreamState stream;
  stream.created = kStart;
  for (const HashRange& range : divide(shards)) {
    stream.shards.push_back(
        {static_cast<ShardNumber>(stream.shards.size()), range, kStart, epoch_ms(kStart) / 1000});
  }
  return stream;
}

// Open shards cover every key once; children come after their parents in every respect.
void check_tree(const StreamState& stream) {
  const auto open = stream.open_shards();
  ASSERT_FALSE(open.empty());
  EXPECT_EQ(open.front()->range.from, HashKey{0});
  EXPECT_EQ(open.back()->range.to, kHashKeyMax);
  for (size_t i = 1; i < open.size(); ++i) EXPECT_TRUE(open[i - 1]->range.to + 1 == open[i]->range.from);
  for (const StreamShard& shard : stream.shards) {
    EXPECT_LE(shard.parents.size(), 2u);
    for (const ShardNumber number : shard.parents) {
      const StreamShard* parent = stream.find_shard(number);
      ASSERT_NE(parent, nullptr);
      EXPECT_FALSE(parent->open());
      EXPECT_LT(parent->number, shard.number);
      EXPECT_LT(ending_sequence_number(*parent), starting_sequence_number(shard));
      EXPECT_GE(shard.created, parent->created);
    }
  }
}

TEST(ShardTree, SplitsInTwo) {
  StreamState stream = stream_of(1);
  split(stream, 0, 1000, kStart);
  ASSERT_EQ(stream.shards.size(), 3u);
  EXPECT_EQ(stream.shards[0].closed, kStart);
  EXPECT_TRUE(stream.shards[1].range.to == 999 && stream.shards[2].range.from == 1000);
  EXPECT_EQ(stream.shards[2].parents, std::vector<ShardNumber>{0});
  check_tree(stream);
}

TEST(ShardTree, MergesInEitherOrder) {
  StreamState stream = stream_of(3);
  merge(stream, 1, 0, kStart);
  EXPECT_EQ(stream.shards.back().parents, (std::vector<ShardNumber>{1, 0}));
  merge(stream, 3, 2, kStart);
  EXPECT_EQ(stream.open_count(), 1u);
  check_tree(stream);
}

TEST(ShardTree, ScalesToEveryCountWithinItsLimits) {
  for (uint32_t before = 1; before <= 12; ++before) {
    for (uint32_t after = (before + 1) / 2; after <= 2 * before; ++after) {
      StreamState stream = stream_of(before);
      scale(stream, after, kStart + Duration{5});
      check_tree(stream);
      ASSERT_EQ(stream.open_count(), after) << before;
      const HashKey size = kHashKeyMax / after;
      for (const StreamShard* shard : stream.open_shards()) {
        const HashKey has = shard->range.to - shard->range.from;
        EXPECT_TRUE((has > size ? has - size : size - has) < size / 1000) << before << " to " << after;
      }
    }
  }
}

TEST(ShardTree, DoublingSplitsEachShardAndNothingElse) {
  StreamState stream = stream_of(3);
  scale(stream, 6, kStart);
  EXPECT_EQ(stream.shards.size(), 9u);
  scale(stream, 3, kStart);
  EXPECT_EQ(stream.shards.size(), 12u);
  scale(stream, 3, kStart);
  EXPECT_EQ(stream.shards.size(), 12u);
  check_tree(stream);
}

TEST(ShardTree, ScalesWhatWasSplitByHand) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    StreamState stream = stream_of(1 + random() % 4);
    for (int step = 0; step < 12; ++step) {
      const auto open = stream.open_shards();
      const StreamShard& shard = *open[random() % open.size()];
      const HashKey width = shard.range.to - shard.range.from;
      const HashKey inside = (HashKey{random()} << 64 | random()) % (width - 4);
      split(stream, shard.number, shard.range.from + 2 + inside, kStart);
    }
    check_tree(stream);
    const auto target = static_cast<uint32_t>(stream.open_count()) + static_cast<uint32_t>(random() % 8);
    scale(stream, target, kStart);
    check_tree(stream);
    EXPECT_EQ(stream.open_count(), target);
  }
}

TEST(ShardTree, ForgetsShardsWhoseRecordsAreGone) {
  StreamState stream = stream_of(1);
  scale(stream, 2, kStart);
  scale(stream, 1, kStart + std::chrono::hours(1));
  const Timestamp later = kStart + std::chrono::hours(24) + std::chrono::minutes(30);
  forget_old_shards(stream, later);
  ASSERT_EQ(stream.shards.size(), 3u);
  EXPECT_EQ(stream.find_shard(ShardNumber{0}), nullptr);
  ASSERT_NE(stream.find_shard(ShardNumber{3}), nullptr);
  EXPECT_EQ(parse_stream(stream.name, print_stream(stream)).shards.size(), 3u);
  EXPECT_EQ(*parse_stream(stream.name, print_stream(stream)).find_shard(ShardNumber{1})->closed,
            kStart + std::chrono::hours(1));
}

}  // namespace
}  // namespace standpipe::kinesis
