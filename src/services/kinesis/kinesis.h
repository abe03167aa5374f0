// Kinesis Data Streams on a StreamLog: streams, records, iterators, retention, tags, and the limits of shards.
// Every handler works on an immutable snapshot of its stream. Thread-safe.
//
//   streams.cc     create, delete, describe, list     records_in.cc   PutRecord(s), put_batch.cc
//   shards.cc      ListShards                         records_out.cc  GetShardIterator, GetRecords
//   resharding.cc  splits, merges, UpdateShardCount   subscribe.cc    SubscribeToShard
//   consumers.cc   who may subscribe                  changes.cc      retention and tags
//   capacity.cc    mode, warm throughput, record size, account settings
//   resources.cc   tags and policies by ARN           monitoring.cc   metrics shard by shard
//   encryption.cc  why there is none                  access.cc       which action on which stream
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "aws/shortcut.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "generated/kinesis.h"
#include "metadata/metadata.h"
#include "services/kinesis/found_records.h"
#include "services/kinesis/put_batch.h"
#include "services/kinesis/shard_iterator.h"
#include "services/kinesis/stream_directory.h"
#include "services/kinesis/subscriptions.h"
#include "streamlog/streamlog.h"

namespace standpipe::kinesis {

struct KinesisOptions {
  bool limit_throughput = true;  // what a shard may take and give in a second, and how often a day a stream may change
  int32_t shards_max = 1000;     // per account and region
  int32_t on_demand_streams_max = 50;
};

class Kinesis final : public Operations {
 public:
  // Loads the streams, and removes what unfinished creations and deletions of an earlier run left.
  Kinesis(Metadata& metadata, StreamLog& log, Clock& clock, MetricSink& metrics, KinesisOptions options = {});

  // GetRecords, but waits until there is a record, the shard is closed or the time has passed. Does not count against
  // the shard's calls per second: it is not polling. Not authorised here (waiting_reader.h is).
  GetRecordsOutput read(const aws::Request&, const GetRecordsInput&, Deadline wait, std::stop_token stop);

  // PutRecords from one form of JSON to the other (put_records_shortcut.h); nothing if `body` is not plain.
  std::optional<std::string> put_plain_records(const aws::Request&, std::string_view body,
                                               const aws::Shortcut::Authorize&);

  // GetRecords before its answer takes a form (get_records_shortcut.h). Not authorised here.
  ReadRecords read_records(const aws::Request&, const GetRecordsInput&);

  // Ends SubscribeToShard for everybody: the server stops.
  void end_subscriptions() { subscriptions_.end_all(); }

  CreateStreamOutput create_stream(const aws::Request&, const CreateStreamInput&) override;
  DeleteStreamOutput delete_stream(const aws::Request&, const DeleteStreamInput&) override;
  DescribeStreamOutput describe_stream(const aws::Request&, const DescribeStreamInput&) override;
  DescribeStreamSummaryOutput describe_stream_summary(const aws::Request&, const DescribeStreamSummaryInput&) override;
  ListStreamsOutput list_streams(const aws::Request&, const ListStreamsInput&) override;
  DescribeLimitsOutput describe_limits(const aws::Request&, const DescribeLimitsInput&) override;
  SplitShardOutput split_shard(const aws::Request&, const SplitShardInput&) override;
  MergeShardsOutput merge_shards(const aws::Request&, const MergeShardsInput&) override;
  UpdateShardCountOutput update_shard_count(const aws::Request&, const UpdateShardCountInput&) override;
  ListShardsOutput list_shards(const aws::Request&, const ListShardsInput&) override;
  PutRecordOutput put_record(const aws::Request&, const PutRecordInput&) override;
  PutRecordsOutput put_records(const aws::Request&, const PutRecordsInput&) override;
  GetShardIteratorOutput get_shard_iterator(const aws::Request&, const GetShardIteratorInput&) override;
  GetRecordsOutput get_records(const aws::Request&, const GetRecordsInput&) override;
  IncreaseStreamRetentionPeriodOutput increase_stream_retention_period(
      const aws::Request&, const IncreaseStreamRetentionPeriodInput&) override;
  DecreaseStreamRetentionPeriodOutput decrease_stream_retention_period(
      const aws::Request&, const DecreaseStreamRetentionPeriodInput&) override;
  AddTagsToStreamOutput add_tags_to_stream(const aws::Request&, const AddTagsToStreamInput&) override;
  RemoveTagsFromStreamOutput remove_tags_from_stream(const aws::Request&, const RemoveTagsFromStreamInput&) override;
  ListTagsForStreamOutput list_tags_for_stream(const aws::Request&, const ListTagsForStreamInput&) override;
  TagResourceOutput tag_resource(const aws::Request&, const TagResourceInput&) override;
  UntagResourceOutput untag_resource(const aws::Request&, const UntagResourceInput&) override;
  ListTagsForResourceOutput list_tags_for_resource(const aws::Request&, const ListTagsForResourceInput&) override;
  UpdateStreamModeOutput update_stream_mode(const aws::Request&, const UpdateStreamModeInput&) override;
  UpdateMaxRecordSizeOutput update_max_record_size(const aws::Request&, const UpdateMaxRecordSizeInput&) override;
  UpdateStreamWarmThroughputOutput update_stream_warm_throughput(
      const aws::Request&, const UpdateStreamWarmThroughputInput&) override;
  EnableEnhancedMonitoringOutput enable_enhanced_monitoring(
      const aws::Request&, const EnableEnhancedMonitoringInput&) override;
  DisableEnhancedMonitoringOutput disable_enhanced_monitoring(
      const aws::Request&, const DisableEnhancedMonitoringInput&) override;
  StartStreamEncryptionOutput start_stream_encryption(const aws::Request&, const StartStreamEncryptionInput&) override;
  StopStreamEncryptionOutput stop_stream_encryption(const aws::Request&, const StopStreamEncryptionInput&) override;
  PutResourcePolicyOutput put_resource_policy(const aws::Request&, const PutResourcePolicyInput&) override;
  GetResourcePolicyOutput get_resource_policy(const aws::Request&, const GetResourcePolicyInput&) override;
  DeleteResourcePolicyOutput delete_resource_policy(const aws::Request&, const DeleteResourcePolicyInput&) override;
  RegisterStreamConsumerOutput register_stream_consumer(
      const aws::Request&, const RegisterStreamConsumerInput&) override;
  DeregisterStreamConsumerOutput deregister_stream_consumer(
      const aws::Request&, const DeregisterStreamConsumerInput&) override;
  DescribeStreamConsumerOutput describe_stream_consumer(
      const aws::Request&, const DescribeStreamConsumerInput&) override;
  ListStreamConsumersOutput list_stream_consumers(const aws::Request&, const ListStreamConsumersInput&) override;
  SubscribeToShardOutput subscribe_to_shard(const aws::Request&, const SubscribeToShardInput&) override;
  DescribeAccountSettingsOutput describe_account_settings(
      const aws::Request&, const DescribeAccountSettingsInput&) override;
  UpdateAccountSettingsOutput update_account_settings(const aws::Request&, const UpdateAccountSettingsInput&) override;

  aws::Accesses access(const aws::Request&, const CreateStreamInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteStreamInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeStreamInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeStreamSummaryInput&) override;
  aws::Accesses access(const aws::Request&, const ListStreamsInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeLimitsInput&) override;
  aws::Accesses access(const aws::Request&, const SplitShardInput&) override;
  aws::Accesses access(const aws::Request&, const MergeShardsInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateShardCountInput&) override;
  aws::Accesses access(const aws::Request&, const ListShardsInput&) override;
  aws::Accesses access(const aws::Request&, const PutRecordInput&) override;
  aws::Accesses access(const aws::Request&, const PutRecordsInput&) override;
  aws::Accesses access(const aws::Request&, const GetShardIteratorInput&) override;
  aws::Accesses access(const aws::Request&, const GetRecordsInput&) override;
  aws::Accesses access(const aws::Request&, const IncreaseStreamRetentionPeriodInput&) override;
  aws::Accesses access(const aws::Request&, const DecreaseStreamRetentionPeriodInput&) override;
  aws::Accesses access(const aws::Request&, const AddTagsToStreamInput&) override;
  aws::Accesses access(const aws::Request&, const RemoveTagsFromStreamInput&) override;
  aws::Accesses access(const aws::Request&, const ListTagsForStreamInput&) override;
  aws::Accesses access(const aws::Request&, const TagResourceInput&) override;
  aws::Accesses access(const aws::Request&, const UntagResourceInput&) override;
  aws::Accesses access(const aws::Request&, const ListTagsForResourceInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateStreamModeInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateMaxRecordSizeInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateStreamWarmThroughputInput&) override;
  aws::Accesses access(const aws::Request&, const EnableEnhancedMonitoringInput&) override;
  aws::Accesses access(const aws::Request&, const DisableEnhancedMonitoringInput&) override;
  aws::Accesses access(const aws::Request&, const StartStreamEncryptionInput&) override;
  aws::Accesses access(const aws::Request&, const StopStreamEncryptionInput&) override;
  aws::Accesses access(const aws::Request&, const PutResourcePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const GetResourcePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteResourcePolicyInput&) override;
  aws::Accesses access(const aws::Request&, const RegisterStreamConsumerInput&) override;
  aws::Accesses access(const aws::Request&, const DeregisterStreamConsumerInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeStreamConsumerInput&) override;
  aws::Accesses access(const aws::Request&, const ListStreamConsumersInput&) override;
  aws::Accesses access(const aws::Request&, const SubscribeToShardInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeAccountSettingsInput&) override;
  aws::Accesses access(const aws::Request&, const UpdateAccountSettingsInput&) override;

 private:
  using StreamPtr = std::shared_ptr<const Stream>;

  // The stream that an input names, by name or ARN. Throw InvalidArgument and ResourceNotFound.
  template <class Input>
  StreamPtr stream(const aws::Request& request, const Input& input) const;
  StreamPtr stream(const StreamName& name) const;
  aws::Access on_stream(const aws::Request& request, std::string action, const std::optional<std::string>& name,
                        const std::optional<std::string>& arn) const;
  aws::Access on_consumer(const aws::Request& request, std::string action, const ConsumerName& consumer) const;
  aws::Access on_consumer(const aws::Request& request, std::string action,
                          const std::optional<std::string>& consumer_arn, const std::optional<std::string>& stream_arn,
                          const std::optional<std::string>& name) const;
  aws::Access on_resource(const aws::Request& request, std::string action, const std::string& arn) const;
  void change(const StreamName& name, const std::function<void(StreamState&)>& edit);
  // The tags or the policy of a stream or consumer. Throws if there is no such thing.
  template <class Edit>
  void change_resource(const aws::Request& request, const std::string& arn, const Edit& edit);
  template <class Input>
  ConsumerName named_consumer(const aws::Request& request, const Input& input) const;
  size_t consumers_max(const StreamName& stream) const;
  bool has_commitment(const std::string& account, const std::string& region) const;
  int32_t warm_shards(const StreamName& stream, bool on_demand, int32_t mibps) const;
  void set_retention(const StreamState& stream, int32_t hours);

  void check_on_demand_limit(const StreamName& name) const;
  void check_shard_limit(const StreamName& name, int64_t additional) const;

  template <class Put>
  auto while_resharded(const StreamName& name, const Put& put);
  PutRecordOutput put_record(const Stream& stream, const PutRecordInput& input);
  PutBatch put_batch(const aws::Request& request, StreamPtr stream, std::span<const IncomingRecord> records);
  void check_sizes(const Stream& stream, const PutRecordsInput& input) const;
  FoundRecords find_records(const Stream& stream, const StreamShard& shard, Position from, ReadLimits limits) const;
  struct Subscribed;
  void push(const Subscribed& subscribed, aws::EventWriter<SubscribeToShardEvent>& writer) const;

  Position position_for(const Stream& stream, const StreamShard& shard, const GetShardIteratorInput& input,
                        std::string_view operation) const;
  const StreamShard& visible_shard(const StreamState& stream, const std::string& id) const;
  ShardIterator open_iterator(const aws::Request& request, const GetRecordsInput& input) const;
  const StreamShard& shard_of(const Stream& stream, const ShardIterator& iterator) const;
  ReadRecords records_from(const StreamPtr& stream, const ShardIterator& iterator, int32_t limit);
  static GetRecordsOutput answer(ReadRecords read);
  void measure(const StreamName& stream, std::string_view name, std::string_view unit, double value) const;
  void measure_shard(const StreamState& stream, const StreamShard& shard, std::string_view name, std::string_view unit,
                     double value) const;
  void measure_batch(const PutBatch& batch, std::span<const IncomingRecord> records, double latency_ms) const;
  void measure_consumer(const ConsumerName& consumer, std::string_view name, std::string_view unit, double value) const;

  Metadata& metadata_;
  StreamLog& log_;
  Clock& clock_;
  MetricSink& metrics_;
  const KinesisOptions options_;
  StreamDirectory streams_;
  Subscriptions subscriptions_;
};

}  // namespace standpipe::kinesis
