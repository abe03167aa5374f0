// CloudWatch metrics: what clients put and what this server measures of itself, read back as statistics. The server's
// own measurements are also printed for Prometheus. Thread-safe.
//
// Metrics that clients put are durable when PutMetricData returns; the server's own are flushed every few seconds by
// the thread that `start` makes, and at the end by `stop`.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/workers.h"
#include "generated/cloudwatch.h"
#include "services/cloudwatch/expression.h"
#include "services/cloudwatch/metric_store.h"
#include "services/cloudwatch/recorder.h"

namespace standpipe::cloudwatch {

class CloudWatch final : public Operations, public MetricSink {
 public:
  CloudWatch(Metadata& metadata, Clock& clock) : clock_(clock), store_(metadata, clock) {}
  ~CloudWatch() override { stop(); }

  void start();
  void stop();  // flushes
  void flush();
  void sweep() { store_.sweep(); }

  void record(const Measurement& measurement) override;
  // The measurements recorded since the start, in Prometheus' text format.
  std::string prometheus() const { return recorder_.print(); }

  PutMetricDataOutput put_metric_data(const aws::Request&, const PutMetricDataInput&) override;
  ListMetricsOutput list_metrics(const aws::Request&, const ListMetricsInput&) override;
  GetMetricStatisticsOutput get_metric_statistics(const aws::Request&, const GetMetricStatisticsInput&) override;
  GetMetricDataOutput get_metric_data(const aws::Request&, const GetMetricDataInput&) override;

  aws::Accesses access(const aws::Request&, const PutMetricDataInput&) override;
  aws::Accesses access(const aws::Request&, const ListMetricsInput&) override;
  aws::Accesses access(const aws::Request&, const GetMetricStatisticsInput&) override;
  aws::Accesses access(const aws::Request&, const GetMetricDataInput&) override;

 private:
  void collect();  // what was recorded goes to the store, in memory
  Points points(const Series& series, bool seconds, int64_t begin, int64_t end);
  Curve curve(const aws::Request& request, const GetMetricDataInput& input, const MetricStat& stat);

  Clock& clock_;
  MetricStore store_;
  Recorder recorder_;
  Background flusher_, sweeper_;
};

Series series_of(const aws::Request& request, const std::string& space, const std::string& name,
                 const std::optional<std::vector<Dimension>>& dimensions);
// 1, 5, 10, 20, 30 or a multiple of 60 seconds.
bool valid_period(int32_t period);

}  // namespace standpipe::cloudwatch
