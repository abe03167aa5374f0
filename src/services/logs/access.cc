// Which IAM action on which ARN each operation needs. Operations on a group name its streams with an empty name, as
// AWS's own messages do, so that policies on "log-group:NAME:*" allow them.
#include "services/logs/logs.h"

namespace standpipe::logs {
namespace {

aws::Access on_stream(const aws::Request& request, std::string action, const std::string& group,
                      const std::string& stream) {
  return {"logs:" + action, group_arn(Place(request), group) + ":log-stream:" + stream};
}

aws::Access on_group(const aws::Request& request, std::string action, const std::string& group) {
  return on_stream(request, std::move(action), group, "");
}

aws::Access on_arn(const aws::Request& request, std::string action, const std::string& arn) {
  return {"logs:" + action, group_arn(Place(request), group_name_of(arn))};
}

std::string either(const std::optional<std::string>& name, const std::optional<std::string>& identifier) {
  return name ? *name : group_name_of(identifier.value_or(""));
}

void add_tags(aws::Access& access, const std::map<std::string, std::string>& tags) {
  for (const auto& [key, value] : tags) {
    access.conditions["aws:requesttag/" + key] = {value};
    access.conditions["aws:tagkeys"].push_back(key);
  }
}

}  // namespace

aws::Accesses Logs::access(const aws::Request& request, const CreateLogGroupInput& input) {
  aws::Accesses accesses{on_group(request, "CreateLogGroup", input.log_group_name)};
  if (!input.tags) return accesses;
  add_tags(accesses.front(), *input.tags);
  accesses.push_back(on_arn(request, "TagResource", input.log_group_name));
  add_tags(accesses.back(), *input.tags);
  return accesses;
}

aws::Accesses Logs::access(const aws::Request& request, const DeleteLogGroupInput& input) {
  return {on_group(request, "DeleteLogGroup", input.log_group_name)};
}

aws::Accesses Logs::access(const aws::Request& request, const DescribeLogGroupsInput&) {
  return {on_group(request, "DescribeLogGroups", "")};
}

aws::Accesses Logs::access(const aws::Request& request, const PutRetentionPolicyInput& input) {
  return {on_group(request, "PutRetentionPolicy", input.log_group_name)};
}

aws::Accesses Logs::access(const aws::Request& request, const DeleteRetentionPolicyInput& input) {
  return {on_group(request, "DeleteRetentionPolicy", input.log_group_name)};
}

aws::Accesses Logs::access(const aws::Request& request, const TagResourceInput& input) {
  aws::Access access = on_arn(request, "TagResource", input.resource_arn);
  add_tags(access, input.tags);
  return {std::move(access)};
}

aws::Accesses Logs::access(const aws::Request& request, const UntagResourceInput& input) {
  aws::Access access = on_arn(request, "UntagResource", input.resource_arn);
  access.conditions["aws:tagkeys"] = input.tag_keys;
  return {std::move(access)};
}

aws::Accesses Logs::access(const aws::Request& request, const ListTagsForResourceInput& input) {
  return {on_arn(request, "ListTagsForResource", input.resource_arn)};
}

aws::Accesses Logs::access(const aws::Request& request, const CreateLogStreamInput& input) {
  return {on_stream(request, "CreateLogStream", input.log_group_name, input.log_stream_name)};
}

aws::Accesses Logs::access(const aws::Request& request, const DeleteLogStreamInput& input) {
  return {on_stream(request, "DeleteLogStream", input.log_group_name, input.log_stream_name)};
}

aws::Accesses Logs::access(const aws::Request& request, const DescribeLogStreamsInput& input) {
  return {on_group(request, "DescribeLogStreams", either(input.log_group_name, input.log_group_identifier))};
}

aws::Accesses Logs::access(const aws::Request& request, const PutLogEventsInput& input) {
  return {on_stream(request, "PutLogEvents", input.log_group_name, input.log_stream_name)};
}

aws::Accesses Logs::access(const aws::Request& request, const GetLogEventsInput& input) {
  return {on_stream(request, "GetLogEvents", either(input.log_group_name, input.log_group_identifier),
                    input.log_stream_name)};
}

aws::Accesses Logs::access(const aws::Request& request, const FilterLogEventsInput& input) {
  return {on_group(request, "FilterLogEvents", either(input.log_group_name, input.log_group_identifier))};
}

}  // namespace standpipe::logs
