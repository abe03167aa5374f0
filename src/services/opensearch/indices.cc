// Indices: create, describe, delete, mappings.
#include <algorithm>

#include "base/bytes.h"
#include "search/index_settings.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

search::IndexDescription described(const Call& call, const std::string& index) {
  auto found = call.engine.describe(call.name(index));
  if (!found) throw search::index_not_found(index);
  return *found;
}

json::Value mappings_of(const search::IndexDescription& description) {
  return description.mappings.is_null() ? json::Value(json::Object{}) : description.mappings;
}

// As clients read them: every value is a text. `wanted`: patterns of names ("index.number_*"); empty: all.
json::Value settings_of(const Call& call, const std::string& index, const search::IndexDescription& description,
                        const std::string& wanted = "") {
  json::Object flat = search::flat_settings(description.settings);
  flat["index.provided_name"] = index;
  flat["index.creation_date"] = std::to_string(epoch_ms(description.created));
  flat["index.uuid"] = description.uuid;
  json::Object shown;
  for (const auto& [name, value] : flat) {
    const std::vector<std::string> patterns = split(wanted, ',');
    const bool named = std::any_of(patterns.begin(), patterns.end(),
                                   [&](const std::string& pattern) { return glob_match(pattern, name); });
    if (!wanted.empty() && wanted != "_all" && !named) continue;
    shown.append(name, value.is_number() || value.is_bool() ? json::Value(json::print(value)) : value);
  }
  return call.flag("flat_settings") ? json::Value(std::move(shown)) : search::nested_settings(shown);
}

}  // namespace

net::Response create_index(Call& call) {
  const std::string index = call.part("index");
  call.require("aoss:CreateIndex", index);
  call.allow_parameters({"wait_for_active_shards"});
  check_index_name(index);
  const json::Value body = call.json_body();
  for (const auto& [name, value] : body.object()) {
    if (name != "mappings" && name != "settings" && name != "aliases")
      throw search::parsing_exception("unknown key [" + name + "] for create index");
  }
  if (call.catalog.aliases(call.collection)->contains(index)) {
    throw search::Error("invalid_index_name_exception", 400,
                        "Invalid index name [" + index + "], already exists as alias").on(index);
  }
  if (body.find("aliases") != nullptr) call.require("aoss:CreateCollectionItems", "");
  create_from_templates(call, index, body.object());
  return answer(200, json::Object{{"acknowledged", true}, {"shards_acknowledged", true}, {"index", index}});
}

net::Response get_index(Call& call) {
  call.allow_parameters(
      {"ignore_unavailable", "allow_no_indices", "expand_wildcards", "flat_settings", "include_defaults"});
  json::Object found;
  for (const std::string& index : call.resolve(call.part("index"), "aoss:DescribeIndex")) {
    const search::IndexDescription description = described(call, index);
    found[index] = json::Object{{"aliases", aliases_of(call, index)},
                                {"mappings", mappings_of(description)},
                                {"settings", settings_of(call, index, description)}};
  }
  return answer(200, found);
}

net::Response has_index(Call& call) {
  net::Response response;
  response.status = 404;
  const auto aliases = call.catalog.aliases(call.collection);
  for (const std::string& index : split(call.part("index"), ',')) {
    if (aliases->contains(index)) continue;
    call.require("aoss:DescribeIndex", index);
    if (!call.exists(index)) return response;
  }
  response.status = 200;
  return response;
}

net::Response delete_index(Call& call) {
  call.allow_parameters({"ignore_unavailable", "allow_no_indices", "expand_wildcards"});
  const std::string expression = call.part("index");
  if (expression == "_all" || expression.find('*') != std::string::npos) {
    throw search::illegal_argument("Wildcard expressions or all indices are not allowed");
  }
  const auto aliases = call.catalog.aliases(call.collection);
  for (const std::string& name : split(expression, ',')) {
    if (aliases->contains(name)) {
      throw search::illegal_argument("The provided expression [" + name +
                                     "] matches an alias, specify the corresponding concrete indices instead.");
    }
  }
  for (const std::string& index : call.resolve(expression, "aoss:DeleteIndex")) {
    call.engine.remove(call.name(index));
    call.catalog.forget_index(call.collection, index);
  }
  return answer(200, json::Object{{"acknowledged", true}});
}

net::Response get_mapping(Call& call) {
  call.allow_parameters({"ignore_unavailable", "allow_no_indices", "expand_wildcards"});
  json::Object found;
  for (const std::string& index : call.resolve(call.part("index"), "aoss:DescribeIndex")) {
    found[index] = json::Object{{"mappings", mappings_of(described(call, index))}};
  }
  return answer(200, found);
}

namespace {

// The fields whose path one of the patterns names: {"a.b": {"full_name": "a.b", "mapping": {"b": {…}}}}.
void add_field_mappings(json::Object& out, const json::Value& mapping, const std::string& prefix,
                        const std::vector<std::string>& patterns) {
  for (const char* kind : {"properties", "fields"}) {
    const json::Value* members = mapping.find(kind);
    if (members == nullptr) continue;
    for (const auto& [name, definition] : members->object()) {
      const std::string path = prefix + name;
      const bool named = std::any_of(patterns.begin(), patterns.end(),
                                     [&](const std::string& pattern) { return glob_match(pattern, path); });
      if (named && definition.find("type") != nullptr) {
        out.append(path, json::Object{{"full_name", path}, {"mapping", json::Object{{name, definition}}}});
      }
      add_field_mappings(out, definition, path + ".", patterns);
    }
  }
}

}  // namespace

net::Response get_field_mapping(Call& call) {
  call.allow_parameters({"ignore_unavailable", "allow_no_indices", "expand_wildcards"});
  json::Object found;
  for (const std::string& index : call.resolve(call.part("index"), "aoss:DescribeIndex")) {
    json::Object fields;
    add_field_mappings(fields, mappings_of(described(call, index)), "", split(call.part("fields"), ','));
    found[index] = json::Object{{"mappings", std::move(fields)}};
  }
  return answer(200, found);
}

net::Response put_mapping(Call& call) {
  call.allow_parameters({"ignore_unavailable", "allow_no_indices", "expand_wildcards", "write_index_only"});
  const json::Value body = call.json_body();
  for (const std::string& index : call.resolve(call.part("index"), "aoss:UpdateIndex")) {
    call.engine.update_mapping(call.name(index), body);
  }
  return answer(200, json::Object{{"acknowledged", true}});
}

net::Response get_settings(Call& call) {
  call.allow_parameters(
      {"ignore_unavailable", "allow_no_indices", "expand_wildcards", "flat_settings", "include_defaults"});
  json::Object found;
  for (const std::string& index : call.resolve(call.part("index"), "aoss:DescribeIndex")) {
    found[index] = json::Object{{"settings", settings_of(call, index, described(call, index), call.part("setting"))}};
  }
  return answer(200, found);
}

net::Response put_settings(Call& call) {
  call.allow_parameters(
      {"ignore_unavailable", "allow_no_indices", "expand_wildcards", "flat_settings", "preserve_existing"});
  json::Value body = call.json_body();
  if (const json::Value* inner = body.find("settings"); inner != nullptr && inner->is_object()) body = *inner;
  for (const std::string& index : call.resolve(call.part("index"), "aoss:UpdateIndex"))
    call.engine.update_settings(call.name(index), body, call.flag("preserve_existing"));
  return answer(200, json::Object{{"acknowledged", true}});
}

net::Response resolve_index(Call& call) {
  call.allow_parameters({"expand_wildcards"});
  const std::string expression = call.part("index");
  const auto known = call.catalog.aliases(call.collection);
  json::Array indices, aliases;
  for (const std::string& index : call.resolve(expression, "aoss:DescribeIndex")) {
    json::Array own;
    for (const auto& [alias, members] : *known) {
      if (members.contains(index)) own.push_back(alias);
    }
    json::Object shown{{"name", index}};
    if (!own.empty()) shown.append("aliases", std::move(own));
    shown.append("attributes", json::Array{"open"});
    indices.push_back(std::move(shown));
  }
  for (const auto& [alias, members] : *known) {
    const std::vector<std::string> patterns = split(expression, ',');
    if (std::none_of(patterns.begin(), patterns.end(), [&](const auto& one) { return glob_match(one, alias); }))
      continue;
    json::Array of;
    for (const auto& [index, options] : members) of.push_back(index);
    aliases.push_back(json::Object{{"name", alias}, {"indices", std::move(of)}});
  }
  return answer(200, json::Object{{"indices", indices}, {"aliases", aliases}, {"data_streams", json::Array{}}});
}

}  // namespace standpipe::opensearch
