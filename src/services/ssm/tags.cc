#include "services/ssm/ssm.h"

namespace standpipe::ssm {
namespace {

void check_type(const std::string& type) {
  if (type == "Parameter") return;
  throw InvalidResourceType("The resource type is not valid. Only resources of type Parameter exist here, not " + type +
                            ".");
}

aws::Error no_such_resource() {
  return InvalidResourceId("The resource ID is not valid. Verify that you entered the correct ID and try again.");
}

}  // namespace

template <class Change>
void Ssm::change_tags(const aws::Request& request, const std::string& type, const std::string& id, Change change) {
  check_type(type);
  const std::string key = parameters_prefix(request) + id;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const auto document = transaction.get(key);
    if (!document) throw no_such_resource();
    StoredParameter stored = parse_parameter(document->value);
    change(stored.tags);
    transaction.put(key, print_parameter(stored));
  });
}

AddTagsToResourceOutput Ssm::add_tags_to_resource(const aws::Request& request, const AddTagsToResourceInput& input) {
  change_tags(request, input.resource_type, input.resource_id, [&](std::map<std::string, std::string>& tags) {
    for (const Tag& tag : input.tags) tags[tag.key] = tag.value;
    if (tags.size() > 50) throw TooManyTagsError("The number of tags exceeds the limit of 50.");
  });
  return {};
}

RemoveTagsFromResourceOutput Ssm::remove_tags_from_resource(const aws::Request& request,
                                                            const RemoveTagsFromResourceInput& input) {
  change_tags(request, input.resource_type, input.resource_id, [&](std::map<std::string, std::string>& tags) {
    for (const std::string& key : input.tag_keys) tags.erase(key);
  });
  return {};
}

ListTagsForResourceOutput Ssm::list_tags_for_resource(const aws::Request& request,
                                                      const ListTagsForResourceInput& input) {
  check_type(input.resource_type);
  const auto document = metadata_.get(parameters_prefix(request) + input.resource_id);
  if (!document) throw no_such_resource();
  ListTagsForResourceOutput output{.tag_list = {{}}};
  for (const auto& [key, value] : parse_parameter(document->value).tags) {
    output.tag_list->push_back({.key = key, .value = value});
  }
  return output;
}

}  // namespace standpipe::ssm
