// What the service keeps in metadata, as structs and as JSON.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "services/lambda/code_cache.h"
#include "services/lambda/names.h"

namespace standpipe::lambda {

struct StoredFunction {
  std::string account, region, name;
  std::string runtime, role, handler, description;
  std::string architecture = "x86_64";
  std::string log_group;  // empty: /aws/lambda/<name>
  int timeout_s = 3;
  int memory_mb = 128;
  int temporary_mb = 512;
  std::map<std::string, std::string> variables;
  bool has_environment = false;
  std::vector<std::string> layers;  // ARNs of versions
  // Of each layer in the same order: a function keeps what it was made with, even if the version is deleted.
  std::vector<StoredArchive> layer_codes;
  std::map<std::string, std::string> tags;
  StoredArchive code;
  std::string revision;  // a new one with every change
  Timestamp modified{};
  json::Array statements;  // of the resource policy

  std::string arn() const { return FunctionName{account, region, name, {}}.arn(); }
  std::string log_group_name() const { return log_group.empty() ? "/aws/lambda/" + name : log_group; }
  std::string policy() const;  // a document, or empty
  std::set<std::string> blobs() const;
};

struct StoredLayer {
  std::string account, region, name;
  int64_t version = 0;
  std::string description, license;
  std::vector<std::string> architectures, runtimes;
  StoredArchive code;
  Timestamp created{};

  LayerName layer_name() const { return {account, region, name, version}; }
};

std::string print_stored(const StoredFunction& function);
StoredFunction parse_function(const std::string& text);
std::string print_stored(const StoredLayer& layer);
StoredLayer parse_layer(const std::string& text);

// Keys. Layer versions are ordered by number.
std::string function_prefix(const aws::Request& request);
std::string function_key(const FunctionName& name);
std::string layer_prefix(const aws::Request& request);  // of all versions of all layers
std::string layer_prefix(const LayerName& name);        // of all versions of one
std::string layer_key(const LayerName& name);
std::string layer_counter_key(const LayerName& name);

}  // namespace standpipe::lambda
