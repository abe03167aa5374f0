// Where the server's own measurements arrive: counted in memory, found again without an allocation, in shards so that
// busy services do not wait for each other. From here they go to the metric store a few seconds later (`drain`) and, as
// totals since the start, to Prometheus (`print`). Bounded: beyond a number of metrics, new ones are not counted.
// Thread-safe.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/metrics.h"
#include "services/cloudwatch/second_history.h"
#include "services/cloudwatch/series.h"

namespace standpipe::cloudwatch {

class Recorder {
 public:
  struct Drained {
    Series series;
    PointKey key;
    Statistics statistics;
  };

  // `second`: when, since 1970.
  void record(const Measurement& measurement, int64_t second);
  // What is known of a metric second by second.
  void read_seconds(const Series& series, int64_t begin, int64_t end, int64_t now, Points& into) const;
  std::vector<Drained> drain();  // what was recorded since the last time
  // Prometheus' text format: a summary per metric, aws_kinesis_incoming_records_sum{account="…",stream_name="…"} 7.
  std::string print() const;

 private:
  struct Entry {
    Series series;
    std::string unit;
    double sum = 0;  // since the start
    uint64_t count = 0;
    int64_t minute = 0;  // of `recent`
    Statistics recent;
    SecondHistory seconds;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_multimap<size_t, Entry> entries;  // by hash
    std::vector<Drained> earlier;                    // minutes that ended before they were drained
  };
  static constexpr size_t kShards = 16;

  static Entry* find(Shard& shard, size_t hash, const Measurement& measurement);

  std::array<Shard, kShards> shards_;
};

}  // namespace standpipe::cloudwatch
