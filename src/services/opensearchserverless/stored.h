// How collections and policies are kept in the metadata, and under which keys.
#pragma once

#include <map>
#include <string>

#include "aws/request.h"
#include "base/clock.h"
#include "services/opensearchserverless/policy_document.h"

namespace standpipe::opensearchserverless {

struct StoredCollection {
  std::string id, name, account, region, type, description, standby_replicas, deletion_protection, client_token;
  std::map<std::string, std::string> tags;
  Timestamp created{}, modified{};
  std::string arn() const;
  std::string endpoint() const;
};

struct StoredPolicy {
  std::string type, name, description, text, client_token;
  Timestamp created{}, modified{};
  int64_t revision = 1;
  std::string version() const;  // as AWS: base64 of "<epoch ms>_<revision>"
};

std::string to_text(const StoredCollection& collection);
std::string to_text(const StoredPolicy& policy);
StoredCollection collection_from(const std::string& text);
StoredPolicy policy_from(const std::string& text);

// "<account>/<region>/aoss/collection/<name>"; and by id, which is unique in the server: "-/-/aoss/collection/<id>".
std::string collections_prefix(const std::string& account, const std::string& region);
std::string collection_id_key(std::string_view id);
std::string policies_prefix(const std::string& account, const std::string& region, const std::string& type);

}  // namespace standpipe::opensearchserverless
