// _field_caps: what the fields of many indices are. _validate/query: would this run?
#include <map>
#include <set>

#include "base/bytes.h"
#include "search/dsl/request.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

constexpr int kDepthMax = 32;

// Where a field has one type, and where of those it cannot be searched or aggregated.
struct Capability {
  std::set<std::string> indices, not_searchable, not_aggregatable;
};
// Per field and type.
using Fields = std::map<std::string, std::map<std::string, Capability>>;

// What _field_caps calls a type: its family, if several types answer alike.
std::string family(const std::string& type) {
  if (type == "match_only_text") return "text";
  if (type == "wildcard" || type == "constant_keyword") return "keyword";
  return type;
}

void note(Fields& fields, const std::string& field, const std::string& index, const json::Value& definition) {
  const std::string type = definition.text("type", "object");
  const auto off = [&](const char* parameter) {
    const json::Value* value = definition.find(parameter);
    return value != nullptr && (*value == json::Value(false) || *value == json::Value("false"));
  };
  const bool object = type == "object" || type == "nested", text = type == "text" || type == "match_only_text";
  const bool opaque = type == "_source" || type == "binary";
  Capability& seen = fields[field][family(type)];
  seen.indices.insert(index);
  if (object || opaque || off("index")) seen.not_searchable.insert(index);
  if (object || opaque || text || type == "_id" || type.ends_with("_range") || off("doc_values"))
    seen.not_aggregatable.insert(index);
}

void add_properties(const json::Value& mapping, const std::string& path, const std::string& index, Fields& fields,
                    int depth = 0) {
  const json::Value* properties = mapping.find("properties");
  if (properties == nullptr || !properties->is_object() || depth > kDepthMax) return;
  for (const auto& [name, definition] : properties->object()) {
    const std::string full = path.empty() ? name : path + "." + name;
    note(fields, full, index, definition);
    add_properties(definition, full, index, fields, depth + 1);
    const json::Value* subfields = definition.find("fields");
    if (subfields == nullptr || !subfields->is_object()) continue;
    for (const auto& [sub, inner] : subfields->object()) note(fields, full + "." + sub, index, inner);
  }
}

json::Value names(const std::set<std::string>& indices) {
  json::Array out;
  for (const std::string& index : indices) out.push_back(index);
  return out;
}

// A field can be searched if it can be everywhere; where it can only in some indices, the others are named.
json::Value print(const std::string& type, const Capability& seen, bool several_types) {
  json::Object out{{"type", type},
                   {"searchable", seen.not_searchable.empty()},
                   {"aggregatable", seen.not_aggregatable.empty()}};
  if (several_types) out.append("indices", names(seen.indices));
  const auto partly = [&](const std::set<std::string>& without) {
    return !without.empty() && without.size() < seen.indices.size();
  };
  if (partly(seen.not_searchable)) out.append("non_searchable_indices", names(seen.not_searchable));
  if (partly(seen.not_aggregatable)) out.append("non_aggregatable_indices", names(seen.not_aggregatable));
  return out;
}

void add_unmapped(const std::vector<std::string>& indices, Fields& fields) {
  for (auto& [field, types] : fields) {
    std::set<std::string> without(indices.begin(), indices.end());
    for (const auto& [type, seen] : types) {
      for (const std::string& index : seen.indices) without.erase(index);
    }
    if (without.empty()) continue;
    Capability& unmapped = types["unmapped"];
    unmapped.indices = unmapped.not_searchable = unmapped.not_aggregatable = without;
  }
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
  const std::vector<std::string> patterns = asked_fields(call);
  const std::vector<std::string> indices = call.resolve(call.part("index"), "aoss:ReadDocument");
  Fields fields;
  for (const std::string& index : indices) {
    const auto description = call.engine.describe(call.name(index));
    if (!description) continue;  // removed meanwhile
    add_properties(description->mappings, "", index, fields);
    for (const char* metadata : {"_id", "_index", "_source"})
      note(fields, metadata, index, json::Object{{"type", metadata}});
  }
  if (call.flag("include_unmapped")) add_unmapped(indices, fields);
  json::Object shown;
  for (const auto& [field, types] : fields) {
    if (!wanted(patterns, field)) continue;
    json::Object capabilities;
    for (const auto& [type, seen] : types) capabilities[type] = print(type, seen, types.size() > 1);
    shown[field] = std::move(capabilities);
  }
  const std::set<std::string> seen(indices.begin(), indices.end());
  return answer(200, json::Object{{"indices", names(seen)}, {"fields", std::move(shown)}});
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
