// Kinesis Data Streams on a StreamLog: streams, records, iterators, retention, tags, and the limits of shards.
// Every handler works on an immutable snapshot of its stream. Thread-safe.
//
//   streams.cc     create, delete, describe, list     records_in.cc   PutRecord(s)
//   shards.cc      ListShards                         records_out.cc  GetShardIterator, GetRecords
//   resharding.cc  splits, merges, UpdateShardCount   changes.cc      retention and tags
//   access.cc      which action on which stream
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "generated/kinesis.h"
#include "metadata/metadata.h"
#include "services/kinesis/shard_iterator.h"
#include "services/kinesis/stream_directory.h"
#include "streamlog/streamlog.h"

namespace standpipe::kinesis {

struct KinesisOptions {
  bool limit_throughput = true;  // what a shard may take and give in a second
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

 private:
  using StreamPtr = std::shared_ptr<const Stream>;

  // The stream that an input names, by name or ARN. Throw InvalidArgument and ResourceNotFound.
  template <class Input>
  StreamPtr stream(const aws::Request& request, const Input& input) const;
  StreamPtr stream(const StreamName& name) const;
  aws::Access on_stream(const aws::Request& request, std::string action, const std::optional<std::string>& name,
                        const std::optional<std::string>& arn) const;
  void change(const StreamName& name, const std::function<void(StreamState&)>& edit);
  void set_retention(const StreamState& stream, int32_t hours);

  void check_shard_limit(const StreamName& name, int64_t additional) const;

  template <class Put>
  auto while_resharded(const StreamName& name, const Put& put);
  PutRecordOutput put_record(const Stream& stream, const PutRecordInput& input);
  PutRecordsOutput put_records(const aws::Request& request, const Stream& stream, const PutRecordsInput& input);
  void check_sizes(const Stream& stream, const PutRecordsInput& input) const;
  Position position_for(const Stream& stream, const StreamShard& shard, const GetShardIteratorInput& input) const;
  ShardIterator open_iterator(const aws::Request& request, const GetRecordsInput& input) const;
  const StreamShard& shard_of(const Stream& stream, const ShardIterator& iterator) const;
  GetRecordsOutput records_from(const Stream& stream, const ShardIterator& iterator, int32_t limit);
  void measure(const StreamName& stream, std::string_view name, std::string_view unit, double value) const;

  StreamLog& log_;
  Clock& clock_;
  MetricSink& metrics_;
  const KinesisOptions options_;
  StreamDirectory streams_;
};

}  // namespace standpipe::kinesis
