// What a delivery stream was told to do, and how that is kept and described. Plain data.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "generated/firehose.h"

namespace standpipe::firehose {

// What omitted buffering hints mean. AWS waits 300 s; a developer who left them out wants to see the record.
struct Defaults {
  int32_t buffer_interval_s = 1;
};

struct Buffering {
  std::optional<int32_t> interval_s, size_mb;  // as given; absent means the default
};

struct LogTarget {
  bool enabled = false;
  std::string group, stream;
};

struct S3Target {
  std::string role_arn, bucket_arn;
  std::optional<std::string> prefix, error_prefix;
  std::string compression = "UNCOMPRESSED";  // or GZIP
  std::optional<std::string> file_extension;
  Buffering buffering;
  std::optional<LogTarget> log;
  std::string bucket() const { return bucket_arn.substr(bucket_arn.rfind(':') + 1); }
};

struct CollectionTarget {
  std::string role_arn, endpoint, index;
  Buffering buffering;
  int32_t retry_s = 300;
  std::string backup_mode = "FailedDocumentsOnly";  // or AllDocuments
  std::optional<LogTarget> log;
};

struct Configuration {
  std::string name, account, region, id;  // id names its direct-put log and never returns
  std::string type = "DirectPut";         // or KinesisStreamAsSource
  std::string version = "1";
  Timestamp created{};
  std::string source_arn, source_role_arn;  // a Kinesis stream
  std::optional<int32_t> throughput_hint;
  bool extended_s3 = false;  // the S3 destination was given in its extended form
  S3Target s3;               // the destination, or the backup of the collection
  std::optional<CollectionTarget> collection;
  std::vector<Tag> tags;
  bool deleting = false;

  std::string arn() const;
};

// Throws InvalidArgumentException naming whatever is not supported.
Configuration configuration_of(const CreateDeliveryStreamInput& input);
DeliveryStreamDescription describe(const Configuration& configuration, const Defaults& defaults);

json::Value to_json(const Configuration& configuration);
Configuration from_json(const json::Value& stored);

}  // namespace standpipe::firehose
