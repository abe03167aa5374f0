// A stream as metadata keeps it, and its shards. Value types; a changed stream is a new one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "services/kinesis/hash_key.h"
#include "streamlog/streamlog.h"

namespace standpipe::kinesis {

// Where a stream belongs; its name is unique in it.
struct StreamName {
  std::string account, region, name;
  auto operator<=>(const StreamName&) const = default;
  std::string arn() const { return "arn:aws:kinesis:" + region + ":" + account + ":stream/" + name; }
};
// nullopt if the text is not the ARN of a stream.
std::optional<StreamName> parse_stream_arn(std::string_view arn);

struct StreamShard {
  ShardNumber number = 0;
  HashRange range;
  Timestamp created{};
  int64_t epoch_s = 0;  // what its sequence numbers begin with: later than that of every shard before
  std::vector<ShardNumber> parents = {};         // of a split one; of a merge two, the second is the adjacent one
  std::optional<Timestamp> closed = std::nullopt;  // by resharding; readable until its records are too old
  std::string id() const { return shard_id(number); }
  bool open() const { return !closed; }
  bool covers(HashKey key) const { return range.from <= key && key <= range.to; }
  static std::string shard_id(ShardNumber number);                       // shardId-000000000007
  // Also of what AWS takes for a shard's name: "shardId-7", "x-7", "7".
  static std::optional<ShardNumber> parse_id(std::string_view shard_id);
  static std::string full_id(std::string_view shard_id);  // as it is, if it is none
};

// Reads shards by subscription, with its own throughput.
struct StreamConsumer {
  std::string name;
  Timestamp created{};  // tells a consumer from an earlier one of its name
  std::map<std::string, std::string> tags = {};
  std::string policy = {};
};

// A consumer as its ARN names it, whether it exists or not.
struct ConsumerName {
  StreamName stream;
  std::string name;
  int64_t created_s = 0;
  std::string arn() const { return stream.arn() + "/consumer/" + name + ":" + std::to_string(created_s); }
};
std::optional<ConsumerName> parse_consumer_arn(std::string_view arn);

struct StreamState {
  StreamName name;
  StreamId log;  // the stream log's id; a stream created again under its old name has another one
  Timestamp created{};
  bool on_demand = false;
  int32_t retention_hours = 24;
  int32_t record_kib_max = 1024;
  std::map<std::string, std::string> tags;
  std::vector<StreamShard> shards;    // by number; those of no use any more are gone from the list
  std::vector<Timestamp> scalings;      // UpdateShardCount of the last 24 hours
  std::vector<Timestamp> mode_changes;  // UpdateStreamMode, likewise
  std::optional<int32_t> warm_mibps;    // throughput that an on-demand stream was asked to be ready for
  std::set<std::string> shard_metrics;  // published shard by shard
  std::string policy;                   // who else may use the stream; empty: nobody
  std::map<std::string, StreamConsumer> consumers;  // by name

  StreamShard* find_shard(ShardNumber number);
  const StreamShard* find_shard(ShardNumber number) const;
  const StreamShard* find_shard(std::string_view shard_id) const;
  const StreamConsumer* find_consumer(const ConsumerName& consumer) const;  // nullptr: none, or another of its name
  ConsumerName name_of(const StreamConsumer& consumer) const;
  std::vector<const StreamShard*> open_shards() const;  // by range
  std::vector<const StreamShard*> children_of(ShardNumber parent) const;
  size_t open_count() const;
  // Records before this time are gone.
  Timestamp horizon(Timestamp now) const;
  bool visible(const StreamShard& shard, Timestamp now) const {
    return shard.open() || *shard.closed > now - std::chrono::hours(retention_hours);
  }
  size_t record_bytes_max() const { return static_cast<size_t>(record_kib_max) * 1024; }
};

std::string print_stream(const StreamState& stream);
StreamState parse_stream(const StreamName& name, std::string_view document);

}  // namespace standpipe::kinesis
