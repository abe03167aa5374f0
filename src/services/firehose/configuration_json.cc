// A configuration as it is kept in the metadata: JSON, absent members left out.
#include "services/firehose/configuration.h"

namespace standpipe::firehose {
namespace {

void set(json::Object& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}
void set(json::Object& object, const char* name, const std::optional<std::string>& value) {
  if (value) object[name] = *value;
}
void set(json::Object& object, const char* name, const std::optional<int32_t>& value) {
  if (value) object[name] = *value;
}

std::optional<std::string> text(const json::Value& value, const char* name) {
  const json::Value* found = value.find(name);
  return found == nullptr ? std::nullopt : std::optional(found->string());
}
std::optional<int32_t> number(const json::Value& value, const char* name) {
  const json::Value* found = value.find(name);
  return found == nullptr ? std::nullopt : std::optional(static_cast<int32_t>(found->integer()));
}

json::Value buffering_json(const Buffering& buffering) {
  json::Object object;
  set(object, "interval_s", buffering.interval_s);
  set(object, "size_mb", buffering.size_mb);
  return object;
}

Buffering buffering_from(const json::Value& stored) {
  const json::Value* found = stored.find("buffering");
  if (found == nullptr) return {};
  return {number(*found, "interval_s"), number(*found, "size_mb")};
}

void set_log(json::Object& object, const std::optional<LogTarget>& log) {
  if (log) object["log"] = json::Object{{"enabled", log->enabled}, {"group", log->group}, {"stream", log->stream}};
}

std::optional<LogTarget> log_from(const json::Value& stored) {
  const json::Value* found = stored.find("log");
  if (found == nullptr) return std::nullopt;
  return LogTarget{found->find("enabled")->boolean(), found->text("group"), found->text("stream")};
}

json::Value s3_json(const S3Target& s3) {
  json::Object object{{"role", s3.role_arn}, {"bucket", s3.bucket_arn}, {"compression", s3.compression}};
  set(object, "prefix", s3.prefix);
  set(object, "error_prefix", s3.error_prefix);
  set(object, "file_extension", s3.file_extension);
  object["buffering"] = buffering_json(s3.buffering);
  set_log(object, s3.log);
  return object;
}

S3Target s3_from(const json::Value& stored) {
  S3Target s3;
  s3.role_arn = stored.text("role");
  s3.bucket_arn = stored.text("bucket");
  s3.compression = stored.text("compression");
  s3.prefix = text(stored, "prefix");
  s3.error_prefix = text(stored, "error_prefix");
  s3.file_extension = text(stored, "file_extension");
  s3.buffering = buffering_from(stored);
  s3.log = log_from(stored);
  return s3;
}

json::Value collection_json(const CollectionTarget& collection) {
  json::Object object{{"role", collection.role_arn},
                      {"endpoint", collection.endpoint},
                      {"index", collection.index},
                      {"retry_s", collection.retry_s},
                      {"backup", collection.backup_mode}};
  object["buffering"] = buffering_json(collection.buffering);
  set_log(object, collection.log);
  return object;
}

CollectionTarget collection_from(const json::Value& stored) {
  CollectionTarget collection;
  collection.role_arn = stored.text("role");
  collection.endpoint = stored.text("endpoint");
  collection.index = stored.text("index");
  collection.retry_s = *number(stored, "retry_s");
  collection.backup_mode = stored.text("backup");
  collection.buffering = buffering_from(stored);
  collection.log = log_from(stored);
  return collection;
}

}  // namespace

json::Value to_json(const Configuration& configuration) {
  json::Object object{{"name", configuration.name},
                      {"account", configuration.account},
                      {"region", configuration.region},
                      {"id", configuration.id},
                      {"type", configuration.type},
                      {"version", configuration.version},
                      {"created", epoch_ms(configuration.created)},
                      {"extended_s3", configuration.extended_s3},
                      {"deleting", configuration.deleting}};
  set(object, "source", configuration.source_arn);
  set(object, "source_role", configuration.source_role_arn);
  set(object, "throughput_hint", configuration.throughput_hint);
  object["s3"] = s3_json(configuration.s3);
  if (configuration.collection) object["collection"] = collection_json(*configuration.collection);
  json::Object tags;
  for (const Tag& tag : configuration.tags) tags[tag.key] = tag.value ? json::Value(*tag.value) : json::Value();
  object["tags"] = tags;
  return object;
}

Configuration from_json(const json::Value& stored) {
  Configuration configuration;
  configuration.name = stored.text("name");
  configuration.account = stored.text("account");
  configuration.region = stored.text("region");
  configuration.id = stored.text("id");
  configuration.type = stored.text("type");
  configuration.version = stored.text("version");
  configuration.created = from_epoch_ms(stored.find("created")->integer());
  configuration.extended_s3 = stored.find("extended_s3")->boolean();
  configuration.deleting = stored.find("deleting")->boolean();
  configuration.source_arn = stored.text("source");
  configuration.source_role_arn = stored.text("source_role");
  configuration.throughput_hint = number(stored, "throughput_hint");
  configuration.s3 = s3_from(*stored.find("s3"));
  if (const json::Value* collection = stored.find("collection"))
    configuration.collection = collection_from(*collection);
  for (const auto& [key, value] : stored.find("tags")->object()) {
    configuration.tags.push_back({key, value.is_null() ? std::nullopt : std::optional(value.string())});
  }
  return configuration;
}

}  // namespace standpipe::firehose
