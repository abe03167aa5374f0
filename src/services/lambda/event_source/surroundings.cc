#include "services/lambda/event_source/surroundings.h"

#include "base/check.h"
#include "generated/kinesis.h"
#include "generated/s3.h"

namespace standpipe::lambda {
namespace {

// Whether the role may do that, without doing it.
template <class Input>
void authorize(const Surroundings& surroundings, const aws::Request& as, const Input& input) {
  aws::Service* service = surroundings.caller.find(Input::kService);
  check(service != nullptr, "every service is there before mappings are made");
  const aws::OperationModel* operation = aws::find_operation(service->model(), Input::kOperation);
  check(operation != nullptr, "what mappings call is in the model");
  surroundings.caller.authorize(*service, *operation, as, &input);
}

bool denied(const aws::Error& error) { return error.status == 403 || error.code.starts_with("AccessDenied"); }

void read_once(const Surroundings& surroundings, const StoredMapping& mapping, const ActingRole& role) {
  const aws::Calls calls = calls_as(surroundings, mapping);
  const std::string stream = mapping.stream_arn();
  calls.call(kinesis::DescribeStreamInput{.limit = 1, .stream_arn = stream});
  calls.call(kinesis::DescribeStreamSummaryInput{.stream_arn = stream});
  const auto shards = calls.call(kinesis::ListShardsInput{.max_results = 1, .stream_arn = stream}).shards;
  const aws::Request request = request_as(role, mapping);
  if (mapping.fan_out()) {
    authorize(surroundings, request,
              kinesis::SubscribeToShardInput{.consumer_arn = mapping.source_arn, .shard_id = "shardId-000000000000"});
    return;
  }
  if (!shards || shards->empty()) return;
  const auto iterator = calls.call(kinesis::GetShardIteratorInput{
      .shard_id = shards->front().shard_id, .shard_iterator_type = "LATEST", .stream_arn = stream});
  surroundings.reader.read(request, iterator.shard_iterator.value(), 1, Deadline::in(Duration{0}), {});
}

}  // namespace

ActingRole act_as(const Surroundings& surroundings, const StoredMapping& mapping) {
  const StoredFunction function = surroundings.function(mapping.function_name());
  auto principal =
      surroundings.roles.assume(function.role, "lambda.amazonaws.com", function.name, function.arn());
  if (!principal) throw AccessDeniedException("The role defined for the function cannot be assumed by Lambda.");
  return {function.role, *std::move(principal)};
}

aws::Calls calls_as(const Surroundings& surroundings, const StoredMapping& mapping) {
  return surroundings.caller.as(act_as(surroundings, mapping).principal, mapping.region).on_behalf_of(mapping.arn());
}

aws::Request request_as(const ActingRole& role, const StoredMapping& mapping) {
  aws::Request request;
  request.id = aws::new_request_id();
  request.account = mapping.account;
  request.region = mapping.region;
  request.principal = role.principal;
  request.source_arn = mapping.arn();
  request.secure = true;
  return request;
}

void check_source(const Surroundings& surroundings, const StoredMapping& mapping) {
  try {
    read_once(surroundings, mapping, act_as(surroundings, mapping));
  } catch (const aws::Error& error) {
    const std::string& arn = mapping.source_arn;
    if (error.code == "ResourceNotFoundException") {
      throw InvalidParameterValueException("Stream not found: " + arn).with("Type", "User");
    }
    if (!denied(error)) throw;
    const std::string actions = mapping.fan_out() ? "SubscribeToShard, DescribeStream, DescribeStreamSummary, and "
                                                    "ListShards Actions on your stream and consumer"
                                                  : "GetRecords, GetShardIterator, DescribeStream, ListShards, and "
                                                    "ListStreams Actions on your stream";
    throw InvalidParameterValueException("Cannot access stream " + arn + ". Please ensure the role can perform the " +
                                         actions + " in IAM.")
        .with("Type", "User");
  }
}

void check_destination(const Surroundings& surroundings, const StoredMapping& mapping) {
  if (mapping.on_failure.empty()) return;
  const std::string bucket = mapping.on_failure.substr(mapping.on_failure.rfind(':') + 1);
  try {
    const aws::Request request = request_as(act_as(surroundings, mapping), mapping);
    authorize(surroundings, request, s3::PutObjectInput{.bucket = bucket, .key = "aws/lambda/" + mapping.uuid});
    authorize(surroundings, request, s3::HeadBucketInput{.bucket = bucket});
  } catch (const aws::Error& error) {
    if (!denied(error)) throw;
    throw InvalidParameterValueException(
        "The function execution role does not have permissions to call PutObject and ListBucket on S3: " +
        mapping.on_failure)
        .with("Type", "User");
  }
}

}  // namespace standpipe::lambda
