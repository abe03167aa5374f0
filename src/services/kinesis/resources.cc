// Tags and policies of what an ARN names: a stream or a consumer.
#include "base/json.h"
#include "services/kinesis/naming.h"
#include "services/kinesis/policy_document.h"
#include "services/kinesis/tags.h"

namespace standpipe::kinesis {
namespace {

// A stream or consumer, and where its tags and policy are.
struct Resource {
  StreamName stream;
  std::optional<ConsumerName> consumer;
};

Resource resolve_resource(const aws::Request& request, const std::string& arn) {
  if (const auto consumer = parse_consumer_arn(arn)) {
    return {resolve_consumer(request, arn).stream, consumer};
  }
  const auto stream = parse_stream_arn(arn);
  if (!stream || stream->region != request.region) throw InvalidArgumentException("Invalid ResourceARN: " + arn);
  return {*stream, std::nullopt};
}

// `use(tags, policy)` of the resource in that state of its stream.
template <class State, class Use>
void with_resource(State& state, const Resource& resource, const Use& use) {
  if (!resource.consumer) return use(state.tags, state.policy);
  const auto found = state.consumers.find(resource.consumer->name);
  if (found == state.consumers.end() || state.name_of(found->second).created_s != resource.consumer->created_s) {
    throw consumer_not_found(*resource.consumer);
  }
  use(found->second.tags, found->second.policy);
}

aws::Error no_policy(const std::string& arn) {
  return ResourceNotFoundException("No resource policy found for resource ARN " + arn + ".");
}

}  // namespace

template <class Edit>
void Kinesis::change_resource(const aws::Request& request, const std::string& arn, const Edit& edit) {
  const Resource resource = resolve_resource(request, arn);
  change(resource.stream, [&](StreamState& state) { with_resource(state, resource, edit); });
}

TagResourceOutput Kinesis::tag_resource(const aws::Request& request, const TagResourceInput& input) {
  refuse_new_members(input);
  change_resource(request, input.resource_arn, [&](std::map<std::string, std::string>& tags, std::string&) {
    add_tags(tags, input.tags, input.resource_arn, request.account);
  });
  return {};
}

UntagResourceOutput Kinesis::untag_resource(const aws::Request& request, const UntagResourceInput& input) {
  refuse_new_members(input);
  change_resource(request, input.resource_arn, [&](std::map<std::string, std::string>& tags, std::string&) {
    for (const std::string& key : input.tag_keys) tags.erase(key);
  });
  return {};
}

ListTagsForResourceOutput Kinesis::list_tags_for_resource(const aws::Request& request,
                                                          const ListTagsForResourceInput& input) {
  refuse_new_members(input);
  const Resource resource = resolve_resource(request, input.resource_arn);
  ListTagsForResourceOutput output;
  output.tags.emplace();
  with_resource(stream(resource.stream)->state, resource, [&](const auto& tags, const std::string&) {
    for (const auto& [key, value] : tags) output.tags->push_back({key, value});
  });
  return output;
}

PutResourcePolicyOutput Kinesis::put_resource_policy(const aws::Request& request, const PutResourcePolicyInput& input) {
  refuse_new_members(input);
  check_policy_document(input.policy, input.resource_arn);
  change_resource(request, input.resource_arn,
                  [&](std::map<std::string, std::string>&, std::string& policy) { policy = input.policy; });
  return {};
}

GetResourcePolicyOutput Kinesis::get_resource_policy(const aws::Request& request, const GetResourcePolicyInput& input) {
  refuse_new_members(input);
  const Resource resource = resolve_resource(request, input.resource_arn);
  GetResourcePolicyOutput output;
  with_resource(stream(resource.stream)->state, resource,
                [&](const auto&, const std::string& policy) { output.policy = policy; });
  if (output.policy.empty()) output.policy = "{}";  // no policy is no error to AWS, as recorded there
  return output;
}

DeleteResourcePolicyOutput Kinesis::delete_resource_policy(const aws::Request& request,
                                                           const DeleteResourcePolicyInput& input) {
  refuse_new_members(input);
  change_resource(request, input.resource_arn, [&](std::map<std::string, std::string>&, std::string& policy) {
    if (policy.empty()) throw no_policy(input.resource_arn);
    policy.clear();
  });
  return {};
}

}  // namespace standpipe::kinesis
