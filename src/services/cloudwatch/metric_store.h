// Points of metrics: those that were written, in metadata, and those that the server's own measurements have added
// since the last flush, in memory. Writing through `write` is durable on return; `add` only counts and is flushed every
// few seconds. Memory is bounded: beyond a number of unflushed points `add` drops what is new. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "metadata/metadata.h"
#include "services/cloudwatch/series.h"

namespace standpipe::cloudwatch {

class MetricStore {
 public:
  using Batch = std::map<Series, SeriesPoints>;

  MetricStore(Metadata& metadata, Clock& clock) : metadata_(metadata), clock_(clock), flush_(epoch_ms(clock.now())) {}

  void write(const Batch& batch);
  void add(const Series& series, const PointKey& minute, const Statistics& statistics);
  void flush();

  // Points of [begin, end) seconds: of single seconds, or of the best that is kept of minutes and longer.
  Points read(const Series& series, bool seconds, int64_t begin, int64_t end);
  // Series of an account and region after `after` (a key), at most `count_max`.
  std::vector<Document> series(const std::string& prefix, const std::string& after, size_t count_max) {
    return metadata_.scan(prefix, after, count_max);
  }
  // Turns old points into coarser ones and removes what is too old.
  void sweep(std::stop_token stop = {});

 private:
  struct Snapshot {  // of what is not in metadata, or perhaps already is
    int64_t flush = 0;
    bool flushing = false;
    SeriesPoints pending, in_flush;
  };
  int64_t now() const { return epoch_ms(clock_.now()) / 1000; }
  void merge(MetadataTransaction& transaction, const Batch& batch, int64_t flush);
  void merge_points(MetadataTransaction& transaction, const Series& series, const Resolution& resolution,
                    const Points& points, int64_t flush);
  void touch(MetadataTransaction& transaction, const Series& series);
  Snapshot snapshot(const Series& series);
  bool read_stored(const Series& series, const Resolution& resolution, int64_t begin, int64_t end,
                   const Snapshot& snapshot, Points& points);
  void sweep_series(const Series& series, std::stop_token stop);
  void coarsen(const Series& series, const Resolution& from, const Resolution* to, std::stop_token stop);

  Metadata& metadata_;
  Clock& clock_;
  std::mutex flush_mutex_;  // one flush at a time
  std::mutex mutex_;        // guards all below
  Batch pending_;
  std::shared_ptr<const Batch> in_flush_;  // what the flush under way writes
  int64_t flush_;                          // number of the last flush that was begun: at least its time
  size_t pending_points_ = 0, dropped_ = 0;
};

}  // namespace standpipe::cloudwatch
