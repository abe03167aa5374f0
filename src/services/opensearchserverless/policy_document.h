// The three kinds of policy documents: read, checked, matched. Pure.
// https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace standpipe::opensearchserverless {

struct Rule {
  std::string resource_type;           // collection, index, dashboard
  std::vector<std::string> resources;  // "index/logs-*/2026*": '*' only at the end of a part
  std::vector<std::string> permissions;
};

// One element of a network or data policy; an encryption policy is a single one.
struct PolicyStatement {
  std::vector<Rule> rules;
  std::vector<std::string> principals;  // data
  bool from_public = false;             // network
  std::vector<std::string> services;    // network: SourceServices
};

struct PolicyDocument {
  std::vector<PolicyStatement> statements;
  json::Value text;  // as given, for answers
};

// Throws ValidationException that says where and why. `type` is "data", "network" or "encryption".
PolicyDocument parse_policy(const std::string& type, const std::string& text);

// True if `pattern` ("index/a/b*") covers `resource` ("index/a/bcd"): part by part, '*' matching the rest of its part.
bool covers(std::string_view pattern, std::string_view resource);
// True if a rule grants `permission` itself or aoss:*.
bool grants(const Rule& rule, std::string_view permission);

}  // namespace standpipe::opensearchserverless
