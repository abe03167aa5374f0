#include "services/cloudformation/engine/store.h"

#include <fmt/core.h>

#include "base/bytes.h"
#include "base/random.h"

namespace standpipe::cloudformation {
namespace {

constexpr std::string_view kRunning = "-/-/cloudformation/running/";
constexpr std::string_view kStackType = "AWS::CloudFormation::Stack";

std::string root(const std::string& account, const std::string& region) {
  return account + "/" + region + "/cloudformation/";
}
std::string key(const StackState& stack, std::string_view kind) {
  return root(stack.account, stack.region) + std::string(kind) + "/" + stack.uuid;
}
std::string name_key(const StackState& stack) { return root(stack.account, stack.region) + "name/" + stack.name; }
// Names of exports may contain '/'; keys' inner parts may not.
std::string export_key(const std::string& account, const std::string& region, const std::string& name) {
  return root(account, region) + "export/" + uri_encode(name);
}
std::string import_prefix(const std::string& account, const std::string& region, const std::string& name) {
  return root(account, region) + "import/" + uri_encode(name) + "/";
}

// Numbers count down in the key, so that a scan finds the newest first.
std::string event_key(const StackState& stack, uint64_t number) {
  return fmt::format("{}/{:016}", key(stack, "event"), 9'999'999'999'999'999 - number);
}

void put_stack_event(MetadataTransaction& transaction, const StackState& stack, uint64_t number, Timestamp now) {
  StackEventRecord event;
  event.event_id = random_uuid();
  event.logical_id = stack.name;
  event.physical_id = stack.id();
  event.type = kStackType;
  event.status = stack.status;
  event.reason = stack.reason;
  event.client_request_token = stack.client_request_token;
  event.time = now;
  transaction.put(event_key(stack, number), print(event));
}

StackEventRecord resource_event(const StackState& stack, const ResourceState& resource, const std::string& shown) {
  return {.event_id = resource.id + "-" + resource.status + "-" + format_iso8601(resource.updated),
          .logical_id = resource.id,
          .physical_id = resource.physical_id,
          .type = resource.type,
          .status = resource.status,
          .reason = resource.reason,
          .properties = shown,
          .client_request_token = stack.client_request_token,
          .time = resource.updated};
}

void add_stack(MetadataTransaction& transaction, const StackState& stack, const std::string& text, Timestamp now) {
  transaction.put(key(stack, "stack"), print(stack), kAbsent);
  transaction.put(key(stack, "template"), text, kAbsent);
  transaction.put(name_key(stack), stack.uuid);
  if (stack.parent.empty()) {
    transaction.put(std::string(kRunning) + stack.uuid, json::print(json::Array{stack.account, stack.region}));
  }
  put_stack_event(transaction, stack, 1, now);
}

void free_name(MetadataTransaction& transaction, const StackState& stack) {
  const auto owner = transaction.get(name_key(stack));
  if (owner && owner->value == stack.uuid) transaction.remove(name_key(stack));
  for (const Document& one : transaction.scan(root(stack.account, stack.region) + "export/")) {
    if (json::parse(one.value).text("stack_id") == stack.id()) transaction.remove(one.key);
  }
  for (const Document& one : transaction.scan(root(stack.account, stack.region) + "import/")) {
    if (one.key.ends_with("/" + stack.uuid)) transaction.remove(one.key);
  }
}

ExportRecord parse_export(const Document& document) {
  const json::Value value = json::parse(document.value);
  return {value.text("name"), value.text("value"), value.text("stack_id"), value.text("stack_name")};
}

// Why the stack's exports cannot be made, if they cannot.
std::optional<std::string> export_conflict(MetadataTransaction& transaction, const StackState& stack) {
  for (const StackOutput& output : stack.outputs) {
    if (output.export_name.empty()) continue;
    const auto existing = transaction.get(export_key(stack.account, stack.region, output.export_name));
    if (!existing || parse_export(*existing).stack_id == stack.id()) continue;
    return fmt::format("Export with name {} is already exported by stack {}.", output.export_name,
                       parse_export(*existing).stack_name);
  }
  return std::nullopt;
}

}  // namespace

void Deletion::apply_to(StackState& stack) const {
  stack.status = "DELETE_IN_PROGRESS";
  stack.reason = "User Initiated";
  stack.principal = principal;
  if (!role_arn.empty()) stack.role_arn = role_arn;
  stack.client_request_token = client_request_token;
  stack.retained = retained;
}

bool Store::add(const StackState& stack, const std::string& text) {
  bool added = false;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    if (transaction.get(name_key(stack))) return;
    add_stack(transaction, stack, text, clock_.now());
    added = true;
  });
  return added;
}

bool Store::add_nested(const StackState& stack, const std::string& text, const std::string& parent,
                       const ResourceState& resource) {
  bool added = false;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    if (transaction.get(name_key(stack))) return;
    add_stack(transaction, stack, text, clock_.now());
    transaction.put(root(stack.account, stack.region) + "resource/" + parent + "/" + resource.id, print(resource));
    added = true;
  });
  return added;
}

std::optional<StackState> Store::stack(const std::string& account, const std::string& region, const std::string& uuid) {
  const auto document = metadata_.get(root(account, region) + "stack/" + uuid);
  return document ? std::optional(parse_stack(document->value)) : std::nullopt;
}

std::optional<StackState> Store::living_stack(const std::string& account, const std::string& region,
                                              const std::string& name) {
  const auto document = metadata_.get(root(account, region) + "name/" + name);
  return document ? stack(account, region, document->value) : std::nullopt;
}

std::vector<StackState> Store::stacks(const std::string& account, const std::string& region) {
  std::vector<StackState> result;
  for (const Document& document : metadata_.scan(root(account, region) + "stack/")) {
    result.push_back(parse_stack(document.value));
  }
  return result;
}

size_t Store::stacks_living(const std::string& account, const std::string& region) {
  return metadata_.scan(root(account, region) + "name/").size();
}

std::string Store::template_text(const StackState& stack) {
  const auto document = metadata_.get(key(stack, "template"));
  return document ? document->value : std::string();
}

std::map<std::string, ResourceState> Store::resources(const StackState& stack) {
  std::map<std::string, ResourceState> result;
  for (const Document& document : metadata_.scan(key(stack, "resource") + "/")) {
    ResourceState resource = parse_resource(document.value);
    const std::string id = resource.id;
    result.emplace(id, std::move(resource));
  }
  return result;
}

std::vector<StackEventRecord> Store::events(const StackState& stack, uint64_t before, size_t count_max,
                                            uint64_t& next) {
  const std::string prefix = key(stack, "event") + "/";
  const auto documents = metadata_.scan(prefix, before == 0 ? std::string() : event_key(stack, before), count_max + 1);
  std::vector<StackEventRecord> result;
  next = 0;
  for (const Document& document : documents) {
    if (result.size() == count_max) {
      const auto last = parse_int(documents[count_max - 1].key.substr(prefix.size()));
      next = static_cast<uint64_t>(9'999'999'999'999'999 - last.value_or(0));
      break;
    }
    result.push_back(parse_event(document.value));
  }
  return result;
}

uint64_t Store::event_count(const StackState& stack) {
  const std::string prefix = key(stack, "event") + "/";
  const auto newest = metadata_.scan(prefix, {}, 1);
  if (newest.empty()) return 0;
  return static_cast<uint64_t>(9'999'999'999'999'999 - parse_int(newest[0].key.substr(prefix.size())).value_or(0));
}

void Store::put(const StackState& stack, const ResourceState& resource, uint64_t number, const std::string& shown) {
  metadata_.transaction([&](MetadataTransaction& transaction) {
    transaction.put(key(stack, "resource") + "/" + resource.id, print(resource));
    if (number != 0) transaction.put(event_key(stack, number), print(resource_event(stack, resource, shown)));
  });
}

void Store::put(const StackState& stack, uint64_t number) {
  metadata_.transaction([&](MetadataTransaction& transaction) {
    transaction.put(key(stack, "stack"), print(stack));
    put_stack_event(transaction, stack, number, clock_.now());
    const std::string running = std::string(kRunning) + stack.uuid;
    if (stack.status == "DELETE_IN_PROGRESS") transaction.remove(key(stack, "deletion"));
    if (stack.in_progress()) {
      if (stack.parent.empty()) {
        transaction.put(running, json::print(json::Array{stack.account, stack.region}));
      }
      return;
    }
    if (!transaction.get(key(stack, "deletion"))) transaction.remove(running);
    if (stack.status == "DELETE_COMPLETE") free_name(transaction, stack);
  });
}

std::optional<std::string> Store::complete(const StackState& stack, uint64_t number) {
  std::optional<std::string> taken;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    taken = export_conflict(transaction, stack);
    if (taken) return;
    for (const StackOutput& output : stack.outputs) {
      if (output.export_name.empty()) continue;
      transaction.put(export_key(stack.account, stack.region, output.export_name),
                      json::print(json::Object{{"name", output.export_name},
                                               {"value", output.value},
                                               {"stack_id", stack.id()},
                                               {"stack_name", stack.name}}));
    }
    transaction.put(key(stack, "stack"), print(stack));
    put_stack_event(transaction, stack, number, clock_.now());
    if (!transaction.get(key(stack, "deletion"))) transaction.remove(std::string(kRunning) + stack.uuid);
  });
  return taken;
}

std::vector<ExportRecord> Store::exports(const std::string& account, const std::string& region) {
  std::vector<ExportRecord> result;
  for (const Document& one : metadata_.scan(root(account, region) + "export/")) result.push_back(parse_export(one));
  return result;
}

std::optional<ExportRecord> Store::find_export(const std::string& account, const std::string& region,
                                               const std::string& name) {
  const auto document = metadata_.get(export_key(account, region, name));
  return document ? std::optional(parse_export(*document)) : std::nullopt;
}

void Store::note_import(const StackState& stack, const std::string& export_name) {
  metadata_.put(import_prefix(stack.account, stack.region, export_name) + stack.uuid, stack.name);
}

std::vector<std::string> Store::importers(const std::string& account, const std::string& region,
                                          const std::string& name) {
  std::vector<std::string> names;
  for (const Document& one : metadata_.scan(import_prefix(account, region, name))) names.push_back(one.value);
  return names;
}

void Store::request_deletion(const StackState& stack, const Deletion& deletion) {
  json::Array retained;
  for (const std::string& id : deletion.retained) retained.emplace_back(id);
  metadata_.transaction([&](MetadataTransaction& transaction) {
    transaction.put(key(stack, "deletion"),
                    json::print(json::Object{{"principal", principal_to_json(deletion.principal)},
                                             {"role_arn", deletion.role_arn},
                                             {"client_request_token", deletion.client_request_token},
                                             {"retained", retained}}));
    transaction.put(std::string(kRunning) + stack.uuid, json::print(json::Array{stack.account, stack.region}));
  });
}

std::optional<Deletion> Store::requested_deletion(const StackState& stack) {
  const auto document = metadata_.get(key(stack, "deletion"));
  if (!document) return std::nullopt;
  const json::Value value = json::parse(document->value);
  Deletion deletion{
      principal_from_json(*value.find("principal")), value.text("role_arn"), value.text("client_request_token"), {}};
  for (const json::Value& id : value.find("retained")->array()) deletion.retained.push_back(id.string());
  return deletion;
}

std::vector<Store::Running> Store::running() {
  std::vector<Running> result;
  for (const Document& one : metadata_.scan(kRunning)) {
    const json::Value where = json::parse(one.value);
    result.push_back({where.array().at(0).string(), where.array().at(1).string(), one.key.substr(kRunning.size())});
  }
  return result;
}

}  // namespace standpipe::cloudformation
