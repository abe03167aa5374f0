#include "services/opensearchserverless/opensearchserverless.h"

namespace standpipe::opensearchserverless {
namespace {

constexpr size_t kTagsMax = 50;

std::string id_of(const std::string& arn) { return arn.substr(arn.rfind('/') + 1); }

}  // namespace

void OpenSearchServerless::update_tags(const aws::Request& request, const std::string& arn,
                                       const std::function<void(std::map<std::string, std::string>&)>& change) {
  const std::string key = collections_prefix(request.account, request.region) + required(request, id_of(arn)).name;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const auto document = transaction.get(key);
    if (!document) throw ResourceNotFoundException("Resource " + arn + " cannot be found.");
    StoredCollection collection = collection_from(document->value);
    change(collection.tags);
    if (collection.tags.size() > kTagsMax) throw ServiceQuotaExceededException("A resource has at most 50 tags.");
    transaction.put(key, to_text(collection), document->version);
  });
}

TagResourceOutput OpenSearchServerless::tag_resource(const aws::Request& request, const TagResourceInput& input) {
  update_tags(request, input.resource_arn, [&](std::map<std::string, std::string>& tags) {
    for (const Tag& tag : input.tags) tags[tag.key] = tag.value;
  });
  return {};
}

UntagResourceOutput OpenSearchServerless::untag_resource(const aws::Request& request, const UntagResourceInput& input) {
  update_tags(request, input.resource_arn, [&](std::map<std::string, std::string>& tags) {
    for (const std::string& key : input.tag_keys) tags.erase(key);
  });
  return {};
}

ListTagsForResourceOutput OpenSearchServerless::list_tags_for_resource(const aws::Request& request,
                                                                       const ListTagsForResourceInput& input) {
  ListTagsForResourceOutput output;
  auto& tags = output.tags.emplace();
  const StoredCollection collection = required(request, id_of(input.resource_arn));
  for (const auto& [key, value] : collection.tags) tags.push_back({key, value});
  return output;
}

}  // namespace standpipe::opensearchserverless
