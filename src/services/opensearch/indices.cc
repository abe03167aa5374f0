// Indices: create, describe, delete, mappings.
#include "base/bytes.h"
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

json::Value settings_of(const std::string& index, const search::IndexDescription& description) {
  json::Object settings;
  if (const json::Value* given = description.settings.find("index"); given != nullptr && given->is_object()) {
    settings = given->object();
  } else if (description.settings.is_object()) {
    settings = description.settings.object();
  }
  settings["provided_name"] = index;
  settings["creation_date"] = std::to_string(epoch_ms(description.created));
  settings["uuid"] = description.uuid;
  return json::Object{{"index", settings}};
}

}  // namespace

net::Response create_index(Call& call) {
  const std::string index = call.part("index");
  call.require("aoss:CreateIndex", index);
  call.allow_parameters({"wait_for_active_shards"});
  check_index_name(index);
  search::IndexDefinition definition;
  const json::Value body = call.json_body();
  for (const auto& [name, value] : body.object()) {
    if (name == "mappings") {
      definition.mappings = value;
    } else if (name == "settings") {
      definition.settings = value;
    } else if (name != "aliases" || !value.is_object() || !value.object().empty()) {
      throw search::parsing_exception("unknown key [" + name + "] for create index");
    }
  }
  call.engine.create(call.name(index), definition);
  return answer(200, json::Object{{"acknowledged", true}, {"shards_acknowledged", true}, {"index", index}});
}

net::Response get_index(Call& call) {
  call.allow_parameters(
      {"ignore_unavailable", "allow_no_indices", "expand_wildcards", "flat_settings", "include_defaults"});
  json::Object found;
  for (const std::string& index : call.resolve(call.part("index"), "aoss:DescribeIndex")) {
    const search::IndexDescription description = described(call, index);
    found[index] = json::Object{{"aliases", json::Object{}},
                                {"mappings", mappings_of(description)},
                                {"settings", settings_of(index, description)}};
  }
  return answer(200, found);
}

net::Response has_index(Call& call) {
  net::Response response;
  response.status = 404;
  for (const std::string& index : split(call.part("index"), ',')) {
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
  for (const std::string& index : call.resolve(expression, "aoss:DeleteIndex")) call.engine.remove(call.name(index));
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
    found[index] = json::Object{{"settings", settings_of(index, described(call, index))}};
  }
  return answer(200, found);
}

net::Response resolve_index(Call& call) {
  call.allow_parameters({"expand_wildcards"});
  json::Array indices;
  for (const std::string& index : call.resolve(call.part("index"), "aoss:DescribeIndex")) {
    indices.push_back(json::Object{{"name", index}, {"attributes", json::Array{"open"}}});
  }
  return answer(200, json::Object{{"indices", indices}, {"aliases", json::Array{}}, {"data_streams", json::Array{}}});
}

}  // namespace standpipe::opensearch
