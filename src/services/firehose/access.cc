// What must be allowed before an operation runs.
#include <set>

#include "services/firehose/firehose.h"

namespace standpipe::firehose {
namespace {

aws::Accesses on_stream(const aws::Request& request, const std::string& action, const std::string& name) {
  return {
      {"firehose:" + action, "arn:aws:firehose:" + request.region + ":" + request.account + ":deliverystream/" + name}};
}

aws::Conditions request_tags(const std::optional<std::vector<Tag>>& tags) {
  aws::Conditions conditions;
  for (const Tag& tag : tags.value_or(std::vector<Tag>{})) {
    conditions["aws:requesttag/" + tag.key] = {tag.value.value_or("")};
    conditions["aws:tagkeys"].push_back(tag.key);
  }
  return conditions;
}

}  // namespace

aws::Accesses Firehose::access(const aws::Request& request, const CreateDeliveryStreamInput& input) {
  aws::Accesses accesses = on_stream(request, "CreateDeliveryStream", input.delivery_stream_name);
  accesses.front().conditions = request_tags(input.tags);
  std::set<std::string> roles;
  if (const auto& source = input.kinesis_stream_source_configuration) roles.insert(source->role_arn);
  if (const auto& s3 = input.s3_destination_configuration) roles.insert(s3->role_arn);
  if (const auto& s3 = input.extended_s3_destination_configuration) roles.insert(s3->role_arn);
  if (const auto& collection = input.amazon_open_search_serverless_destination_configuration) {
    roles.insert({collection->role_arn, collection->s3_configuration.role_arn});
  }
  for (const std::string& role : roles) {
    accesses.push_back({"iam:PassRole", role, {{"iam:passedtoservice", {"firehose.amazonaws.com"}}}});
  }
  return accesses;
}

aws::Accesses Firehose::access(const aws::Request& request, const DeleteDeliveryStreamInput& input) {
  return on_stream(request, "DeleteDeliveryStream", input.delivery_stream_name);
}
aws::Accesses Firehose::access(const aws::Request& request, const DescribeDeliveryStreamInput& input) {
  return on_stream(request, "DescribeDeliveryStream", input.delivery_stream_name);
}
aws::Accesses Firehose::access(const aws::Request&, const ListDeliveryStreamsInput&) {
  return {{"firehose:ListDeliveryStreams", "*"}};
}
aws::Accesses Firehose::access(const aws::Request& request, const PutRecordInput& input) {
  return on_stream(request, "PutRecord", input.delivery_stream_name);
}
aws::Accesses Firehose::access(const aws::Request& request, const PutRecordBatchInput& input) {
  return on_stream(request, "PutRecordBatch", input.delivery_stream_name);
}
aws::Accesses Firehose::access(const aws::Request& request, const TagDeliveryStreamInput& input) {
  aws::Accesses accesses = on_stream(request, "TagDeliveryStream", input.delivery_stream_name);
  accesses.front().conditions = request_tags(input.tags);
  return accesses;
}
aws::Accesses Firehose::access(const aws::Request& request, const UntagDeliveryStreamInput& input) {
  return on_stream(request, "UntagDeliveryStream", input.delivery_stream_name);
}
aws::Accesses Firehose::access(const aws::Request& request, const ListTagsForDeliveryStreamInput& input) {
  return on_stream(request, "ListTagsForDeliveryStream", input.delivery_stream_name);
}

}  // namespace standpipe::firehose
