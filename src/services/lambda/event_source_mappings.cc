// Event source mappings: create, describe, list, update, delete. What they do is in event_source/.
#include <algorithm>

#include "base/bytes.h"
#include "services/lambda/lambda.h"

namespace standpipe::lambda {
namespace {

constexpr size_t kListedMax = 100;

aws::Error no_such_mapping() {
  return ResourceNotFoundException("The resource you requested does not exist.").with("Type", "User");
}

bool same_pair(const StoredMapping& left, const StoredMapping& right) {
  return left.source_arn == right.source_arn && left.function_name().arn() == right.function_name().arn();
}

}  // namespace

StoredMapping Lambda::mapping(const aws::Request& request, const std::string& uuid) {
  auto found = find_mapping(metadata_, uuid);
  if (!found || found->account != request.account || found->region != request.region) throw no_such_mapping();
  return *std::move(found);
}

EventSourceMappingConfiguration Lambda::show(const StoredMapping& mapping) const {
  EventSourceMappingConfiguration shown = lambda::describe(mapping);
  auto [state, result] = sources_.show(mapping);
  shown.state = std::move(state);
  shown.last_processing_result = std::move(result);
  return shown;
}

CreateEventSourceMappingOutput Lambda::create_event_source_mapping(const aws::Request& request,
                                                                   const CreateEventSourceMappingInput& input) {
  const StoredMapping made = read_mapping(request, input, clock_.now());
  function(parse_function_name(request, input.function_name));
  check_source(sources_.surroundings(), made);
  check_destination(sources_.surroundings(), made);
  metadata_.transaction([&](MetadataTransaction& transaction) {
    for (const StoredMapping& other : all_mappings(transaction)) {
      if (!same_pair(other, made)) continue;
      throw ResourceConflictException("The event source arn (\" " + made.source_arn + " \") and function (\" " +
                                      made.function + " \") provided mapping already exists. Please update or delete "
                                                      "the existing mapping with UUID " +
                                      other.uuid)
          .with("Type", "User");
    }
    put_mapping(transaction, made);
  });
  sources_.apply(made, "Creating");
  CreateEventSourceMappingOutput output = show(made);
  output.state = "Creating";
  return output;
}

GetEventSourceMappingOutput Lambda::get_event_source_mapping(const aws::Request& request,
                                                             const GetEventSourceMappingInput& input) {
  return show(mapping(request, input.uuid));
}

ListEventSourceMappingsOutput Lambda::list_event_source_mappings(const aws::Request& request,
                                                                 const ListEventSourceMappingsInput& input) {
  const auto wanted = input.function_name ? std::optional(parse_function_name(request, *input.function_name))
                                          : std::nullopt;
  const size_t count = std::min(static_cast<size_t>(input.max_items.value_or(kListedMax)), kListedMax);
  ListEventSourceMappingsOutput output;
  output.event_source_mappings.emplace();
  for (const StoredMapping& one : all_mappings(metadata_)) {  // by UUID
    if (one.account != request.account || one.region != request.region) continue;
    if (input.marker && one.uuid <= *input.marker) continue;
    if (wanted && one.function != wanted->name) continue;
    if (input.event_source_arn && one.source_arn != *input.event_source_arn) continue;
    if (output.event_source_mappings->size() == count) {
      output.next_marker = output.event_source_mappings->back().uuid;
      break;
    }
    output.event_source_mappings->push_back(show(one));
  }
  return output;
}

// One change at a time: while one takes effect the mapping is in use.
StoredMapping Lambda::change_mapping(const aws::Request& request, const std::string& uuid, const std::string& action,
                                     const std::function<void(StoredMapping&)>& change) {
  mapping(request, uuid);
  if (!sources_.reserve(uuid)) {
    throw ResourceInUseException("Cannot " + action + " the event source mapping because it is in use.")
        .with("Type", "User");
  }
  try {
    StoredMapping changed = mapping(request, uuid);
    change(changed);
    changed.modified = clock_.now();
    metadata_.transaction([&](MetadataTransaction& transaction) { put_mapping(transaction, changed); });
    return changed;
  } catch (...) {
    sources_.release(uuid);
    throw;
  }
}

UpdateEventSourceMappingOutput Lambda::update_event_source_mapping(const aws::Request& request,
                                                                   const UpdateEventSourceMappingInput& input) {
  std::string state = "Updating";
  const StoredMapping changed = change_mapping(request, input.uuid, "update", [&](StoredMapping& mapping) {
    const bool before = mapping.enabled;
    lambda::change_mapping(input, mapping);
    if (input.function_name) {
      const FunctionName name = parse_function_name(request, *input.function_name);
      function(name);
      mapping.function = name.name;
    }
    if (input.function_name || mapping.enabled) check_source(sources_.surroundings(), mapping);
    check_destination(sources_.surroundings(), mapping);
    if (mapping.enabled != before) state = mapping.enabled ? "Enabling" : "Disabling";
  });
  sources_.apply(changed, state);
  UpdateEventSourceMappingOutput output = show(changed);
  output.state = state;
  return output;
}

DeleteEventSourceMappingOutput Lambda::delete_event_source_mapping(const aws::Request& request,
                                                                   const DeleteEventSourceMappingInput& input) {
  const StoredMapping gone =
      change_mapping(request, input.uuid, "delete", [](StoredMapping& mapping) { mapping.deleting = true; });
  DeleteEventSourceMappingOutput output = show(gone);
  output.state = "Deleting";
  sources_.apply(gone, "Deleting");
  return output;
}

StoredMapping Lambda::tagged_mapping(const aws::Request& request, const std::string& arn) {
  StoredMapping found = mapping(request, arn.substr(arn.rfind(':') + 1));
  if (found.arn() != arn) throw no_such_mapping();
  return found;
}

// Tags change nothing of what runs.
void Lambda::change_tags(const aws::Request& request, const std::string& arn,
                         const std::function<void(std::map<std::string, std::string>&)>& change) {
  const std::string uuid = tagged_mapping(request, arn).uuid;
  change_mapping(request, uuid, "tag", [&](StoredMapping& mapping) { change(mapping.tags); });
  sources_.release(uuid);
}

}  // namespace standpipe::lambda
