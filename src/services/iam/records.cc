#include "services/iam/records.h"

#include "base/check.h"

namespace standpipe::iam {
namespace {

using json::Object;
using json::Value;

Value print_tags(const Tags& tags) {
  json::Array out;
  for (const auto& [key, value] : tags) out.push_back(json::Array{key, value});
  return out;
}

Tags read_tags(const Value* value) {
  Tags tags;
  if (value == nullptr) return tags;
  for (const Value& pair : value->array()) tags.emplace_back(pair.array().at(0).string(), pair.array().at(1).string());
  return tags;
}

Value print_map(const std::map<std::string, std::string>& map) {
  Object out;
  for (const auto& [key, value] : map) out.append(key, value);
  return out;
}

std::map<std::string, std::string> read_map(const Value* value) {
  std::map<std::string, std::string> out;
  if (value == nullptr) return out;
  for (const auto& [key, text] : value->object()) out[key] = text.string();
  return out;
}

Timestamp read_time(const Value& source, std::string_view name) {
  const Value* value = source.find(name);
  return value == nullptr ? Timestamp{} : from_epoch_ms(value->integer());
}

int64_t read_int(const Value& source, std::string_view name, int64_t otherwise) {
  const Value* value = source.find(name);
  return value == nullptr ? otherwise : value->integer();
}

bool read_bool(const Value& source, std::string_view name) {
  const Value* value = source.find(name);
  return value != nullptr && value->boolean();
}

Object print_identity(const IdentityRecord& identity) {
  json::Array attached(identity.attached.begin(), identity.attached.end());
  return Object{{"account", identity.account},
                {"name", identity.name},
                {"path", identity.path},
                {"id", identity.id},
                {"arn", identity.arn},
                {"created", epoch_ms(identity.created)},
                {"tags", print_tags(identity.tags)},
                {"policies", print_map(identity.inline_policies)},
                {"attached", std::move(attached)},
                {"boundary", identity.boundary}};
}

void read_identity(const Value& source, IdentityRecord& identity) {
  identity.account = source.text("account");
  identity.name = source.text("name");
  identity.path = source.text("path");
  identity.id = source.text("id");
  identity.arn = source.text("arn");
  identity.created = read_time(source, "created");
  identity.tags = read_tags(source.find("tags"));
  identity.inline_policies = read_map(source.find("policies"));
  for (const Value& arn : source.find("attached")->array()) identity.attached.push_back(arn.string());
  identity.boundary = source.text("boundary");
}

}  // namespace

const PolicyVersionRecord* PolicyRecord::version(int number) const {
  for (const PolicyVersionRecord& each : versions) {
    if (each.number == number) return &each;
  }
  return nullptr;
}

const std::string& PolicyRecord::default_document() const {
  const PolicyVersionRecord* found = version(default_version);
  check(found != nullptr, "a managed policy has its default version");
  return found->document;
}

Value to_json(const UserRecord& user) {
  Object out = print_identity(user);
  if (user.login) {
    out.append("login", Object{{"hash", user.login->password_hash},
                               {"reset", user.login->reset_required},
                               {"created", epoch_ms(user.login->created)}});
  }
  json::Array keys;
  for (const AccessKeyRecord& key : user.keys) {
    keys.push_back(Object{{"id", key.id},
                          {"secret", key.sealed_secret},
                          {"active", key.active},
                          {"created", epoch_ms(key.created)}});
  }
  out.append("keys", std::move(keys));
  return out;
}

UserRecord read_user(std::string_view text) {
  const Value source = json::parse(text);
  UserRecord user;
  read_identity(source, user);
  if (const Value* login = source.find("login")) {
    user.login = LoginRecord{login->text("hash"), read_bool(*login, "reset"), read_time(*login, "created")};
  }
  for (const Value& key : source.find("keys")->array()) {
    user.keys.push_back({key.text("id"), key.text("secret"), read_bool(key, "active"), read_time(key, "created")});
  }
  return user;
}

Value to_json(const RoleRecord& role) {
  Object out = print_identity(role);
  out.append("trust", role.trust_document);
  out.append("trusted", print_map(role.trusted_ids));
  out.append("description", role.description);
  out.append("session_seconds_max", role.session_seconds_max);
  return out;
}

RoleRecord read_role(std::string_view text) {
  const Value source = json::parse(text);
  RoleRecord role;
  read_identity(source, role);
  role.trust_document = source.text("trust");
  role.trusted_ids = read_map(source.find("trusted"));
  role.description = source.text("description");
  role.session_seconds_max = read_int(source, "session_seconds_max", 3600);
  return role;
}

Value to_json(const PolicyRecord& policy) {
  json::Array versions;
  for (const PolicyVersionRecord& version : policy.versions) {
    versions.push_back(Object{{"number", version.number},
                              {"document", version.document},
                              {"created", epoch_ms(version.created)}});
  }
  return Object{{"account", policy.account},
                {"name", policy.name},
                {"path", policy.path},
                {"id", policy.id},
                {"arn", policy.arn},
                {"description", policy.description},
                {"created", epoch_ms(policy.created)},
                {"updated", epoch_ms(policy.updated)},
                {"tags", print_tags(policy.tags)},
                {"versions", std::move(versions)},
                {"default_version", policy.default_version},
                {"next_version", policy.next_version}};
}

PolicyRecord read_policy(std::string_view text) {
  const Value source = json::parse(text);
  PolicyRecord policy;
  policy.account = source.text("account");
  policy.name = source.text("name");
  policy.path = source.text("path");
  policy.id = source.text("id");
  policy.arn = source.text("arn");
  policy.description = source.text("description");
  policy.created = read_time(source, "created");
  policy.updated = read_time(source, "updated");
  policy.tags = read_tags(source.find("tags"));
  for (const Value& version : source.find("versions")->array()) {
    policy.versions.push_back({static_cast<int>(read_int(version, "number", 1)), version.text("document"),
                               read_time(version, "created")});
  }
  policy.default_version = static_cast<int>(read_int(source, "default_version", 1));
  policy.next_version = static_cast<int>(read_int(source, "next_version", 2));
  return policy;
}

}  // namespace standpipe::iam
