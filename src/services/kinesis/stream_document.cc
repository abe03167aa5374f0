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
  json::Object tags;
  for (const auto& [key, value] : stream.tags) tags.append(key, value);
  json::Array shards;
  for (const StreamShard& shard : stream.shards) shards.push_back(print_shard(shard));
  return json::print(json::Object{{"log", stream.log},
                                  {"created", epoch_ms(stream.created)},
                                  {"onDemand", stream.on_demand},
                                  {"retentionHours", stream.retention_hours},
                                  {"recordKibMax", stream.record_kib_max},
                                  {"tags", std::move(tags)},
                                  {"shards", std::move(shards)},
                                  {"scalings", print_times(stream.scalings)}});
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
  for (const auto& [key, value] : member(stored, "tags").object()) stream.tags.emplace(key, value.string());
  for (const json::Value& shard : member(stored, "shards").array()) {
    stream.shards.push_back(parse_shard(shard, stream.shards.size()));
  }
  if (stream.open_count() == 0) throw std::runtime_error("stored stream has no open shards");
  stream.scalings = parse_times(stored.find("scalings"));
  return stream;
}

}  // namespace standpipe::kinesis
