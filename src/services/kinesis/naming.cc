#include "services/kinesis/naming.h"

namespace standpipe::kinesis {

StreamName resolve(const aws::Request& request, const std::optional<std::string>& name,
                   const std::optional<std::string>& arn) {
  if (!arn) {
    if (!name) throw InvalidArgumentException("Either StreamName or StreamARN must be specified.");
    return {request.account, request.region, *name};
  }
  const auto parsed = parse_stream_arn(*arn);
  if (!parsed) throw InvalidArgumentException("Invalid StreamARN: " + *arn);
  if (name && *name != parsed->name) {
    throw InvalidArgumentException("StreamName " + *name + " does not match StreamARN " + *arn + ".");
  }
  if (parsed->region != request.region) {
    throw InvalidArgumentException("StreamARN " + *arn + " does not belong to region " + request.region + ".");
  }
  return *parsed;  // of another account only if that account's policy allowed it: authorization has asked
}

ConsumerName resolve_consumer(const aws::Request& request, const std::string& arn) {
  const auto consumer = parse_consumer_arn(arn);
  if (!consumer || consumer->stream.region != request.region) {
    throw InvalidArgumentException("Invalid ConsumerARN: " + arn);
  }
  return *consumer;
}

aws::Error consumer_not_found(const ConsumerName& consumer) {
  return ResourceNotFoundException("Consumer " + consumer.arn() + " not found.");
}

aws::Error stream_not_found(const StreamName& name) {
  return ResourceNotFoundException("Stream " + name.name + " under account " + name.account + " not found.");
}

aws::Error shard_not_found(const StreamName& name, const std::string& shard_id) {
  return ResourceNotFoundException("Shard " + shard_id + " in stream " + name.name + " under account " + name.account +
                                   " does not exist");
}

void refuse_member(std::string_view member) {
  throw InvalidArgumentException("The parameter " + std::string(member) + " is not supported.");
}

Kinesis::StreamPtr Kinesis::stream(const StreamName& name) const {
  auto found = streams_.find(name);
  if (!found) throw stream_not_found(name);
  return found;
}

}  // namespace standpipe::kinesis
