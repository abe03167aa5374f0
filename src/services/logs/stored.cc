#include "services/logs/stored.h"

#include "base/json.h"

namespace standpipe::logs {
namespace {

void append_time(json::Object& object, const char* name, const std::optional<int64_t>& time) {
  if (time) object.append(name, *time);
}

std::optional<int64_t> read_time(const json::Value& value, const char* name) {
  const json::Value* time = value.find(name);
  return time ? std::optional(time->integer()) : std::nullopt;
}

}  // namespace

std::string print_group(const StoredGroup& group) {
  json::Object tags;
  for (const auto& [key, value] : group.tags) tags.append(key, value);
  return json::print(json::Object{{"name", group.name},
                                  {"id", group.id},
                                  {"created", group.created_ms},
                                  {"retentionDays", group.retention_days},
                                  {"bytes", group.bytes},
                                  {"tags", std::move(tags)}});
}

StoredGroup parse_group(std::string_view document) {
  const json::Value value = json::parse(document);
  StoredGroup group;
  group.name = value.text("name");
  group.id = value.text("id");
  group.created_ms = value.find("created")->integer();
  group.retention_days = static_cast<int32_t>(value.find("retentionDays")->integer());
  group.bytes = value.find("bytes")->integer();
  for (const auto& [key, tag] : value.find("tags")->object()) group.tags[key] = tag.string();
  return group;
}

std::string print_stream(const StoredStream& stream) {
  json::Object object{{"name", stream.name},
                      {"id", stream.id},
                      {"created", stream.created_ms},
                      {"nextSequence", stream.next_sequence},
                      {"bytes", stream.bytes}};
  append_time(object, "firstEvent", stream.first_event_ms);
  append_time(object, "lastEvent", stream.last_event_ms);
  append_time(object, "lastIngestion", stream.last_ingestion_ms);
  return json::print(std::move(object));
}

StoredStream parse_stream(std::string_view document) {
  const json::Value value = json::parse(document);
  StoredStream stream;
  stream.name = value.text("name");
  stream.id = value.text("id");
  stream.created_ms = value.find("created")->integer();
  stream.next_sequence = value.find("nextSequence")->integer();
  stream.bytes = value.find("bytes")->integer();
  stream.first_event_ms = read_time(value, "firstEvent");
  stream.last_event_ms = read_time(value, "lastEvent");
  stream.last_ingestion_ms = read_time(value, "lastIngestion");
  return stream;
}

std::string group_arn(const Place& place, std::string_view name) {
  return "arn:aws:logs:" + place.region + ":" + place.account + ":log-group:" + std::string(name);
}

std::string group_name_of(std::string_view identifier) {
  constexpr std::string_view kMark = ":log-group:";
  if (!identifier.starts_with("arn:")) return std::string(identifier);
  const size_t at = identifier.find(kMark);
  if (at == std::string_view::npos) return std::string(identifier);
  identifier.remove_prefix(at + kMark.size());
  return std::string(identifier.substr(0, identifier.find(':')));
}

}  // namespace standpipe::logs
