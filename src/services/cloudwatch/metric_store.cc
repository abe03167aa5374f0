#include "services/cloudwatch/metric_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/logging.h"

namespace standpipe::cloudwatch {
namespace {

constexpr size_t kPendingPointsMax = 50'000;
constexpr int64_t kSeenEvery = 600;  // seconds
constexpr size_t kScanBatch = 64;
constexpr int kAttemptsMax = 4;

const Resolution& resolution_of(int64_t seconds) {
  for (const Resolution* resolution : {&kSecond, &kMinute, &kFiveMinutes}) {
    if (resolution->seconds == seconds) return *resolution;
  }
  return kHour;
}

void add_range(const Points& from, int64_t begin, int64_t end, Points& to) {
  for (auto point = from.lower_bound({begin, ""}); point != from.end() && point->first.time < end; ++point) {
    to[point->first].merge(point->second);
  }
}

}  // namespace

void MetricStore::write(const Batch& batch) {
  metadata_.transaction([&](MetadataTransaction& transaction) { merge(transaction, batch, 0); });
}

void MetricStore::add(const Series& series, const PointKey& minute, const Statistics& statistics) {
  const std::lock_guard lock(mutex_);
  if (pending_points_ >= kPendingPointsMax) {
    ++dropped_;
    return;
  }
  const auto [point, is_new] = pending_[series][kMinute.seconds].try_emplace(minute);
  if (is_new) ++pending_points_;
  point->second.merge(statistics);
}

void MetricStore::flush() {
  const std::lock_guard one(flush_mutex_);
  std::shared_ptr<const Batch> batch;
  int64_t number = 0;
  size_t dropped = 0;
  {
    const std::lock_guard lock(mutex_);
    if (pending_.empty()) return;
    batch = std::make_shared<const Batch>(std::move(pending_));
    pending_.clear();
    pending_points_ = 0;
    dropped = std::exchange(dropped_, 0);
    in_flush_ = batch;
    // Rises across restarts too, unless the clock went back by more than the flushes since.
    flush_ = number = std::max(flush_ + 1, epoch_ms(clock_.now()));
  }
  if (dropped != 0) logging::warning("cloudwatch: dropped {} measurements: too many metrics at once", dropped);
  try {
    metadata_.transaction([&](MetadataTransaction& transaction) { merge(transaction, *batch, number); });
  } catch (...) {
    // Not written: they count again.
    const std::lock_guard lock(mutex_);
    in_flush_.reset();
    for (const auto& [series, resolutions] : *batch) {
      for (const auto& [seconds, points] : resolutions) {
        for (const auto& [key, statistics] : points) {
          pending_[series][seconds][key].merge(statistics);
          ++pending_points_;
        }
      }
    }
    throw;
  }
  const std::lock_guard lock(mutex_);
  in_flush_.reset();
}

void MetricStore::merge(MetadataTransaction& transaction, const Batch& batch, int64_t flush) {
  for (const auto& [series, resolutions] : batch) {
    touch(transaction, series);
    for (const auto& [seconds, points] : resolutions) {
      merge_points(transaction, series, resolution_of(seconds), points, flush);
    }
  }
}

void MetricStore::merge_points(MetadataTransaction& transaction, const Series& series, const Resolution& resolution,
                               const Points& points, int64_t flush) {
  // Points are in order of time, so those of one document follow each other.
  for (auto point = points.begin(); point != points.end();) {
    const int64_t document_start = align(point->first.time, resolution.document_seconds);
    const std::string key = points_key(series, resolution, document_start);
    StoredPoints stored;
    if (const auto document = transaction.get(key)) stored = parse_points(document->value);
    stored.flush = std::max(stored.flush, flush);
    for (; point != points.end() && align(point->first.time, resolution.document_seconds) == document_start; ++point) {
      stored.points[point->first].merge(point->second);
    }
    transaction.put(key, print_points(stored));
  }
}

void MetricStore::touch(MetadataTransaction& transaction, const Series& series) {
  const std::string key = series_key(series);
  const auto document = transaction.get(key);
  const int64_t time = now();
  if (document && parse_series(document->value).last_seen + kSeenEvery > time) return;
  transaction.put(key, print_series({series, time}));
  if (!document) transaction.put(std::string(kPlaces) + series.account + "/" + series.region, "{}");
}

MetricStore::Snapshot MetricStore::snapshot(const Series& series) {
  const std::lock_guard lock(mutex_);
  Snapshot result;
  result.flush = flush_;
  if (const auto found = pending_.find(series); found != pending_.end()) result.pending = found->second;
  if (!in_flush_) return result;
  result.flushing = true;
  if (const auto found = in_flush_->find(series); found != in_flush_->end()) result.in_flush = found->second;
  return result;
}

Points MetricStore::read(const Series& series, bool seconds, int64_t begin, int64_t end) {
  const std::vector<const Resolution*> resolutions =
      seconds ? std::vector{&kSecond} : std::vector{&kMinute, &kFiveMinutes, &kHour};
  for (int attempt = 1;; ++attempt) {
    const Snapshot memory = snapshot(series);
    Points points;
    bool consistent = true;
    for (const Resolution* resolution : resolutions) {
      consistent = read_stored(series, *resolution, begin, end, memory, points) && consistent;
    }
    // A flush came between. Not for ever: flush numbers mislead if the clock went back across a restart.
    if (!consistent && attempt < kAttemptsMax) continue;
    for (const Resolution* resolution : resolutions) {
      const auto pending = memory.pending.find(resolution->seconds);
      if (pending != memory.pending.end()) add_range(pending->second, begin, end, points);
    }
    return points;
  }
}

// Adds what metadata has, and of the flush under way what metadata does not have yet. False if metadata is newer than
// the snapshot, so that something would count twice.
bool MetricStore::read_stored(const Series& series, const Resolution& resolution, int64_t begin, int64_t end,
                              const Snapshot& memory, Points& points) {
  Points in_flush;
  bool consistent = true;
  if (const auto found = memory.in_flush.find(resolution.seconds); found != memory.in_flush.end()) {
    add_range(found->second, begin, end, in_flush);
  }
  const std::string prefix = points_prefix(series, resolution);
  // Scans go on after a key: begin with the document before.
  std::string after = points_key(series, resolution, std::max<int64_t>(begin - resolution.document_seconds, 0));
  if (begin < resolution.document_seconds) after = prefix;
  const std::string last = points_key(series, resolution, end);
  for (bool more = true; more;) {
    const std::vector<Document> batch = metadata_.scan(prefix, after, kScanBatch);
    more = batch.size() == kScanBatch;
    for (const Document& document : batch) {
      if (document.key > last) {
        more = false;
        break;
      }
      after = document.key;
      const StoredPoints stored = parse_points(document.value);
      consistent = consistent && stored.flush <= memory.flush;
      add_range(stored.points, begin, end, points);
      if (!memory.flushing || stored.flush != memory.flush) continue;
      const int64_t start = parse_int(std::string_view(document.key).substr(prefix.size())).value_or(0);
      std::erase_if(in_flush,
                    [&](const auto& point) { return align(point.first.time, resolution.document_seconds) == start; });
    }
  }
  add_range(in_flush, begin, end, points);
  return consistent;
}

void MetricStore::sweep(std::stop_token stop) {
  for (const Document& place : metadata_.scan(kPlaces)) {
    const std::vector<std::string> parts = split(std::string_view(place.key).substr(kPlaces.size()), '/');
    if (parts.size() != 2) continue;
    std::string after;
    while (!stop.stop_requested()) {
      const std::vector<Document> batch = metadata_.scan(series_prefix(parts[0], parts[1]), after, kScanBatch);
      for (const Document& document : batch) {
        if (stop.stop_requested()) return;
        const StoredSeries stored = parse_series(document.value);
        sweep_series(stored.series, stop);
        if (stored.last_seen < now() - kHour.kept_seconds) metadata_.remove(document.key, document.version);
      }
      if (batch.size() < kScanBatch) break;
      after = batch.back().key;
    }
  }
}

void MetricStore::sweep_series(const Series& series, std::stop_token stop) {
  coarsen(series, kSecond, nullptr, stop);
  coarsen(series, kMinute, &kFiveMinutes, stop);
  coarsen(series, kFiveMinutes, &kHour, stop);
  coarsen(series, kHour, nullptr, stop);
}

void MetricStore::coarsen(const Series& series, const Resolution& from, const Resolution* to, std::stop_token stop) {
  const std::string prefix = points_prefix(series, from);
  const std::string cutoff = prefix + fmt::format("{:012}", now() - from.kept_seconds - from.document_seconds);
  while (!stop.stop_requested()) {
    const std::vector<Document> oldest = metadata_.scan(prefix, {}, 1);
    if (oldest.empty() || oldest.front().key >= cutoff) return;
    metadata_.transaction([&](MetadataTransaction& transaction) {
      const auto document = transaction.get(oldest.front().key);
      if (!document) return;
      if (to != nullptr) {
        Points coarser;
        for (const auto& [key, statistics] : parse_points(document->value).points) {
          coarser[{align(key.time, to->seconds), key.unit}].merge(statistics);
        }
        merge_points(transaction, series, *to, coarser, 0);
      }
      transaction.remove(document->key);
    });
  }
}

}  // namespace standpipe::cloudwatch
