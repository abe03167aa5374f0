// Streams: create, delete, describe, list.
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "services/kinesis/naming.h"
#include "services/kinesis/sequence_number.h"
#include "services/kinesis/shown.h"
#include "services/kinesis/tags.h"

namespace standpipe::kinesis {
namespace {

constexpr uint32_t kOnDemandShards = 4;
constexpr size_t kDescribedMax = 100;
constexpr size_t kListedMax = 100;

StreamModeDetails mode_of(const StreamState& stream) { return {stream.on_demand ? "ON_DEMAND" : "PROVISIONED"}; }

std::vector<EnhancedMetrics> monitoring_of(const StreamState& stream) {
  return {EnhancedMetrics{std::vector<std::string>(stream.shard_metrics.begin(), stream.shard_metrics.end())}};
}

int32_t shards_of(const std::vector<std::shared_ptr<const Stream>>& streams, bool on_demand) {
  int32_t count = 0;
  for (const auto& stream : streams) {
    if (stream->state.on_demand == on_demand) count += static_cast<int32_t>(stream->state.open_count());
  }
  return count;
}

int32_t on_demand_count(const std::vector<std::shared_ptr<const Stream>>& streams) {
  return static_cast<int32_t>(
      std::ranges::count_if(streams, [](const auto& stream) { return stream->state.on_demand; }));
}

void check_create(const CreateStreamInput& input, bool on_demand) {
  if (input.record_distribution_strategy) refuse_member("RecordDistributionStrategy");
  if (on_demand && input.shard_count) {
    throw InvalidArgumentException("ShardCount must not be specified for a stream in ON_DEMAND mode.");
  }
  if (!on_demand && !input.shard_count) {
    throw InvalidArgumentException("ShardCount must be specified for a stream in PROVISIONED mode.");
  }
}

}  // namespace

Kinesis::Kinesis(Metadata& metadata, StreamLog& log, Clock& clock, MetricSink& metrics, KinesisOptions options)
    : metadata_(metadata), log_(log), clock_(clock), metrics_(metrics), options_(options), streams_(metadata, log) {}

void Kinesis::check_shard_limit(const StreamName& name, int64_t additional) const {
  const int32_t open = shards_of(streams_.list(name.account, name.region), false);
  if (open + additional <= options_.shards_max) return;
  throw LimitExceededException(fmt::format(
      "This request would exceed the shard limit for the account {} in {}. Current shard count for the account: {}. "
      "Limit: {}. Number of additional shards that would have resulted from this request: {}. Refer to the AWS "
      "Service Limits page (https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current "
      "limits and how to request higher limits.",
      name.account, name.region, open, options_.shards_max, additional));
}

void Kinesis::check_on_demand_limit(const StreamName& name) const {
  if (on_demand_count(streams_.list(name.account, name.region)) < options_.on_demand_streams_max) return;
  throw LimitExceededException(fmt::format(
      "This request would exceed the on-demand stream limit for the account {} in {}. Limit: {}.", name.account,
      name.region, options_.on_demand_streams_max));
}

CreateStreamOutput Kinesis::create_stream(const aws::Request& request, const CreateStreamInput& input) {
  StreamState stream;
  stream.name = {request.account, request.region, input.stream_name};
  // Who names neither a mode nor a number of shards gets a stream that scales itself, as recorded from AWS.
  stream.on_demand =
      input.stream_mode_details ? input.stream_mode_details->stream_mode == "ON_DEMAND" : !input.shard_count;
  check_create(input, stream.on_demand);
  uint32_t count = stream.on_demand ? kOnDemandShards : static_cast<uint32_t>(*input.shard_count);
  if (input.warm_throughput_mibps) {
    count = static_cast<uint32_t>(warm_shards(stream.name, stream.on_demand, *input.warm_throughput_mibps));
    stream.warm_mibps = *input.warm_throughput_mibps;
  }
  if (!stream.on_demand) check_shard_limit(stream.name, count);
  if (stream.on_demand) check_on_demand_limit(stream.name);
  stream.created = clock_.now();
  stream.record_kib_max = input.max_record_size_in_kib.value_or(stream.record_kib_max);
  add_tags(stream.tags, input.tags.value_or(std::map<std::string, std::string>{}), "stream " + input.stream_name,
           request.account);
  for (const HashRange& range : divide(count)) {
    stream.shards.push_back(
        {static_cast<ShardNumber>(stream.shards.size()), range, stream.created, epoch_ms(stream.created) / 1000});
  }
  if (!streams_.create(std::move(stream))) {
    throw ResourceInUseException("Stream " + input.stream_name + " under account " + request.account +
                                 " already exists.");
  }
  return {};
}

DeleteStreamOutput Kinesis::delete_stream(const aws::Request& request, const DeleteStreamInput& input) {
  const auto target = stream(request, input);
  if (!target->state.consumers.empty() && !input.enforce_consumer_deletion.value_or(false)) {
    throw ResourceInUseException("Stream " + target->state.name.name + " under account " + target->state.name.account +
                                 " has registered consumers; EnforceConsumerDeletion must be true to delete it.");
  }
  if (!streams_.remove(target->state.name)) throw stream_not_found(target->state.name);
  return {};
}

DescribeStreamOutput Kinesis::describe_stream(const aws::Request& request, const DescribeStreamInput& input) {
  const auto target = stream(request, input);
  const StreamState& state = target->state;
  DescribeStreamOutput output;
  StreamDescription& shown = output.stream_description;
  shown.stream_name = state.name.name;
  shown.stream_arn = state.name.arn();
  shown.stream_status = "ACTIVE";
  shown.stream_mode_details = mode_of(state);
  shown.retention_period_hours = state.retention_hours;
  shown.stream_creation_timestamp = state.created;
  shown.enhanced_monitoring = monitoring_of(state);
  shown.encryption_type = "NONE";
  const size_t limit = input.limit ? static_cast<size_t>(*input.limit) : kDescribedMax;
  const Timestamp now = clock_.now();
  for (const StreamShard& shard : state.shards) {
    if (!state.visible(shard, now)) continue;
    if (input.exclusive_start_shard_id && shard.id() <= *input.exclusive_start_shard_id) continue;
    if (shown.shards.size() == limit) {
      shown.has_more_shards = true;
      break;
    }
    shown.shards.push_back(show(shard));
  }
  return output;
}

DescribeStreamSummaryOutput Kinesis::describe_stream_summary(const aws::Request& request,
                                                             const DescribeStreamSummaryInput& input) {
  const auto target = stream(request, input);
  const StreamState& state = target->state;
  DescribeStreamSummaryOutput output;
  StreamDescriptionSummary& shown = output.stream_description_summary;
  shown.stream_name = state.name.name;
  shown.stream_arn = state.name.arn();
  shown.stream_status = "ACTIVE";
  shown.stream_mode_details = mode_of(state);
  shown.retention_period_hours = state.retention_hours;
  shown.stream_creation_timestamp = state.created;
  shown.enhanced_monitoring = monitoring_of(state);
  shown.encryption_type = "NONE";
  shown.open_shard_count = static_cast<int32_t>(state.open_count());
  shown.consumer_count = static_cast<int32_t>(state.consumers.size());
  if (state.warm_mibps) shown.warm_throughput = WarmThroughputObject{*state.warm_mibps, *state.warm_mibps};
  shown.max_record_size_in_kib = state.record_kib_max;
  return output;
}

ListStreamsOutput Kinesis::list_streams(const aws::Request& request, const ListStreamsInput& input) {
  std::string after = input.exclusive_start_stream_name.value_or("");
  if (input.next_token) {
    const auto page = unseal_page(streams_.sealing_key(), *input.next_token);
    if (!page || page->stream.account != request.account || page->stream.region != request.region) {
      throw InvalidArgumentException("NextToken is invalid.");
    }
    if (clock_.now() - page->made > kTokenLife) throw ExpiredNextTokenException("NextToken is expired.");
    after = page->after;
  }
  const size_t limit = input.limit ? static_cast<size_t>(*input.limit) : kListedMax;
  ListStreamsOutput output;
  output.stream_summaries.emplace();
  for (const auto& found : streams_.list(request.account, request.region, after)) {
    const StreamState& state = found->state;
    if (output.stream_names.size() == limit) {
      output.has_more_streams = true;
      output.next_token = seal_page(streams_.sealing_key(), {{request.account, request.region, ""},
                                                             output.stream_names.back(), clock_.now()});
      break;
    }
    output.stream_names.push_back(state.name.name);
    output.stream_summaries->push_back({state.name.name, state.name.arn(), "ACTIVE", mode_of(state), state.created});
  }
  return output;
}

DescribeLimitsOutput Kinesis::describe_limits(const aws::Request& request, const DescribeLimitsInput&) {
  const auto streams = streams_.list(request.account, request.region);
  DescribeLimitsOutput output;
  output.shard_limit = options_.shards_max;
  output.open_shard_count = shards_of(streams, false);
  output.on_demand_stream_count = on_demand_count(streams);
  output.on_demand_stream_count_limit = options_.on_demand_streams_max;
  return output;
}

}  // namespace standpipe::kinesis
