// A stream as the JSON document that metadata keeps. What later versions added is absent in older documents.
#include <stdexcept>

#include "base/json.h"
#include "services/kinesis/stream.h"

namespace standpipe::kinesis {
namespace {

const json::Value& member(const json::Value& value, std::string_view name) {
  const json::Value* found = value.find(name);
  if (found == nullptr) throw std::runtime_error("stored stream lacks " + std::string(name));
  return *found;
}

Timestamp time(const json::Value& value) { return from_epoch_ms(value.integer()); }

json::Array print_times(const std::vector<Timestamp>& times) {
  json::Array printed;
  for (const Timestamp moment : times) printed.push_back(epoch_ms(moment));
  return printed;
}

std::vector<Timestamp> parse_times(const json::Value* stored) {
  std::vector<Timestamp> times;
  if (stored == nullptr) return times;
  for (const json::Value& moment : stored->array()) times.push_back(time(moment));
  return times;
}

json::Object print_tags(const std::map<std::string, std::string>& tags) {
  json::Object printed;
  for (const auto& [key, value] : tags) printed.append(key, value);
  return printed;
}

std::map<std::string, std::string> parse_tags(const json::Value& stored) {
  std::map<std::string, std::string> tags;
  for (const auto& [key, value] : stored.object()) tags.emplace(key, value.string());
  return tags;
}

json::Object print_consumer(const StreamConsumer& consumer) {
  return {{"name", consumer.name},
          {"created", epoch_ms(consumer.created)},
          {"tags", print_tags(consumer.tags)},
          {"policy", consumer.policy}};
}

StreamConsumer parse_consumer(const json::Value& stored) {
  return {stored.text("name"), time(member(stored, "created")), parse_tags(member(stored, "tags")),
          stored.text("policy")};
}

json::Object print_shard(const StreamShard& shard) {
  json::Object printed{{"number", static_cast<int64_t>(shard.number)},
                       {"from", print_hash_key(shard.range.from)},
                       {"to", print_hash_key(shard.range.to)},
                       {"created", epoch_ms(shard.created)},
                       {"epoch", shard.epoch_s}};
  if (!shard.parents.empty()) {
    json::Array parents;
    for (const ShardNumber parent : shard.parents) parents.push_back(static_cast<int64_t>(parent));
    printed.append("parents", std::move(parents));
  }
  if (shard.closed) printed.append("closed", epoch_ms(*shard.closed));
  return printed;
}

StreamShard parse_shard(const json::Value& stored, size_t index) {
  StreamShard shard;
  const auto from = parse_hash_key(stored.text("from")), to = parse_hash_key(stored.text("to"));
  if (!from || !to) throw std::runtime_error("stored stream has a bad hash range");
  shard.range = {*from, *to};
  shard.created = time(member(stored, "created"));
  const json::Value* number = stored.find("number");
  shard.number = static_cast<ShardNumber>(number == nullptr ? static_cast<int64_t>(index) : number->integer());
  const json::Value* epoch = stored.find("epoch");
  shard.epoch_s = epoch == nullptr ? epoch_ms(shard.created) / 1000 : epoch->integer();
  if (const json::Value* parents = stored.find("parents")) {
    for (const json::Value& parent : parents->array()) {
      shard.parents.push_back(static_cast<ShardNumber>(parent.integer()));
    }
  }
  if (const json::Value* closed = stored.find("closed")) shard.closed = time(*closed);
  return shard;
}

}  // namespace

std::string print_stream(const StreamState& stream) {
  json::Array shards, consumers, metrics;
  for (const StreamShard& shard : stream.shards) shards.push_back(print_shard(shard));
  for (const auto& [name, consumer] : stream.consumers) consumers.push_back(print_consumer(consumer));
  for (const std::string& metric : stream.shard_metrics) metrics.push_back(metric);
  json::Object document{{"log", stream.log},
                        {"created", epoch_ms(stream.created)},
                        {"onDemand", stream.on_demand},
                        {"retentionHours", stream.retention_hours},
                        {"recordKibMax", stream.record_kib_max},
                        {"tags", print_tags(stream.tags)},
                        {"shards", std::move(shards)},
                        {"scalings", print_times(stream.scalings)},
                        {"modeChanges", print_times(stream.mode_changes)},
                        {"shardMetrics", std::move(metrics)},
                        {"policy", stream.policy},
                        {"consumers", std::move(consumers)}};
  if (stream.warm_mibps) document.append("warmMibps", *stream.warm_mibps);
  return json::print(document);
}

StreamState parse_stream(const StreamName& name, std::string_view document) {
  const json::Value stored = json::parse(document);
  StreamState stream;
  stream.name = name;
  stream.log = member(stored, "log").string();
  stream.created = time(member(stored, "created"));
  stream.on_demand = member(stored, "onDemand").boolean();
  stream.retention_hours = static_cast<int32_t>(member(stored, "retentionHours").integer());
  stream.record_kib_max = static_cast<int32_t>(member(stored, "recordKibMax").integer());
  stream.tags = parse_tags(member(stored, "tags"));
  for (const json::Value& shard : member(stored, "shards").array()) {
    stream.shards.push_back(parse_shard(shard, stream.shards.size()));
  }
  if (stream.open_count() == 0) throw std::runtime_error("stored stream has no open shards");
  stream.scalings = parse_times(stored.find("scalings"));
  stream.mode_changes = parse_times(stored.find("modeChanges"));
  stream.policy = stored.text("policy");
  if (const json::Value* warm = stored.find("warmMibps")) stream.warm_mibps = static_cast<int32_t>(warm->integer());
  if (const json::Value* metrics = stored.find("shardMetrics")) {
    for (const json::Value& metric : metrics->array()) stream.shard_metrics.insert(metric.string());
  }
  if (const json::Value* consumers = stored.find("consumers")) {
    for (const json::Value& found : consumers->array()) {
      StreamConsumer consumer = parse_consumer(found);
      stream.consumers.emplace(consumer.name, std::move(consumer));
    }
  }
  return stream;
}

}  // namespace standpipe::kinesis
