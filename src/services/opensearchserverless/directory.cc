// The answers that the data plane gets on every request, from parsed policies in memory.
#include <algorithm>

#include "services/opensearchserverless/opensearchserverless.h"

namespace standpipe::opensearchserverless {
namespace {

bool names(const PolicyStatement& statement, const aws::Principal& principal) {
  const auto named = [&](const std::string& name) {
    return name == principal.arn || (!principal.role_arn.empty() && name == principal.role_arn);
  };
  return std::any_of(statement.principals.begin(), statement.principals.end(), named);
}

bool has_rule(const PolicyStatement& statement, std::string_view type, std::string_view resource,
              std::string_view permission) {
  return std::any_of(statement.rules.begin(), statement.rules.end(), [&](const Rule& rule) {
    return rule.resource_type == type && (permission.empty() || grants(rule, permission)) &&
           std::any_of(rule.resources.begin(), rule.resources.end(),
                       [&](const std::string& pattern) { return covers(pattern, resource); });
  });
}

}  // namespace

std::shared_ptr<const OpenSearchServerless::Policies> OpenSearchServerless::policies(const std::string& account,
                                                                                     const std::string& region) const {
  const std::string key = account + "/" + region;
  uint64_t seen = 0;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = policies_.find(key); found != policies_.end()) return found->second;
    seen = changes_;
  }
  auto read = std::make_shared<Policies>();
  const auto load = [&](const char* type, std::vector<PolicyDocument>& into) {
    for (const Document& document : metadata_.scan(policies_prefix(account, region, type))) {
      into.push_back(parse_policy(type, policy_from(document.value).text));
    }
  };
  load("data", read->data);
  load("network", read->network);
  load("encryption", read->encryption);
  const std::lock_guard lock(mutex_);
  if (changes_ == seen) policies_[key] = read;  // else it may be old already
  return read;
}

void OpenSearchServerless::forget_policies() {
  const std::lock_guard lock(mutex_);
  policies_.clear();
  ++changes_;
}

std::optional<opensearch::Collection> OpenSearchServerless::find(std::string_view id) const {
  const auto pointer = metadata_.get(collection_id_key(id));
  if (!pointer) return std::nullopt;
  const auto document = metadata_.get(pointer->value);
  if (!document) return std::nullopt;
  const StoredCollection stored = collection_from(document->value);
  return opensearch::Collection{stored.id, stored.name, stored.account, stored.region, stored.type};
}

bool OpenSearchServerless::reachable(const opensearch::Collection& collection, Face face,
                                     std::string_view service) const {
  const auto known = policies(collection.account, collection.region);
  const char* type = face == Face::collection ? "collection" : "dashboard";
  const std::string resource = "collection/" + collection.name;
  for (const PolicyDocument& document : known->network) {
    for (const PolicyStatement& statement : document.statements) {
      const bool service_named = !service.empty() && std::find(statement.services.begin(), statement.services.end(),
                                                               service) != statement.services.end();
      if ((statement.from_public || service_named) && has_rule(statement, type, resource, {})) return true;
    }
  }
  return false;
}

bool OpenSearchServerless::permits(const opensearch::Collection& collection, const aws::Principal& principal,
                                   std::string_view permission, std::string_view index) const {
  if (options_.permissive) return true;
  if (principal.account != collection.account) return false;
  const auto known = policies(collection.account, collection.region);
  const bool on_index = !index.empty();
  const std::string resource =
      on_index ? "index/" + collection.name + "/" + std::string(index) : "collection/" + collection.name;
  for (const PolicyDocument& document : known->data) {
    for (const PolicyStatement& statement : document.statements) {
      if (names(statement, principal) && has_rule(statement, on_index ? "index" : "collection", resource, permission))
        return true;
    }
  }
  return false;
}

}  // namespace standpipe::opensearchserverless
