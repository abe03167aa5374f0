// Which IAM action on which stream each operation needs.
#include "base/bytes.h"
#include "services/kinesis/naming.h"

namespace standpipe::kinesis {

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
    for (const auto& [key, value] : found->state.tags) access.conditions["aws:resourcetag/" + to_lower(key)] = {value};
  }
  return access;
}

namespace {

void add_request_tags(aws::Access& access, const std::map<std::string, std::string>& tags) {
  for (const auto& [key, value] : tags) {
    access.conditions["aws:requesttag/" + to_lower(key)] = {value};
    access.conditions["aws:tagkeys"].push_back(key);
  }
}

}  // namespace

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

}  // namespace standpipe::kinesis
