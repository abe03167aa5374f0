// Which IAM action on which stream each operation needs.
#include <algorithm>

#include "base/bytes.h"
#include "services/kinesis/naming.h"

namespace standpipe::kinesis {
namespace {

// What a policy on a stream or consumer can give to another account.
constexpr std::string_view kShared[] = {"kinesis:DescribeStream",   "kinesis:DescribeStreamConsumer",
                                        "kinesis:DescribeStreamSummary", "kinesis:GetRecords",
                                        "kinesis:GetShardIterator", "kinesis:ListShards",
                                        "kinesis:PutRecord",        "kinesis:PutRecords",
                                        "kinesis:SubscribeToShard"};

void describe(aws::Access& access, const std::map<std::string, std::string>& tags, const std::string& policy,
              bool own_account) {
  for (const auto& [key, value] : tags) access.conditions["aws:resourcetag/" + to_lower(key)] = {value};
  if (own_account || std::ranges::find(kShared, access.action) != std::end(kShared)) access.resource_policy = policy;
}

void add_request_tags(aws::Access& access, const std::map<std::string, std::string>& tags) {
  for (const auto& [key, value] : tags) {
    access.conditions["aws:requesttag/" + to_lower(key)] = {value};
    access.conditions["aws:tagkeys"].push_back(key);
  }
}

}  // namespace

// The stream that the input names, whether it exists or not; what is wrong with the name is told after authorization.
aws::Access Kinesis::on_stream(const aws::Request& request, std::string action, const std::optional<std::string>& name,
                               const std::optional<std::string>& arn) const {
  aws::Access access{"kinesis:" + std::move(action), "*"};
  std::optional<StreamName> stream;
  if (arn) stream = parse_stream_arn(*arn);
  else if (name) stream = StreamName{request.account, request.region, *name};
  if (!stream) return access;
  access.resource = stream->arn();
  if (const auto found = streams_.find(*stream)) {
    describe(access, found->state.tags, found->state.policy, stream->account == request.account);
  }
  return access;
}

aws::Access Kinesis::on_consumer(const aws::Request& request, std::string action, const ConsumerName& consumer) const {
  aws::Access access{"kinesis:" + std::move(action), consumer.arn()};
  const auto stream = streams_.find(consumer.stream);
  const StreamConsumer* found = stream == nullptr ? nullptr : stream->state.find_consumer(consumer);
  if (found != nullptr) {
    describe(access, found->tags, found->policy, consumer.stream.account == request.account);
  }
  return access;
}

// Consumers are named by their ARN, or by their stream's and their own name.
aws::Access Kinesis::on_consumer(const aws::Request& request, std::string action,
                                 const std::optional<std::string>& consumer_arn,
                                 const std::optional<std::string>& stream_arn,
                                 const std::optional<std::string>& name) const {
  if (consumer_arn) {
    const auto consumer = parse_consumer_arn(*consumer_arn);
    return consumer ? on_consumer(request, std::move(action), *consumer)
                    : aws::Access{"kinesis:" + std::move(action), "*"};
  }
  const auto stream = stream_arn ? parse_stream_arn(*stream_arn) : std::nullopt;
  if (!stream || !name) return {"kinesis:" + std::move(action), "*"};
  if (const auto found = streams_.find(*stream)) {
    const auto consumer = found->state.consumers.find(*name);
    if (consumer != found->state.consumers.end()) {
      return on_consumer(request, std::move(action), found->state.name_of(consumer->second));
    }
  }
  return {"kinesis:" + std::move(action), stream->arn() + "/consumer/" + *name + ":*"};
}

aws::Access Kinesis::on_resource(const aws::Request& request, std::string action, const std::string& arn) const {
  if (const auto consumer = parse_consumer_arn(arn)) return on_consumer(request, std::move(action), *consumer);
  return on_stream(request, std::move(action), std::nullopt, arn);
}

aws::Accesses Kinesis::access(const aws::Request& request, const CreateStreamInput& input) {
  aws::Accesses accesses{on_stream(request, "CreateStream", input.stream_name, std::nullopt)};
  if (input.tags && !input.tags->empty()) {
    add_request_tags(accesses.front(), *input.tags);
    accesses.push_back(on_stream(request, "AddTagsToStream", input.stream_name, std::nullopt));
    add_request_tags(accesses.back(), *input.tags);
  }
  return accesses;
}

aws::Accesses Kinesis::access(const aws::Request& request, const DeleteStreamInput& input) {
  return {on_stream(request, "DeleteStream", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const DescribeStreamInput& input) {
  return {on_stream(request, "DescribeStream", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const DescribeStreamSummaryInput& input) {
  return {on_stream(request, "DescribeStreamSummary", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request&, const ListStreamsInput&) { return {{"kinesis:ListStreams", "*"}}; }

aws::Accesses Kinesis::access(const aws::Request&, const DescribeLimitsInput&) {
  return {{"kinesis:DescribeLimits", "*"}};
}

aws::Accesses Kinesis::access(const aws::Request& request, const SplitShardInput& input) {
  return {on_stream(request, "SplitShard", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const MergeShardsInput& input) {
  return {on_stream(request, "MergeShards", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const UpdateShardCountInput& input) {
  return {on_stream(request, "UpdateShardCount", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const ListShardsInput& input) {
  if (input.next_token) {
    const auto page = unseal_page(streams_.sealing_key(), *input.next_token);
    return {on_stream(request, "ListShards", std::nullopt, page ? std::optional(page->stream.arn()) : std::nullopt)};
  }
  return {on_stream(request, "ListShards", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const PutRecordInput& input) {
  return {on_stream(request, "PutRecord", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const PutRecordsInput& input) {
  return {on_stream(request, "PutRecords", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const GetShardIteratorInput& input) {
  return {on_stream(request, "GetShardIterator", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const GetRecordsInput& input) {
  const auto iterator = unseal_iterator(streams_.sealing_key(), input.shard_iterator);
  const auto arn = iterator ? std::optional(iterator->stream.arn()) : std::nullopt;
  return {on_stream(request, "GetRecords", std::nullopt, arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const IncreaseStreamRetentionPeriodInput& input) {
  return {on_stream(request, "IncreaseStreamRetentionPeriod", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const DecreaseStreamRetentionPeriodInput& input) {
  return {on_stream(request, "DecreaseStreamRetentionPeriod", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const AddTagsToStreamInput& input) {
  aws::Accesses accesses{on_stream(request, "AddTagsToStream", input.stream_name, input.stream_arn)};
  add_request_tags(accesses.front(), input.tags);
  return accesses;
}

aws::Accesses Kinesis::access(const aws::Request& request, const RemoveTagsFromStreamInput& input) {
  aws::Accesses accesses{on_stream(request, "RemoveTagsFromStream", input.stream_name, input.stream_arn)};
  accesses.front().conditions["aws:tagkeys"] = input.tag_keys;
  return accesses;
}

aws::Accesses Kinesis::access(const aws::Request& request, const ListTagsForStreamInput& input) {
  return {on_stream(request, "ListTagsForStream", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const StartStreamEncryptionInput& input) {
  return {on_stream(request, "StartStreamEncryption", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const StopStreamEncryptionInput& input) {
  return {on_stream(request, "StopStreamEncryption", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const EnableEnhancedMonitoringInput& input) {
  return {on_stream(request, "EnableEnhancedMonitoring", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const DisableEnhancedMonitoringInput& input) {
  return {on_stream(request, "DisableEnhancedMonitoring", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const UpdateStreamWarmThroughputInput& input) {
  return {on_stream(request, "UpdateStreamWarmThroughput", input.stream_name, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const UpdateStreamModeInput& input) {
  return {on_stream(request, "UpdateStreamMode", std::nullopt, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const UpdateMaxRecordSizeInput& input) {
  return {on_stream(request, "UpdateMaxRecordSize", std::nullopt, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const ListStreamConsumersInput& input) {
  return {on_stream(request, "ListStreamConsumers", std::nullopt, input.stream_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const PutResourcePolicyInput& input) {
  return {on_resource(request, "PutResourcePolicy", input.resource_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const GetResourcePolicyInput& input) {
  return {on_resource(request, "GetResourcePolicy", input.resource_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const DeleteResourcePolicyInput& input) {
  return {on_resource(request, "DeleteResourcePolicy", input.resource_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const ListTagsForResourceInput& input) {
  return {on_resource(request, "ListTagsForResource", input.resource_arn)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const TagResourceInput& input) {
  aws::Accesses accesses{on_resource(request, "TagResource", input.resource_arn)};
  add_request_tags(accesses.front(), input.tags);
  return accesses;
}

aws::Accesses Kinesis::access(const aws::Request& request, const UntagResourceInput& input) {
  aws::Accesses accesses{on_resource(request, "UntagResource", input.resource_arn)};
  accesses.front().conditions["aws:tagkeys"] = input.tag_keys;
  return accesses;
}

aws::Accesses Kinesis::access(const aws::Request& request, const RegisterStreamConsumerInput& input) {
  aws::Accesses accesses{on_stream(request, "RegisterStreamConsumer", std::nullopt, input.stream_arn)};
  if (input.tags && !input.tags->empty()) {
    add_request_tags(accesses.front(), *input.tags);
    accesses.push_back(on_consumer(request, "TagResource", std::nullopt, input.stream_arn, input.consumer_name));
    add_request_tags(accesses.back(), *input.tags);
  }
  return accesses;
}

aws::Accesses Kinesis::access(const aws::Request& request, const DeregisterStreamConsumerInput& input) {
  return {on_consumer(request, "DeregisterStreamConsumer", input.consumer_arn, input.stream_arn, input.consumer_name)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const DescribeStreamConsumerInput& input) {
  return {on_consumer(request, "DescribeStreamConsumer", input.consumer_arn, input.stream_arn, input.consumer_name)};
}

aws::Accesses Kinesis::access(const aws::Request& request, const SubscribeToShardInput& input) {
  return {on_consumer(request, "SubscribeToShard", input.consumer_arn, std::nullopt, std::nullopt)};
}

aws::Accesses Kinesis::access(const aws::Request&, const DescribeAccountSettingsInput&) {
  return {{"kinesis:DescribeAccountSettings", "*"}};
}

aws::Accesses Kinesis::access(const aws::Request&, const UpdateAccountSettingsInput&) {
  return {{"kinesis:UpdateAccountSettings", "*"}};
}

}  // namespace standpipe::kinesis
