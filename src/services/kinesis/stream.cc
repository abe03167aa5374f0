#include "services/kinesis/stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"

namespace standpipe::kinesis {

std::optional<StreamName> parse_stream_arn(std::string_view arn) {
  const auto parts = split(arn, ':');
  if (parts.size() != 6 || parts[0] != "arn" || parts[1] != "aws" || parts[2] != "kinesis") return std::nullopt;
  if (!parts[5].starts_with("stream/")) return std::nullopt;
  StreamName name{parts[4], parts[3], parts[5].substr(7)};
  if (name.name.empty() || name.name.find('/') != std::string::npos) return std::nullopt;
  return name;
}

std::optional<ConsumerName> parse_consumer_arn(std::string_view arn) {
  constexpr std::string_view kPart = "/consumer/";
  const size_t part = arn.find(kPart);
  if (part == std::string_view::npos) return std::nullopt;
  const std::string_view rest = arn.substr(part + kPart.size());
  const size_t colon = rest.find(':');
  const auto stream = parse_stream_arn(arn.substr(0, part));
  const auto created = parse_int(rest.substr(colon == std::string_view::npos ? rest.size() : colon + 1));
  if (!stream || !created || colon == 0) return std::nullopt;
  return ConsumerName{*stream, std::string(rest.substr(0, colon)), *created};
}

std::string StreamShard::shard_id(ShardNumber number) { return fmt::format("shardId-{:012}", number); }

std::optional<ShardNumber> StreamShard::parse_id(std::string_view shard_id) {
  const size_t hyphen = shard_id.find('-');
  if (hyphen != std::string_view::npos) shard_id.remove_prefix(hyphen + 1);
  const bool digits = std::ranges::all_of(shard_id, [](char byte) { return byte >= '0' && byte <= '9'; });
  const auto number = digits ? parse_int(shard_id) : std::nullopt;
  if (!number || *number > INT32_MAX) return std::nullopt;
  return static_cast<ShardNumber>(*number);
}

std::string StreamShard::full_id(std::string_view id) {
  const auto number = parse_id(id);
  return number ? shard_id(*number) : std::string(id);
}

StreamShard* StreamState::find_shard(ShardNumber number) {
  const auto found = std::ranges::lower_bound(shards, number, {}, &StreamShard::number);
  return found != shards.end() && found->number == number ? &*found : nullptr;
}

const StreamShard* StreamState::find_shard(ShardNumber number) const {
  return const_cast<StreamState*>(this)->find_shard(number);
}

const StreamShard* StreamState::find_shard(std::string_view id) const {
  const auto number = StreamShard::parse_id(id);
  return number ? find_shard(*number) : nullptr;
}

ConsumerName StreamState::name_of(const StreamConsumer& consumer) const {
  return {name, consumer.name, epoch_ms(consumer.created) / 1000};
}

const StreamConsumer* StreamState::find_consumer(const ConsumerName& consumer) const {
  const auto found = consumers.find(consumer.name);
  if (found == consumers.end() || name_of(found->second).created_s != consumer.created_s) return nullptr;
  return &found->second;
}

std::vector<const StreamShard*> StreamState::open_shards() const {
  std::vector<const StreamShard*> found;
  for (const StreamShard& shard : shards) {
    if (shard.open()) found.push_back(&shard);
  }
  std::ranges::sort(found, {}, [](const StreamShard* shard) { return shard->range.from; });
  return found;
}

std::vector<const StreamShard*> StreamState::children_of(ShardNumber parent) const {
  std::vector<const StreamShard*> found;
  for (const StreamShard& shard : shards) {
    if (std::ranges::find(shard.parents, parent) != shard.parents.end()) found.push_back(&shard);
  }
  return found;
}

size_t StreamState::open_count() const {
  return static_cast<size_t>(std::ranges::count_if(shards, &StreamShard::open));
}

Timestamp StreamState::horizon(Timestamp now) const {
  return std::max(created, now - std::chrono::hours(retention_hours));
}

}  // namespace standpipe::kinesis
