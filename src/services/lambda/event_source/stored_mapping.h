// An event source mapping as it is kept in metadata, beside how far each shard has been processed.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "generated/lambda.h"
#include "metadata/metadata.h"
#include "services/lambda/event_source/shard_queue.h"
#include "services/lambda/names.h"

namespace standpipe::lambda {

struct StoredMapping {
  std::string uuid, account, region, function;
  std::string source_arn;  // of a stream or of a consumer
  bool enabled = true, deleting = false;
  std::string starting_position;
  std::optional<Timestamp> starting_time;
  int batch_size = 100;
  int batching_window_s = 0;
  int parallelization = 1;
  int record_age_s = -1;
  int retries = -1;
  int tumbling_window_s = 0;
  bool bisect = false, reports_failures = false;
  std::string on_failure;  // ARN of a bucket; empty: what is given up is forgotten
  std::vector<std::string> filters;
  std::map<std::string, std::string> tags;
  Timestamp created{}, modified{};

  std::string arn() const;
  FunctionName function_name() const { return {account, region, function, {}}; }
  bool fan_out() const;            // the source is a consumer
  std::string stream_arn() const;  // also if it is
};

std::string print_stored(const StoredMapping& mapping);
StoredMapping parse_mapping(const std::string& text);

// Throw aws::Error for what AWS or this server does not take, and leave what the input does not name.
StoredMapping read_mapping(const aws::Request& request, const CreateEventSourceMappingInput& input, Timestamp now);
void change_mapping(const UpdateEventSourceMappingInput& input, StoredMapping& mapping);
// All but the state, which is not stored.
EventSourceMappingConfiguration describe(const StoredMapping& mapping);

// Mappings of all accounts, so that a new process finds them.
std::optional<StoredMapping> find_mapping(Metadata& metadata, const std::string& uuid);
std::vector<StoredMapping> all_mappings(Metadata& metadata);  // ordered by UUID
std::vector<StoredMapping> all_mappings(MetadataTransaction& transaction);
void put_mapping(MetadataTransaction& transaction, const StoredMapping& mapping);
void remove_mapping(Metadata& metadata, const std::string& uuid);

// What was noted of a shard, for so many lanes: of another number nothing but the position is of use.
ShardProgress find_progress(Metadata& metadata, const StoredMapping& mapping, const std::string& shard);
// `progress` is asked inside the transaction, so that what is written never falls behind what was written before. Of a
// mapping that is gone nothing is kept.
void note_progress(Metadata& metadata, const std::string& uuid, const std::string& shard,
                   const std::function<ShardProgress()>& progress);

}  // namespace standpipe::lambda
