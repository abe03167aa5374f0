// Which IAM action on which ARN each operation needs.
#include "services/ssm/ssm.h"

namespace standpipe::ssm {
namespace {

aws::Access on(const aws::Request& request, std::string action, const std::string& name) {
  return {"ssm:" + action, parameter_arn(request.region, request.account, parse_reference(name).name)};
}

void add_request_tags(aws::Access& access, const std::vector<Tag>& tags) {
  for (const Tag& tag : tags) {
    access.conditions["aws:requesttag/" + tag.key] = {tag.value};
    access.conditions["aws:tagkeys"].push_back(tag.key);
  }
}

}  // namespace

aws::Accesses Ssm::access(const aws::Request& request, const PutParameterInput& input) {
  aws::Accesses accesses{on(request, "PutParameter", input.name)};
  const std::vector<Tag> tags = input.tags.value_or(std::vector<Tag>{});
  add_request_tags(accesses.front(), tags);
  accesses.front().conditions["ssm:overwrite"] = {input.overwrite.value_or(false) ? "true" : "false"};
  if (!tags.empty()) {
    accesses.push_back(on(request, "AddTagsToResource", input.name));
    add_request_tags(accesses.back(), tags);
  }
  return accesses;
}

aws::Accesses Ssm::access(const aws::Request& request, const GetParameterInput& input) {
  return {on(request, "GetParameter", input.name)};
}

aws::Accesses Ssm::access(const aws::Request& request, const GetParametersInput& input) {
  aws::Accesses accesses;
  for (const std::string& name : input.names) accesses.push_back(on(request, "GetParameters", name));
  // Without names there is nothing to check: the request is refused by validation, after this.
  if (accesses.empty()) accesses.push_back(on(request, "GetParameters", "*"));
  return accesses;
}

aws::Accesses Ssm::access(const aws::Request& request, const GetParametersByPathInput& input) {
  aws::Access access = on(request, "GetParametersByPath", input.path);
  access.conditions["ssm:recursive"] = {input.recursive.value_or(false) ? "true" : "false"};
  return {std::move(access)};
}

aws::Accesses Ssm::access(const aws::Request& request, const DescribeParametersInput&) {
  return {{"ssm:DescribeParameters", "arn:aws:ssm:" + request.region + ":" + request.account + ":*"}};
}

aws::Accesses Ssm::access(const aws::Request& request, const DeleteParameterInput& input) {
  return {on(request, "DeleteParameter", input.name)};
}

aws::Accesses Ssm::access(const aws::Request& request, const DeleteParametersInput& input) {
  aws::Accesses accesses;
  for (const std::string& name : input.names) accesses.push_back(on(request, "DeleteParameters", name));
  if (accesses.empty()) accesses.push_back(on(request, "DeleteParameters", "*"));
  return accesses;
}

aws::Accesses Ssm::access(const aws::Request& request, const AddTagsToResourceInput& input) {
  aws::Access access = on(request, "AddTagsToResource", input.resource_id);
  add_request_tags(access, input.tags);
  return {std::move(access)};
}

aws::Accesses Ssm::access(const aws::Request& request, const ListTagsForResourceInput& input) {
  return {on(request, "ListTagsForResource", input.resource_id)};
}

aws::Accesses Ssm::access(const aws::Request& request, const RemoveTagsFromResourceInput& input) {
  return {on(request, "RemoveTagsFromResource", input.resource_id)};
}

}  // namespace standpipe::ssm
