// What a delivery stream tells about itself: CloudWatch metrics and the lines of its delivery log. Thread-safe.
// https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
#pragma once

#include <mutex>
#include <string>

#include "base/metrics.h"
#include "services/firehose/source.h"

namespace standpipe::firehose {

class DeliveryReport {
 public:
  DeliveryReport(const Surroundings& surroundings, MetricSink& metrics, const Configuration& stream)
      : surroundings_(surroundings), metrics_(metrics), stream_(stream) {}

  void count(const char* metric, const char* unit, double value);
  // The metrics of one delivery: "DeliveryToAmazonOpenSearchServerless", "DeliveryToS3", "BackupToS3".
  void delivered(const std::string& kind, size_t bytes, size_t records, bool success, Timestamp oldest);
  // What has been read and not delivered yet has changed by so much, in one of the stream's shards.
  void buffered(int64_t bytes, int64_t records);
  // A line in the destination's log, or the backup's; written as the role of that side. Never throws: a log that may
  // not be written must not stop the delivery.
  void log_destination(const std::string& code, const std::string& message);
  void log_backup(const std::string& code, const std::string& message);

 private:
  void log(const std::optional<LogTarget>& target, const std::string& role_arn, const std::string& destination,
           const std::string& code, const std::string& message);
  const Surroundings surroundings_;
  MetricSink& metrics_;
  const Configuration stream_;
  std::mutex mutex_;
  int64_t buffered_bytes_ = 0, buffered_records_ = 0;
};

}  // namespace standpipe::firehose
