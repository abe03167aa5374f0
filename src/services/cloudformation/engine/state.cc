#include "services/cloudformation/engine/state.h"

namespace standpipe::cloudformation {
namespace {

using json::Value;

Value list(const std::vector<std::string>& texts) {
  json::Array items;
  for (const std::string& text : texts) items.emplace_back(text);
  return items;
}

std::vector<std::string> texts(const Value& object, std::string_view name) {
  std::vector<std::string> items;
  if (const Value* value = object.find(name)) {
    for (const Value& item : value->array()) items.push_back(item.string());
  }
  return items;
}

int64_t integer(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value == nullptr ? 0 : value->integer();
}

bool flag(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->boolean();
}

std::optional<Timestamp> maybe_time(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value == nullptr ? std::nullopt : std::optional(from_epoch_ms(value->integer()));
}

json::Object members(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value == nullptr ? json::Object{} : value->object();
}

Value parameters_to_json(const ParameterValues& parameters) {
  json::Object values;
  for (const auto& [name, value] : parameters) values.append(name, json::Array{value.text, value.resolved});
  return values;
}

Value outputs_to_json(const std::vector<StackOutput>& outputs) {
  json::Array items;
  for (const StackOutput& one : outputs) {
    items.emplace_back(json::Array{one.key, one.value, one.description, one.export_name});
  }
  return items;
}

}  // namespace

std::string StackState::id() const {
  return "arn:aws:cloudformation:" + region + ":" + account + ":stack/" + name + "/" + uuid;
}

Value principal_to_json(const aws::Principal& principal) {
  json::Object tags;
  for (const auto& [key, value] : principal.tags) tags.append(key, value);
  return json::Object{{"kind", static_cast<int>(principal.kind)},
                      {"account", principal.account},
                      {"arn", principal.arn},
                      {"id", principal.id},
                      {"name", principal.name},
                      {"role_arn", principal.role_arn},
                      {"session_name", principal.session_name},
                      {"service", principal.service},
                      {"access_key_id", principal.access_key_id},
                      {"session_policies", list(principal.session_policies)},
                      {"tags", tags},
                      {"token_issued", epoch_ms(principal.token_issued)}};
}

aws::Principal principal_from_json(const Value& value) {
  aws::Principal principal;
  principal.kind = static_cast<aws::Principal::Kind>(integer(value, "kind"));
  principal.account = value.text("account");
  principal.arn = value.text("arn");
  principal.id = value.text("id");
  principal.name = value.text("name");
  principal.role_arn = value.text("role_arn");
  principal.session_name = value.text("session_name");
  principal.service = value.text("service");
  principal.access_key_id = value.text("access_key_id");
  principal.session_policies = texts(value, "session_policies");
  for (const auto& [key, tag] : members(value, "tags")) principal.tags[key] = tag.string();
  principal.token_issued = from_epoch_ms(integer(value, "token_issued"));
  return principal;
}

std::string print(const StackState& stack) {
  json::Object object = {{"uuid", stack.uuid},
                         {"name", stack.name},
                         {"account", stack.account},
                         {"region", stack.region},
                         {"status", stack.status},
                         {"reason", stack.reason},
                         {"description", stack.description},
                         {"parameters", parameters_to_json(stack.parameters)},
                         {"no_echo", list(stack.no_echo)},
                         {"capabilities", list(stack.capabilities)},
                         {"outputs", outputs_to_json(stack.outputs)},
                         {"on_failure", stack.on_failure},
                         {"disable_rollback", stack.disable_rollback},
                         {"retain_except_on_create", stack.retain_except_on_create},
                         {"timeout_minutes", stack.timeout_minutes},
                         {"termination_protection", stack.termination_protection},
                         {"role_arn", stack.role_arn},
                         {"principal", principal_to_json(stack.principal)},
                         {"parent", stack.parent},
                         {"root", stack.root},
                         {"parent_id", stack.parent_id},
                         {"root_id", stack.root_id},
                         {"nesting", stack.nesting},
                         {"client_request_token", stack.client_request_token},
                         {"retained", list(stack.retained)},
                         {"created", epoch_ms(stack.created)}};
  json::Array tags;
  for (const auto& [key, value] : stack.tags) tags.emplace_back(json::Array{key, value});
  object.append("tags", tags);
  if (stack.deleted) object.append("deleted", epoch_ms(*stack.deleted));
  return json::print(object);
}

StackState parse_stack(std::string_view text) {
  const Value value = json::parse(text);
  StackState stack;
  stack.uuid = value.text("uuid");
  stack.name = value.text("name");
  stack.account = value.text("account");
  stack.region = value.text("region");
  stack.status = value.text("status");
  stack.reason = value.text("reason");
  stack.description = value.text("description");
  for (const auto& [name, pair] : members(value, "parameters")) {
    stack.parameters[name] = {pair.array().at(0).string(), pair.array().at(1).string()};
  }
  stack.no_echo = texts(value, "no_echo");
  stack.capabilities = texts(value, "capabilities");
  for (const Value& one : value.find("outputs")->array()) {
    stack.outputs.push_back({one.array().at(0).string(), one.array().at(1).string(), one.array().at(2).string(),
                             one.array().at(3).string()});
  }
  stack.on_failure = value.text("on_failure");
  stack.disable_rollback = flag(value, "disable_rollback");
  stack.retain_except_on_create = flag(value, "retain_except_on_create");
  stack.timeout_minutes = static_cast<int>(integer(value, "timeout_minutes"));
  stack.termination_protection = flag(value, "termination_protection");
  stack.role_arn = value.text("role_arn");
  stack.principal = principal_from_json(*value.find("principal"));
  stack.parent = value.text("parent");
  stack.root = value.text("root");
  stack.parent_id = value.text("parent_id");
  stack.root_id = value.text("root_id");
  stack.nesting = static_cast<int>(integer(value, "nesting"));
  stack.client_request_token = value.text("client_request_token");
  stack.retained = texts(value, "retained");
  stack.created = from_epoch_ms(integer(value, "created"));
  stack.deleted = maybe_time(value, "deleted");
  for (const Value& tag : value.find("tags")->array()) {
    stack.tags.emplace_back(tag.array().at(0).string(), tag.array().at(1).string());
  }
  return stack;
}

std::string print(const ResourceState& resource) {
  json::Object object = {{"id", resource.id},
                         {"type", resource.type},
                         {"status", resource.status},
                         {"reason", resource.reason},
                         {"name", resource.name},
                         {"physical_id", resource.physical_id},
                         {"custom_request", resource.custom_request},
                         {"custom_invoked", resource.custom_invoked},
                         {"custom_accepted", resource.custom_accepted},
                         {"no_echo", resource.no_echo},
                         {"properties", resource.properties},
                         {"attributes", resource.attributes},
                         {"updated", epoch_ms(resource.updated)}};
  if (resource.called) object.append("called", epoch_ms(*resource.called));
  return json::print(object);
}

ResourceState parse_resource(std::string_view text) {
  const Value value = json::parse(text);
  ResourceState resource;
  resource.id = value.text("id");
  resource.type = value.text("type");
  resource.status = value.text("status");
  resource.reason = value.text("reason");
  resource.name = value.text("name");
  resource.physical_id = value.text("physical_id");
  resource.custom_request = value.text("custom_request");
  resource.custom_invoked = flag(value, "custom_invoked");
  resource.custom_accepted = flag(value, "custom_accepted");
  resource.no_echo = flag(value, "no_echo");
  resource.called = maybe_time(value, "called");
  resource.properties = members(value, "properties");
  resource.attributes = members(value, "attributes");
  resource.updated = from_epoch_ms(integer(value, "updated"));
  return resource;
}

std::string print(const StackEventRecord& event) {
  return json::print(json::Object{{"event_id", event.event_id},
                                  {"logical_id", event.logical_id},
                                  {"physical_id", event.physical_id},
                                  {"type", event.type},
                                  {"status", event.status},
                                  {"reason", event.reason},
                                  {"properties", event.properties},
                                  {"client_request_token", event.client_request_token},
                                  {"time", epoch_ms(event.time)}});
}

StackEventRecord parse_event(std::string_view text) {
  const Value value = json::parse(text);
  return {.event_id = value.text("event_id"),
          .logical_id = value.text("logical_id"),
          .physical_id = value.text("physical_id"),
          .type = value.text("type"),
          .status = value.text("status"),
          .reason = value.text("reason"),
          .properties = value.text("properties"),
          .client_request_token = value.text("client_request_token"),
          .time = from_epoch_ms(integer(value, "time"))};
}

}  // namespace standpipe::cloudformation
