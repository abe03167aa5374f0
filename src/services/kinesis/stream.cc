#include "services/kinesis/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/bytes.h"
#include "base/json.h"

namespace standpipe::kinesis {
namespace {

const json::Value& member(const json::Value& value, std::string_view name) {
  const json::Value* found = value.find(name);
  if (found == nullptr) throw std::runtime_error("stored stream lacks " + std::string(name));
  return *found;
}

constexpr std::string_view kShardPrefix = "shardId-";
constexpr size_t kShardDigits = 12;

}  // namespace

std::optional<StreamName> parse_stream_arn(std::string_view arn) {
  const auto parts = split(arn, ':');
  if (parts.size() != 6 || parts[0] != "arn" || parts[1] != "aws" || parts[2] != "kinesis") return std::nullopt;
  if (!parts[5].starts_with("stream/")) return std::nullopt;
  StreamName name{parts[4], parts[3], parts[5].substr(7)};
  if (name.name.empty() || name.name.find('/') != std::string::npos) return std::nullopt;
  return name;
}

std::string StreamShard::shard_id(ShardNumber number) { return fmt::format("shardId-{:012}", number); }

std::optional<ShardNumber> StreamShard::parse_id(std::string_view shard_id) {
  if (!shard_id.starts_with(kShardPrefix)) return std::nullopt;
  shard_id.remove_prefix(kShardPrefix.size());
  if (shard_id.size() != kShardDigits) return std::nullopt;
  const auto number = parse_int(shard_id);
  if (!number || *number < 0 || *number > UINT32_MAX) return std::nullopt;
  return static_cast<ShardNumber>(*number);
}

const StreamShard& StreamState::shard_of(HashKey key) const {
  const auto first_key = [](const StreamShard& shard) { return shard.range.from; };
  return *std::prev(std::ranges::upper_bound(shards, key, {}, first_key));
}

const StreamShard* StreamState::find_shard(std::string_view id) const {
  const auto number = StreamShard::parse_id(id);
  return number && *number < shards.size() ? &shards[*number] : nullptr;
}

std::string print_stream(const StreamState& stream) {
  json::Object tags;
  for (const auto& [key, value] : stream.tags) tags.append(key, value);
  json::Array shards;
  for (const StreamShard& shard : stream.shards) {
    shards.push_back(json::Object{{"from", print_hash_key(shard.range.from)},
                                  {"to", print_hash_key(shard.range.to)},
                                  {"created", epoch_ms(shard.created)}});
  }
  return json::print(json::Object{{"log", stream.log},
                                  {"created", epoch_ms(stream.created)},
                                  {"onDemand", stream.on_demand},
                                  {"retentionHours", stream.retention_hours},
                                  {"recordKibMax", stream.record_kib_max},
                                  {"tags", std::move(tags)},
                                  {"shards", std::move(shards)}});
}

StreamState parse_stream(const StreamName& name, std::string_view document) {
  const json::Value stored = json::parse(document);
  StreamState stream;
  stream.name = name;
  stream.log = member(stored, "log").string();
  stream.created = from_epoch_ms(member(stored, "created").integer());
  stream.on_demand = member(stored, "onDemand").boolean();
  stream.retention_hours = static_cast<int32_t>(member(stored, "retentionHours").integer());
  stream.record_kib_max = static_cast<int32_t>(member(stored, "recordKibMax").integer());
  for (const auto& [key, value] : member(stored, "tags").object()) stream.tags.emplace(key, value.string());
  for (const json::Value& shard : member(stored, "shards").array()) {
    const auto from = parse_hash_key(shard.text("from")), to = parse_hash_key(shard.text("to"));
    if (!from || !to) throw std::runtime_error("stored stream has a bad hash range");
    stream.shards.push_back({static_cast<ShardNumber>(stream.shards.size()), {*from, *to},
                             from_epoch_ms(member(shard, "created").integer())});
  }
  if (stream.shards.empty()) throw std::runtime_error("stored stream has no shards");
  return stream;
}

}  // namespace standpipe::kinesis
