#include "services/iam/accounts.h"

#include "base/bytes.h"
#include "base/check.h"
#include "base/digest.h"
#include "services/iam/arns.h"
#include "services/iam/managed_policies.h"

namespace standpipe::iam {
namespace {

std::string key_of(std::string_view account, std::string_view kind, std::string_view name) {
  return std::string(account) + "/-/iam/" + std::string(kind) + "/" + to_lower(name);
}

}  // namespace

std::string user_key(std::string_view account, std::string_view name) { return key_of(account, "user", name); }
std::string role_key(std::string_view account, std::string_view name) { return key_of(account, "role", name); }
std::string policy_key(std::string_view account, std::string_view name) { return key_of(account, "policy", name); }
std::string access_key_key(std::string_view access_key_id) { return "-/-/iam/key/" + std::string(access_key_id); }

std::string usage_prefix(std::string_view account, std::string_view policy_arn, std::string_view as) {
  return std::string(account) + "/-/iam/" + std::string(as) + "/" + uri_encode(policy_arn) + "/";
}

std::optional<UserRecord> Changes::user(std::string_view account, std::string_view name) {
  const auto document = transaction_.get(user_key(account, name));
  if (!document) return std::nullopt;
  UserRecord record = read_user(document->value);
  return record.name == name ? std::optional(std::move(record)) : std::nullopt;
}

std::optional<RoleRecord> Changes::role(std::string_view account, std::string_view name) {
  const auto document = transaction_.get(role_key(account, name));
  if (!document) return std::nullopt;
  RoleRecord record = read_role(document->value);
  return record.name == name ? std::optional(std::move(record)) : std::nullopt;
}

std::optional<PolicyRecord> Changes::policy(std::string_view arn) {
  const auto parsed = parse_iam_arn(arn);
  if (!parsed || parsed->type != "policy") return std::nullopt;
  const auto document = transaction_.get(policy_key(parsed->account, parsed->name));
  if (!document) return std::nullopt;
  PolicyRecord record = read_policy(document->value);
  return record.arn == arn ? std::optional(std::move(record)) : std::nullopt;
}

void Changes::put(const UserRecord& user) {
  put(user_key(user.account, user.name), json::print(to_json(user)));
  for (const AccessKeyRecord& key : user.keys) touched_.push_back(access_key_key(key.id));
}
void Changes::put(const RoleRecord& role) { put(role_key(role.account, role.name), json::print(to_json(role))); }
void Changes::put(const PolicyRecord& policy) {
  put(policy_key(policy.account, policy.name), json::print(to_json(policy)));
}

void Changes::put(const std::string& key, std::string_view value) {
  transaction_.put(key, value);
  touched_.push_back(key);
}

void Changes::remove(const std::string& key) {
  transaction_.remove(key);
  touched_.push_back(key);
}

Accounts::Accounts(Metadata& metadata, Settings settings) : metadata_(metadata), settings_(std::move(settings)) {
  check(settings_.sealing_key.size() == 32, "the sealing key has 32 bytes");
}

void Accounts::parse_inline(IdentityRecord& identity) {
  for (const auto& [name, document] : identity.inline_policies) {
    identity.parsed.push_back(parsed_.get(document, policy::PolicyKind::identity));
  }
}

std::shared_ptr<const UserRecord> Accounts::user(std::string_view account, std::string_view name) {
  const std::string key = user_key(account, name);
  auto found = users_.get(key, [&]() -> std::shared_ptr<const UserRecord> {
    const auto document = metadata_.get(key);
    if (!document) return nullptr;
    auto record = std::make_shared<UserRecord>(read_user(document->value));
    parse_inline(*record);
    return record;
  });
  return found != nullptr && found->name == name ? found : nullptr;
}

std::shared_ptr<const RoleRecord> Accounts::role(std::string_view account, std::string_view name) {
  const std::string key = role_key(account, name);
  auto found = roles_.get(key, [&]() -> std::shared_ptr<const RoleRecord> {
    const auto document = metadata_.get(key);
    if (!document) return nullptr;
    auto record = std::make_shared<RoleRecord>(read_role(document->value));
    parse_inline(*record);
    try {
      policy::Policy trust = policy::parse_policy(record->trust_document, policy::PolicyKind::trust);
      for (policy::Statement& statement : trust.statements) statement.principals.bind(record->trusted_ids);
      record->trust = std::make_shared<const policy::Policy>(std::move(trust));
    } catch (const policy::PolicyError&) {
      // Nobody is trusted.
    }
    return record;
  });
  return found != nullptr && found->name == name ? found : nullptr;
}

std::shared_ptr<const RoleRecord> Accounts::role(std::string_view arn) {
  const auto parsed = parse_iam_arn(arn);
  if (!parsed || parsed->type != "role") return nullptr;
  auto found = role(parsed->account, parsed->name);
  return found != nullptr && found->arn == arn ? found : nullptr;
}

std::shared_ptr<const PolicyRecord> Accounts::policy(std::string_view arn) {
  const auto parsed = parse_iam_arn(arn);
  if (!parsed || parsed->type != "policy") return nullptr;
  if (parsed->account == "aws") return aws_managed_policy(arn);
  const std::string key = policy_key(parsed->account, parsed->name);
  auto found = policies_.get(key, [&]() -> std::shared_ptr<const PolicyRecord> {
    const auto document = metadata_.get(key);
    if (!document) return nullptr;
    auto record = std::make_shared<PolicyRecord>(read_policy(document->value));
    record->parsed = parsed_.get(record->default_document(), policy::PolicyKind::identity);
    return record;
  });
  return found != nullptr && found->arn == arn ? found : nullptr;
}

std::shared_ptr<const KeyOwner> Accounts::key(const std::string& access_key_id) {
  return keys_.get(access_key_key(access_key_id), [&] { return load_key(access_key_id); });
}

std::shared_ptr<const KeyOwner> Accounts::load_key(const std::string& access_key_id) {
  const auto document = metadata_.get(access_key_key(access_key_id));
  if (!document) return nullptr;
  const json::Value source = json::parse(document->value);
  KeyOwner owner{source.text("account"), source.text("user"), {}, false};
  const auto stored = metadata_.get(user_key(owner.account, owner.user));
  if (!stored) return nullptr;
  for (const AccessKeyRecord& each : read_user(stored->value).keys) {
    const auto sealed = each.id == access_key_id ? base64_decode(each.sealed_secret) : std::nullopt;
    if (!sealed || !unseal(settings_.sealing_key, *sealed, owner.secret)) continue;
    owner.active = each.active;
    return std::make_shared<const KeyOwner>(std::move(owner));
  }
  return nullptr;
}

std::string Accounts::seal_secret(std::string_view secret) const {
  return base64_encode(seal(settings_.sealing_key, secret));
}

void Accounts::change(const std::function<void(Changes&)>& body) {
  std::vector<std::string> touched;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    Changes changes(transaction);
    body(changes);
    touched = changes.touched();
  });
  for (const std::string& key : touched) {
    users_.forget(key);
    roles_.forget(key);
    policies_.forget(key);
    keys_.forget(key);
  }
}

void Accounts::forget() {
  users_.clear();
  roles_.clear();
  policies_.clear();
  keys_.clear();
}

}  // namespace standpipe::iam
