// Enhanced monitoring: which metrics are published shard by shard.
#include "services/kinesis/naming.h"

namespace standpipe::kinesis {
namespace {

constexpr std::string_view kAll = "ALL";
constexpr const char* kMetrics[] = {"IncomingBytes",       "IncomingRecords",
                                    "IteratorAgeMilliseconds", "OutgoingBytes",
                                    "OutgoingRecords",     "ReadProvisionedThroughputExceeded",
                                    "WriteProvisionedThroughputExceeded"};

std::vector<std::string> list(const std::set<std::string>& metrics) { return {metrics.begin(), metrics.end()}; }

std::set<std::string> named(const std::vector<std::string>& names) {
  std::set<std::string> metrics;
  for (const std::string& name : names) {
    if (name == kAll) metrics.insert(std::begin(kMetrics), std::end(kMetrics));
    else metrics.insert(name);
  }
  return metrics;
}

}  // namespace

EnableEnhancedMonitoringOutput Kinesis::enable_enhanced_monitoring(const aws::Request& request,
                                                                   const EnableEnhancedMonitoringInput& input) {
  const StreamName name = stream(request, input)->state.name;
  EnableEnhancedMonitoringOutput output{name.name, {}, {}, name.arn()};
  change(name, [&](StreamState& state) {
    output.current_shard_level_metrics = list(state.shard_metrics);
    state.shard_metrics.merge(named(input.shard_level_metrics));
    output.desired_shard_level_metrics = list(state.shard_metrics);
  });
  return output;
}

DisableEnhancedMonitoringOutput Kinesis::disable_enhanced_monitoring(const aws::Request& request,
                                                                     const DisableEnhancedMonitoringInput& input) {
  const StreamName name = stream(request, input)->state.name;
  DisableEnhancedMonitoringOutput output{name.name, {}, {}, name.arn()};
  change(name, [&](StreamState& state) {
    output.current_shard_level_metrics = list(state.shard_metrics);
    for (const std::string& metric : named(input.shard_level_metrics)) state.shard_metrics.erase(metric);
    output.desired_shard_level_metrics = list(state.shard_metrics);
  });
  return output;
}

}  // namespace standpipe::kinesis
