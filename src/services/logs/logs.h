// CloudWatch Logs: groups, streams, events, the filter pattern language, retention. All state is in metadata; nothing
// is cached, memory is bounded by one second of events per stream read. Thread-safe.
//
// `sweep` removes what retention has expired and what deleted streams left; `start` lets a background thread do so.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/workers.h"
#include "generated/logs.h"
#include "metadata/metadata.h"
#include "services/logs/event_store.h"
#include "services/logs/stored.h"

namespace standpipe::logs {

class Logs final : public Operations {
 public:
  Logs(Metadata& metadata, Clock& clock) : metadata_(metadata), clock_(clock) {}

  void start();
  void sweep(std::stop_token stop = {});

  CreateLogGroupOutput create_log_group(const aws::Request&, const CreateLogGroupInput&) override;
  DeleteLogGroupOutput delete_log_group(const aws::Request&, const DeleteLogGroupInput&) override;
  DescribeLogGroupsOutput describe_log_groups(const aws::Request&, const DescribeLogGroupsInput&) override;
  PutRetentionPolicyOutput put_retention_policy(const aws::Request&, const PutRetentionPolicyInput&) override;
  DeleteRetentionPolicyOutput delete_retention_policy(const aws::Request&, const DeleteRetentionPolicyInput&) override;
  TagResourceOutput tag_resource(const aws::Request&, const TagResourceInput&) override;
  UntagResourceOutput untag_resource(const aws::Request&, const UntagResourceInput&) override;
  ListTagsForResourceOutput list_tags_for_resource(const aws::Request&, const ListTagsForResourceInput&) override;

  CreateLogStreamOutput create_log_stream(const aws::Request&, const CreateLogStreamInput&) override;
  DeleteLogStreamOutput delete_log_stream(const aws::Request&, const DeleteLogStreamInput&) override;
  DescribeLogStreamsOutput describe_log_streams(const aws::Request&, const DescribeLogStreamsInput&) override;

  PutLogEventsOutput put_log_events(const aws::Request&, const PutLogEventsInput&) override;
  GetLogEventsOutput get_log_events(const aws::Request&, const GetLogEventsInput&) override;
  FilterLogEventsOutput filter_log_events(const aws::Request&, const FilterLogEventsInput&) override;

  aws::Accesses access(const aws::Request&, const CreateLogGroupInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteLogGroupInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeLogGroupsInput&) override;
  aws::Accesses access(const aws::Request&, const PutRetentionPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteRetentionPolicyInput&) override;
  aws::Accesses access(const aws::Request&, const TagResourceInput&) override;
  aws::Accesses access(const aws::Request&, const UntagResourceInput&) override;
  aws::Accesses access(const aws::Request&, const ListTagsForResourceInput&) override;
  aws::Accesses access(const aws::Request&, const CreateLogStreamInput&) override;
  aws::Accesses access(const aws::Request&, const DeleteLogStreamInput&) override;
  aws::Accesses access(const aws::Request&, const DescribeLogStreamsInput&) override;
  aws::Accesses access(const aws::Request&, const PutLogEventsInput&) override;
  aws::Accesses access(const aws::Request&, const GetLogEventsInput&) override;
  aws::Accesses access(const aws::Request&, const FilterLogEventsInput&) override;

 private:
  int64_t now_ms() const { return epoch_ms(clock_.now()); }
  // Both throw ResourceNotFoundException.
  StoredGroup group(const Place& place, const std::string& name);
  StoredStream stream(const Place& place, const StoredGroup& group, const std::string& name);
  // Changes the group under `name` in a transaction; throws ResourceNotFoundException.
  void change_group(const Place& place, const std::string& name, const std::function<void(StoredGroup&)>& change);
  void sweep_trash(std::stop_token stop);
  void sweep_group(const Place& place, const StoredGroup& group, std::stop_token stop);

  Metadata& metadata_;
  Clock& clock_;
  Background sweeper_;  // last: stopped before the rest goes
};

// The group that `name` or `identifier` means; exactly one of them must be given.
std::string choose_group(const std::optional<std::string>& name, const std::optional<std::string>& identifier);
// Page tokens: any text, sealed against misreading only.
std::string print_token(std::string_view text);
std::string read_token(const std::optional<std::string>& token);  // throws InvalidParameterException

aws::Error no_such_group();
aws::Error no_such_stream();

}  // namespace standpipe::logs
