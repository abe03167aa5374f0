// One shard's way through a delivery stream: read, buffer by size and time, deliver, retry, back up, remember.
//
// Order: what a destination can never take is backed up before the rest is delivered, and the position is remembered
// last. So a crash repeats at most backups; documents of a collection are neither lost nor repeated, because the
// collection stores the position with them.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "base/workers.h"
#include "metadata/metadata.h"
#include "services/firehose/delivery_report.h"
#include "services/firehose/destination.h"

namespace standpipe::firehose {

// Runs a thread of its own from construction until it is destroyed or has delivered all of a closed shard; then it
// calls `at_end`. `flush` may be called from any thread.
class Delivery {
 public:
  Delivery(const Surroundings& surroundings, Metadata& metadata, DeliveryReport& report, const Configuration& stream,
           const Defaults& defaults, std::unique_ptr<Source> source, std::unique_ptr<Destination> destination,
           std::function<void()> at_end);
  ~Delivery();

  // Delivers what is readable now without waiting for the buffer; true when done before the deadline.
  bool flush(Deadline deadline);
  void stop() { thread_.stop(); }

 private:
  struct Buffer {
    std::vector<SourceRecord> records;
    size_t bytes = 0;
    Deadline due = Deadline::never();  // from its first record
  };
  struct Failure {
    SourceRecord record;
    std::string code, message;
    int attempts;
  };

  void run(std::stop_token stop);
  void recover(std::stop_token stop);
  // True when the source is finished and all of it delivered.
  bool step(Buffer& buffer, std::stop_token stop);
  void end();
  void deliver(std::vector<SourceRecord> records, std::stop_token stop);
  // What the destination will not take; nullopt if stopped before that was known.
  std::optional<std::vector<Failure>> attempt_until_done(const Span& span, std::vector<SourceRecord> records,
                                                         std::stop_token stop);
  // Tries until S3 takes it: a delivery whose backup fails stands still. False if stopped before.
  bool back_up(const std::vector<Failure>& failures, std::stop_token stop);
  bool back_up_all(std::span<const SourceRecord> records, std::stop_token stop);
  bool put_until_done(const std::string& key, const std::string& content, size_t records, std::stop_token stop);
  void remember(const std::string& position);
  void hold(size_t bytes, size_t records);  // what is buffered now, for the report
  std::vector<SourceRecord> reread(const Span& span, std::stop_token stop);
  std::string position_key() const;
  // A token that ends a wait early when a flush is asked for.
  std::stop_token waiting();
  bool flush_wanted();

  const Surroundings surroundings_;
  Metadata& metadata_;
  DeliveryReport& report_;
  const Configuration stream_;
  const Duration interval_;
  const size_t bytes_max_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<Destination> destination_;
  size_t held_bytes_ = 0, held_records_ = 0;
  const std::function<void()> at_end_;
  std::string position_;  // read so far; the delivered position trails it by the buffer

  std::mutex mutex_;
  std::condition_variable flushed_;
  std::stop_source wake_;
  uint64_t flushes_wanted_ = 0, flushes_done_ = 0;
  bool ended_ = false;

  Background thread_;  // last: everything else exists before it runs
};

}  // namespace standpipe::firehose
