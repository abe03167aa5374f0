// Measurements that services publish as CloudWatch metrics. The cloudwatch service is the sink; what arrives there is
// also what /_standpipe/metrics prints. Thread-safe, cheap, never throws, never waits for the disk.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace standpipe {

struct Measurement {
  std::string_view account, region;
  std::string_view space;  // "AWS/Kinesis"
  std::string_view name;   // "IncomingRecords"
  std::string_view unit;   // "Count", "Bytes", "Milliseconds", "Seconds", "None" …
  double value = 0;
  std::vector<std::pair<std::string_view, std::string_view>> dimensions = {};
};

class MetricSink {
 public:
  virtual ~MetricSink() = default;
  virtual void record(const Measurement& measurement) = 0;
};

}  // namespace standpipe
