// Index and component templates: what indices to come will look like.
#include <algorithm>

#include "base/bytes.h"
#include "search/dsl/options.h"
#include "services/opensearch/answers.h"
#include "services/opensearch/routes.h"

namespace standpipe::opensearch {
namespace {

const char* list_name(TemplateKind kind) {
  return kind == TemplateKind::index ? "index_templates" : "component_templates";
}
const char* item_name(TemplateKind kind) {
  return kind == TemplateKind::index ? "index_template" : "component_template";
}

void check_template(const json::Value& body, TemplateKind kind) {
  static const std::string_view known[] = {"template", "version", "_meta", "index_patterns", "priority", "composed_of",
                                           "data_stream"};
  for (const auto& [name, value] : body.object()) {
    const bool allowed = std::find(std::begin(known), std::begin(known) + (kind == TemplateKind::index ? 6 : 3),
                                   name) != std::begin(known) + (kind == TemplateKind::index ? 6 : 3);
    if (name == "data_stream") throw search::illegal_argument("data streams are not supported");
    if (!allowed)
      throw search::parsing_exception("[" + std::string(item_name(kind)) + "] unknown field [" + name + "]");
  }
  const json::Value* inner = body.find("template");
  if (inner == nullptr) {
    if (kind == TemplateKind::component) throw search::illegal_argument("Required [template]");
    return;
  }
  for (const auto& [name, value] : inner->object()) {
    if (name != "mappings" && name != "settings" && name != "aliases")
      throw search::parsing_exception("[template] unknown field [" + name + "]");
  }
}

void check_patterns(const Call& call, const std::string& name, json::Value& body) {
  json::Value* patterns = body.object().find("index_patterns");
  if (patterns != nullptr && patterns->is_string()) *patterns = json::Array{*patterns};
  if (patterns == nullptr || !patterns->is_array() || patterns->array().empty())
    throw search::Error("action_request_validation_exception", 400,
                        "Validation Failed: 1: index patterns are missing;");
  const auto components = call.catalog.templates(call.collection, TemplateKind::component);
  if (const json::Value* composed = body.find("composed_of")) {
    for (const json::Value& component : composed->array()) {
      if (components.contains(component.string())) continue;
      throw search::Error("invalid_index_template_exception", 400,
                          "index_template [" + name + "] invalid, cause [index template [" + name +
                              "] specifies component templates [" + component.string() + "] that do not exist]");
    }
  } else {
    body.object()["composed_of"] = json::Array{};
  }
}

net::Response put(Call& call, TemplateKind kind) {
  call.allow_parameters({"create", "cause", "timeout", "cluster_manager_timeout", "master_timeout"});
  call.require("aoss:CreateCollectionItems", "");
  const std::string name = call.part("name");
  json::Value body = call.json_body();
  check_template(body, kind);
  if (kind == TemplateKind::index) check_patterns(call, name, body);
  if (call.flag("create") && call.catalog.templates(call.collection, kind).contains(name)) {
    throw search::illegal_argument(
        std::string(kind == TemplateKind::index ? "index template [" : "component template [") + name +
        "] already exists");
  }
  call.catalog.put_template(call.collection, kind, name, body);
  return answer(200, json::Object{{"acknowledged", true}});
}

net::Response get(Call& call, TemplateKind kind) {
  call.allow_parameters({"flat_settings", "local", "cluster_manager_timeout", "master_timeout"});
  call.require("aoss:DescribeCollectionItems", "");
  const std::string wanted = call.part("name");
  json::Array found;
  for (const auto& [name, body] : call.catalog.templates(call.collection, kind)) {
    if (wanted.empty() || glob_match(wanted, name))
      found.push_back(json::Object{{"name", name}, {item_name(kind), body}});
  }
  if (found.empty() && !wanted.empty() && wanted.find('*') == std::string::npos) {
    throw search::Error(
        "resource_not_found_exception", 404,
        std::string(kind == TemplateKind::index ? "index template matching [" : "component template matching [") +
            wanted + "] not found");
  }
  return answer(200, json::Object{{list_name(kind), std::move(found)}});
}

net::Response has(Call& call, TemplateKind kind) {
  call.require("aoss:DescribeCollectionItems", "");
  net::Response response;
  response.status = call.catalog.templates(call.collection, kind).contains(call.part("name")) ? 200 : 404;
  return response;
}

net::Response remove(Call& call, TemplateKind kind) {
  call.allow_parameters({"timeout", "cluster_manager_timeout", "master_timeout"});
  call.require("aoss:DeleteCollectionItems", "");
  const std::string name = call.part("name");
  if (kind == TemplateKind::component) {
    for (const auto& [user, body] : call.catalog.templates(call.collection, TemplateKind::index)) {
      const json::Value* composed = body.find("composed_of");
      const json::Array list = composed == nullptr ? json::Array{} : composed->array();
      if (std::find(list.begin(), list.end(), json::Value(name)) != list.end())
        throw search::illegal_argument("component templates [" + name +
                                       "] cannot be removed as they are still in use by index templates [" + user +
                                       "]");
    }
  }
  if (!call.catalog.remove_template(call.collection, kind, name)) {
    throw search::Error("index_template_missing_exception", 404, "index_template [" + name + "] missing");
  }
  return answer(200, json::Object{{"acknowledged", true}});
}

}  // namespace

net::Response put_index_template(Call& call) { return put(call, TemplateKind::index); }
net::Response get_index_template(Call& call) { return get(call, TemplateKind::index); }
net::Response has_index_template(Call& call) { return has(call, TemplateKind::index); }
net::Response delete_index_template(Call& call) { return remove(call, TemplateKind::index); }
net::Response put_component_template(Call& call) { return put(call, TemplateKind::component); }
net::Response get_component_template(Call& call) { return get(call, TemplateKind::component); }
net::Response has_component_template(Call& call) { return has(call, TemplateKind::component); }
net::Response delete_component_template(Call& call) { return remove(call, TemplateKind::component); }

net::Response cat_templates(Call& call) {
  call.allow_parameters({"v", "h", "s", "help", "local"});
  call.require("aoss:DescribeCollectionItems", "");
  CatTable table{{"name", "index_patterns", "order", "version", "composed_of"}, {}};
  for (const auto& [name, body] : call.catalog.templates(call.collection, TemplateKind::index)) {
    if (!call.part("name").empty() && !glob_match(call.part("name"), name)) continue;
    const auto list = [&](const char* member) {
      std::vector<std::string> items;
      if (const json::Value* value = body.find(member); value != nullptr && value->is_array()) {
        for (const json::Value& item : value->array()) items.push_back(item.string());
      }
      return "[" + join(items, ", ") + "]";
    };
    const auto number = [&](const char* member) {
      const json::Value* value = body.find(member);
      return value == nullptr ? std::string() : json::print(*value);
    };
    table.rows.push_back({name, list("index_patterns"), number("priority"), number("version"), list("composed_of")});
  }
  return print_table(call, table);
}

}  // namespace standpipe::opensearch
