// _field_caps: what the fields of many indices are. _alias: no index has one. _validate/query: would this run?
#include <map>
#include <set>

#include "base/bytes.h"
#include "search/dsl/request.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

constexpr int kDepthMax = 32;

// Per field and type the indices where it has that type.
using Fields = std::map<std::string, std::map<std::string, std::set<std::string>>>;

void add_properties(const json::Value& mapping, const std::string& path, const std::string& index, Fields& fields,
                    int depth = 0) {
  const json::Value* properties = mapping.find("properties");
  if (properties == nullptr || !properties->is_object() || depth > kDepthMax) return;
  for (const auto& [name, definition] : properties->object()) {
    const std::string full = path.empty() ? name : path + "." + name;
    const std::string type = definition.text("type", "object");
    fields[full][type].insert(index);
    add_properties(definition, full, index, fields, depth + 1);
    const json::Value* subfields = definition.find("fields");
    if (subfields == nullptr || !subfields->is_object()) continue;
    for (const auto& [sub, inner] : subfields->object()) fields[full + "." + sub][inner.text("type")].insert(index);
  }
}

json::Value capability(const std::string& type) {
  const bool text = type == "text" || type == "match_only_text", object = type == "object";
  return json::Object{{"type", type == "match_only_text" ? "text" : type},
                      {"searchable", !object},
                      {"aggregatable", !object && !text && type != "_id" && type != "_source"}};
}

bool wanted(const std::vector<std::string>& patterns, const std::string& field) {
  for (const std::string& pattern : patterns) {
    if (glob_match(pattern, field)) return true;
  }
  return false;
}

std::vector<std::string> asked_fields(const Call& call) {
  if (const std::string* list = call.parameter("fields")) return split(*list, ',');
  std::vector<std::string> patterns;
  const json::Value body = call.json_body();
  for (const auto& [name, value] : body.object()) {
    if (name != "fields" || !value.is_array()) {
      throw search::parsing_exception("[field_caps_request] unknown field [" + name + "]");
    }
    for (const json::Value& item : value.array()) {
      if (!item.is_string()) throw search::parsing_exception("[field_caps_request] failed to parse field [fields]");
      patterns.push_back(item.string());
    }
  }
  if (patterns.empty()) {
    throw search::Error("action_request_validation_exception", 400, "Validation Failed: 1: no fields specified;");
  }
  return patterns;
}

}  // namespace

net::Response field_capabilities(Call& call) {
  call.allow_parameters({"fields", "ignore_unavailable", "allow_no_indices", "expand_wildcards", "include_unmapped"});
  if (call.flag("include_unmapped")) throw search::illegal_argument("include_unmapped is not supported");
  const std::vector<std::string> patterns = asked_fields(call);
  const std::vector<std::string> indices = call.resolve(call.part("index"), "aoss:ReadDocument");
  Fields fields;
  for (const std::string& index : indices) {
    const auto description = call.engine.describe(call.name(index));
    if (!description) continue;  // removed meanwhile
    add_properties(description->mappings, "", index, fields);
    for (const char* metadata : {"_id", "_index", "_source"}) fields[metadata][metadata].insert(index);
  }
  json::Object shown;
  for (const auto& [field, types] : fields) {
    if (!wanted(patterns, field)) continue;
    json::Object capabilities;
    for (const auto& [type, where] : types) {
      json::Value one = capability(type);
      if (types.size() > 1) {
        json::Array names;
        for (const std::string& index : where) names.push_back(index);
        one.object()["indices"] = std::move(names);
      }
      const std::string name = one.text("type");
      capabilities[name] = std::move(one);
    }
    shown[field] = std::move(capabilities);
  }
  json::Array names;
  for (const std::string& index : indices) names.push_back(index);
  return answer(200, json::Object{{"indices", std::move(names)}, {"fields", std::move(shown)}});
}

net::Response get_aliases(Call& call) {
  call.allow_parameters({"ignore_unavailable", "allow_no_indices", "expand_wildcards"});
  const std::string alias = call.part("alias");
  json::Object found;
  for (const std::string& index : call.resolve(call.part("index"), "aoss:DescribeIndex")) {
    found[index] = json::Object{{"aliases", json::Object{}}};
  }
  if (alias.empty() || alias == "*" || alias == "_all") return answer(200, found);
  return answer(404, json::Object{{"error", "alias [" + alias + "] missing"}, {"status", 404}});
}

net::Response validate_query(Call& call) {
  call.allow_parameters({"explain", "q", "ignore_unavailable", "allow_no_indices", "expand_wildcards"});
  const std::vector<search::IndexName> indices = call.names(call.resolve(call.part("index"), "aoss:ReadDocument"));
  json::Object shown{{"_shards", shards()}, {"valid", true}};
  try {
    call.engine.count(indices, search::dsl::parse_query_body(call.json_body()));
  } catch (const search::Error& error) {
    shown["valid"] = false;
    if (call.flag("explain")) shown["error"] = error.type + ": " + error.what();
  }
  return answer(200, shown);
}

}  // namespace standpipe::opensearch
