#include "services/opensearchserverless/stored.h"

#include "base/bytes.h"

namespace standpipe::opensearchserverless {
namespace {

Timestamp time_of(const json::Value& value, const char* name) { return from_epoch_ms(value.find(name)->integer()); }

}  // namespace

std::string StoredCollection::arn() const { return "arn:aws:aoss:" + region + ":" + account + ":collection/" + id; }
std::string StoredCollection::endpoint() const { return "https://" + id + "." + region + ".aoss.amazonaws.com"; }

std::string StoredPolicy::version() const {
  return base64_encode(std::to_string(epoch_ms(modified)) + "_" + std::to_string(revision));
}

std::string to_text(const StoredCollection& collection) {
  json::Object tags;
  for (const auto& [key, value] : collection.tags) tags[key] = value;
  return json::print(json::Object{{"id", collection.id},
                                  {"name", collection.name},
                                  {"account", collection.account},
                                  {"region", collection.region},
                                  {"type", collection.type},
                                  {"description", collection.description},
                                  {"standby_replicas", collection.standby_replicas},
                                  {"deletion_protection", collection.deletion_protection},
                                  {"client_token", collection.client_token},
                                  {"created", epoch_ms(collection.created)},
                                  {"modified", epoch_ms(collection.modified)},
                                  {"tags", tags}});
}

StoredCollection collection_from(const std::string& text) {
  const json::Value value = json::parse(text);
  StoredCollection collection;
  collection.id = value.text("id");
  collection.name = value.text("name");
  collection.account = value.text("account");
  collection.region = value.text("region");
  collection.type = value.text("type");
  collection.description = value.text("description");
  collection.standby_replicas = value.text("standby_replicas");
  collection.deletion_protection = value.text("deletion_protection");
  collection.client_token = value.text("client_token");
  collection.created = time_of(value, "created");
  collection.modified = time_of(value, "modified");
  for (const auto& [key, tag] : value.find("tags")->object()) collection.tags[key] = tag.string();
  return collection;
}

std::string to_text(const StoredPolicy& policy) {
  return json::print(json::Object{{"type", policy.type},
                                  {"name", policy.name},
                                  {"description", policy.description},
                                  {"text", policy.text},
                                  {"client_token", policy.client_token},
                                  {"created", epoch_ms(policy.created)},
                                  {"modified", epoch_ms(policy.modified)},
                                  {"revision", policy.revision}});
}

StoredPolicy policy_from(const std::string& text) {
  const json::Value value = json::parse(text);
  StoredPolicy policy;
  policy.type = value.text("type");
  policy.name = value.text("name");
  policy.description = value.text("description");
  policy.text = value.text("text");
  policy.client_token = value.text("client_token");
  policy.created = time_of(value, "created");
  policy.modified = time_of(value, "modified");
  policy.revision = value.find("revision")->integer();
  return policy;
}

std::string collections_prefix(const std::string& account, const std::string& region) {
  return account + "/" + region + "/aoss/collection/";
}

std::string collection_id_key(std::string_view id) { return "-/-/aoss/collection/" + std::string(id); }

std::string policies_prefix(const std::string& account, const std::string& region, const std::string& type) {
  return account + "/" + region + "/aoss/policy/" + type + "/";
}

}  // namespace standpipe::opensearchserverless
