// Consumers, which read by subscription (enhanced fan-out).
#include <fmt/format.h>

#include "services/kinesis/naming.h"
#include "services/kinesis/tags.h"

namespace standpipe::kinesis {
namespace {

constexpr size_t kConsumersMax = 20, kConsumersMaxWithCommitment = 50;
constexpr size_t kListedMax = 100;
constexpr const char* kActive = "ACTIVE";

Consumer show(const StreamState& stream, const StreamConsumer& consumer) {
  return {consumer.name, stream.name_of(consumer).arn(), kActive, consumer.created};
}

}  // namespace

size_t Kinesis::consumers_max(const StreamName& name) const {
  if (!options_.limit_throughput) return SIZE_MAX;
  return has_commitment(name.account, name.region) ? kConsumersMaxWithCommitment : kConsumersMax;
}

// By ARN, or by the stream's ARN and the consumer's name; all that is given must agree.
template <class Input>
ConsumerName Kinesis::named_consumer(const aws::Request& request, const Input& input) const {
  refuse_new_members(input);
  if (!input.consumer_arn && (!input.stream_arn || !input.consumer_name)) {
    throw InvalidArgumentException("Either ConsumerARN or both StreamARN and ConsumerName must be specified.");
  }
  if (input.consumer_arn) {
    const ConsumerName consumer = resolve_consumer(request, *input.consumer_arn);
    if ((input.stream_arn && *input.stream_arn != consumer.stream.arn()) ||
        (input.consumer_name && *input.consumer_name != consumer.name)) {
      throw InvalidArgumentException("ConsumerARN " + *input.consumer_arn +
                                     " does not match the given StreamARN and ConsumerName.");
    }
    if (stream(consumer.stream)->state.find_consumer(consumer) == nullptr) throw consumer_not_found(consumer);
    return consumer;
  }
  const auto target = stream(resolve(request, std::nullopt, input.stream_arn));
  const auto found = target->state.consumers.find(*input.consumer_name);
  if (found == target->state.consumers.end()) {
    throw ResourceNotFoundException("Consumer " + *input.consumer_name + " under stream " + target->state.name.arn() +
                                    " not found.");
  }
  return target->state.name_of(found->second);
}

RegisterStreamConsumerOutput Kinesis::register_stream_consumer(const aws::Request& request,
                                                               const RegisterStreamConsumerInput& input) {
  const StreamName name = stream(request, input)->state.name;
  RegisterStreamConsumerOutput output;
  change(name, [&](StreamState& state) {
    if (state.consumers.contains(input.consumer_name)) {
      throw ResourceInUseException("Consumer " + input.consumer_name + " under stream " + name.arn() +
                                   " already exists.");
    }
    const size_t limit = consumers_max(name);
    if (state.consumers.size() >= limit) {
      throw LimitExceededException(fmt::format(
          "This request would exceed the limit of {} registered consumers for stream {} under account {}.", limit,
          name.name, name.account));
    }
    StreamConsumer consumer{input.consumer_name, clock_.now()};
    add_tags(consumer.tags, input.tags.value_or(std::map<std::string, std::string>{}), "consumer " + consumer.name,
             name.account);
    output.consumer = show(state, consumer);
    state.consumers.emplace(consumer.name, std::move(consumer));
  });
  return output;
}

DeregisterStreamConsumerOutput Kinesis::deregister_stream_consumer(const aws::Request& request,
                                                                   const DeregisterStreamConsumerInput& input) {
  const ConsumerName consumer = named_consumer(request, input);
  change(consumer.stream, [&](StreamState& state) {
    if (state.find_consumer(consumer) == nullptr) throw consumer_not_found(consumer);
    state.consumers.erase(consumer.name);
  });
  return {};
}

DescribeStreamConsumerOutput Kinesis::describe_stream_consumer(const aws::Request& request,
                                                               const DescribeStreamConsumerInput& input) {
  const ConsumerName consumer = named_consumer(request, input);
  const auto target = stream(consumer.stream);
  const StreamConsumer* found = target->state.find_consumer(consumer);
  if (found == nullptr) throw consumer_not_found(consumer);
  return {{consumer.name, consumer.arn(), kActive, found->created, consumer.stream.arn()}};
}

ListStreamConsumersOutput Kinesis::list_stream_consumers(const aws::Request& request,
                                                         const ListStreamConsumersInput& input) {
  const auto target = stream(request, input);
  const StreamState& state = target->state;
  const auto seconds = [](Timestamp time) { return epoch_ms(time) / 1000; };
  if (input.stream_creation_timestamp && seconds(*input.stream_creation_timestamp) != seconds(state.created)) {
    throw stream_not_found(state.name);
  }
  std::string after;
  if (input.next_token) {
    const auto page = unseal_page(streams_.sealing_key(), *input.next_token);
    if (!page || page->stream != state.name) throw InvalidArgumentException("NextToken is invalid.");
    if (clock_.now() - page->made > kTokenLife) throw ExpiredNextTokenException("NextToken is expired.");
    after = page->after;
  }
  const size_t limit = input.max_results ? static_cast<size_t>(*input.max_results) : kListedMax;
  ListStreamConsumersOutput output;
  output.consumers.emplace();
  for (auto next = state.consumers.upper_bound(after); next != state.consumers.end(); ++next) {
    if (output.consumers->size() == limit) {
      output.next_token =
          seal_page(streams_.sealing_key(), {state.name, output.consumers->back().consumer_name, clock_.now()});
      break;
    }
    output.consumers->push_back(show(state, next->second));
  }
  return output;
}

}  // namespace standpipe::kinesis
