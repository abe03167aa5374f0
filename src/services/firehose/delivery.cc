#include "services/firehose/delivery.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/logging.h"
#include "services/firehose/object_name.h"

namespace standpipe::firehose {
namespace {

constexpr size_t kMegabyte = 1 << 20;
constexpr int kSizeMbDefault = 5;
constexpr Duration kPauseFirst{100}, kPauseMax{5000};
constexpr const char* kFailedKind = "AmazonOpenSearchService-failed";

const Buffering& buffering(const Configuration& stream) {
  return stream.collection ? stream.collection->buffering : stream.s3.buffering;
}

std::string delivery_kind(const Configuration& stream) {
  return stream.collection ? "DeliveryToAmazonOpenSearchServerless" : "DeliveryToS3";
}

size_t bytes_of(std::span<const SourceRecord> records) {
  size_t bytes = 0;
  for (const SourceRecord& record : records) bytes += record.data.size();
  return bytes;
}

Duration next_pause(Duration last) { return std::min(last * 2, kPauseMax); }

}  // namespace

Delivery::Delivery(const Surroundings& surroundings, Metadata& metadata, DeliveryReport& report,
                   const Configuration& stream, const Defaults& defaults, std::unique_ptr<Source> source,
                   std::unique_ptr<Destination> destination, std::function<void()> at_end)
    : surroundings_(surroundings),
      metadata_(metadata),
      report_(report),
      stream_(stream),
      interval_(std::chrono::seconds(buffering(stream).interval_s.value_or(defaults.buffer_interval_s))),
      bytes_max_(static_cast<size_t>(buffering(stream).size_mb.value_or(kSizeMbDefault)) * kMegabyte),
      source_(std::move(source)),
      destination_(std::move(destination)),
      at_end_(std::move(at_end)),
      thread_("delivery", [this](std::stop_token stop) { run(stop); }) {}

Delivery::~Delivery() {
  thread_.stop();
  const std::lock_guard lock(mutex_);
  wake_.request_stop();
}

bool Delivery::flush(Deadline deadline) {
  std::unique_lock lock(mutex_);
  const uint64_t wanted = ++flushes_wanted_;
  wake_.request_stop();
  return flushed_.wait_until(lock, deadline.at(), [&] { return flushes_done_ >= wanted || ended_; });
}

std::stop_token Delivery::waiting() {
  const std::lock_guard lock(mutex_);
  if (wake_.stop_requested() && flushes_done_ == flushes_wanted_) wake_ = std::stop_source();
  return wake_.get_token();
}

bool Delivery::flush_wanted() {
  const std::lock_guard lock(mutex_);
  return flushes_wanted_ > flushes_done_;
}

void Delivery::run(std::stop_token stop) {
  const std::stop_callback ends_wait(stop, [this] {
    const std::lock_guard lock(mutex_);
    wake_.request_stop();
  });
  Buffer buffer;
  bool recovered = false;
  report_.buffered(0, 0);
  for (Duration wait = kPauseFirst; !stop.stop_requested();) {
    try {
      if (!recovered) recover(stop);
      recovered = true;
      if (step(buffer, stop)) return end();
      wait = kPauseFirst;
    } catch (const std::exception& error) {
      // What was read but not delivered is read again.
      buffer = {};
      hold(0, 0);
      recovered = false;
      const auto* refused = dynamic_cast<const aws::Error*>(&error);
      const bool denied = refused != nullptr && refused->code.starts_with("AccessDenied");
      report_.log_destination(denied ? "Kinesis.AccessDenied" : "InternalError", error.what());
      pause(Deadline::in(wait), stop);
      wait = next_pause(wait);
    }
  }
}

void Delivery::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    flushed_.notify_all();
  }
  at_end_();
}

void Delivery::recover(std::stop_token stop) {
  const auto stored = metadata_.get(position_key());
  position_ = stored ? stored->value : "";
  const auto remembered = destination_->remembered(source_->name());
  if (!remembered || !later(remembered->span.last, position_)) return;
  // The collection has more than we noted: the crash came between the two.
  if (!remembered->refused.empty()) {
    std::vector<SourceRecord> acceptable, refused;
    for (SourceRecord& record : reread(remembered->span, stop)) {
      if (destination_->unacceptable(record).empty()) acceptable.push_back(std::move(record));
    }
    for (const size_t index : remembered->refused) {
      if (index < acceptable.size()) refused.push_back(acceptable[index]);
    }
    const auto failures = attempt_until_done(remembered->span, std::move(refused), stop);
    if (!failures || !back_up(*failures, stop)) return;
  }
  position_ = remembered->span.last;
  remember(position_);
}

std::vector<SourceRecord> Delivery::reread(const Span& span, std::stop_token stop) {
  std::vector<SourceRecord> records;
  std::string from = span.after;
  while (later(span.last, from) && !stop.stop_requested()) {
    const SourceBatch batch = source_->read(from, Deadline::in(std::chrono::seconds(10)), stop);
    if (batch.records.empty()) break;  // retention took them
    for (const SourceRecord& record : batch.records) {
      if (!later(record.position, span.last)) records.push_back(record);
    }
    from = batch.records.back().position;
  }
  return records;
}

bool Delivery::step(Buffer& buffer, std::stop_token stop) {
  const bool flushing = flush_wanted();
  const uint64_t flush = [&] {
    const std::lock_guard lock(mutex_);
    return flushes_wanted_;
  }();
  const Deadline deadline =
      flushing ? Deadline::in(Duration{0}) : buffer.due.earlier(Deadline::in(std::chrono::minutes(1)));
  SourceBatch batch = source_->read(position_, deadline, flushing ? stop : waiting());
  if (!stream_.source_arn.empty()) {
    report_.count("KinesisMillisBehindLatest", "Milliseconds", static_cast<double>(batch.millis_behind));
  }
  const bool nothing_new = batch.records.empty();
  if (!nothing_new) {
    const size_t bytes = bytes_of(batch.records);
    if (!stream_.source_arn.empty()) {
      report_.count("DataReadFromKinesisStream.Bytes", "Bytes", static_cast<double>(bytes));
      report_.count("DataReadFromKinesisStream.Records", "Count", static_cast<double>(batch.records.size()));
    }
    if (buffer.records.empty()) buffer.due = Deadline::in(interval_);
    buffer.bytes += bytes;
    position_ = batch.records.back().position;
    std::move(batch.records.begin(), batch.records.end(), std::back_inserter(buffer.records));
    hold(buffer.bytes, buffer.records.size());
  }
  const bool full = buffer.bytes >= bytes_max_ || buffer.due.passed() || (flushing && nothing_new);
  if (full && !buffer.records.empty()) {
    std::vector<SourceRecord> records = std::move(buffer.records);
    buffer = {};
    deliver(std::move(records), stop);
    hold(0, 0);
  }
  if (flushing && nothing_new) {
    const std::lock_guard lock(mutex_);
    flushes_done_ = std::max(flushes_done_, flush);
    flushed_.notify_all();
  }
  const bool finished = batch.finished && nothing_new;
  if (finished && !buffer.records.empty()) pause(buffer.due, waiting());
  return finished && buffer.records.empty() && !stop.stop_requested();
}

void Delivery::hold(size_t bytes, size_t records) {
  report_.buffered(static_cast<int64_t>(bytes) - static_cast<int64_t>(held_bytes_),
                   static_cast<int64_t>(records) - static_cast<int64_t>(held_records_));
  held_bytes_ = bytes;
  held_records_ = records;
}

void Delivery::deliver(std::vector<SourceRecord> records, std::stop_token stop) {
  const auto stored = metadata_.get(position_key());
  const Span span{source_->name(), stored ? stored->value : "", records.back().position};
  if (stream_.collection && stream_.collection->backup_mode == "AllDocuments" && !back_up_all(records, stop)) return;
  std::vector<SourceRecord> acceptable;
  std::vector<Failure> failures;
  for (SourceRecord& record : records) {
    std::string reason = destination_->unacceptable(record);
    if (reason.empty()) {
      acceptable.push_back(std::move(record));
    } else {
      failures.push_back({std::move(record), "AOSS.MalformedData", std::move(reason), 1});
    }
  }
  if (!back_up(failures, stop)) return;
  if (!acceptable.empty()) {
    const auto undeliverable = attempt_until_done(span, std::move(acceptable), stop);
    if (!undeliverable || !back_up(*undeliverable, stop)) return;
  }
  remember(span.last);
}

std::optional<std::vector<Delivery::Failure>> Delivery::attempt_until_done(const Span& span,
                                                                           std::vector<SourceRecord> records,
                                                                           std::stop_token stop) {
  // A collection is given up for the backup after the retry time; a bucket has nothing behind it and is tried for ever.
  const Deadline end =
      stream_.collection ? Deadline::in(std::chrono::seconds(stream_.collection->retry_s)) : Deadline::never();
  std::vector<Failure> given_up;
  Duration wait = kPauseFirst;
  for (int attempts = 1; !records.empty(); ++attempts) {
    const Attempt attempt = destination_->deliver(span, records);
    const size_t done = records.size() - attempt.failed.size();
    report_.delivered(delivery_kind(stream_), bytes_of(records), done, attempt.failed.empty(), records.front().arrival);
    if (attempt.auth_failure) report_.count((delivery_kind(stream_) + ".AuthFailure").c_str(), "Count", 1);
    const bool again = !end.passed();
    std::vector<SourceRecord> retry;
    for (const FailedRecord& failed : attempt.failed) {
      if (failed.retryable && again) {
        retry.push_back(records[failed.index]);
      } else {
        given_up.push_back({records[failed.index], failed.code, failed.message, attempts});
      }
    }
    if (!attempt.failed.empty() && (attempts == 1 || retry.empty())) {
      report_.log_destination(attempt.failed.front().code, attempt.failed.front().message);
    }
    records = std::move(retry);
    if (records.empty()) break;
    if (!pause(end.earlier(Deadline::in(wait)), stop)) return std::nullopt;
    wait = next_pause(wait);
  }
  return given_up;
}

bool Delivery::back_up(const std::vector<Failure>& failures, std::stop_token stop) {
  if (failures.empty()) return true;
  report_.count((delivery_kind(stream_) + ".DeliveryRejected").c_str(), "Count", static_cast<double>(failures.size()));
  std::string lines;
  for (const Failure& failure : failures) {
    const json::Object line{{"attemptsMade", failure.attempts},
                            {"arrivalTimestamp", epoch_ms(failure.record.arrival)},
                            {"errorCode", failure.code},
                            {"errorMessage", failure.message},
                            {"attemptEndingTimestamp", epoch_ms(surroundings_.clock.now())},
                            {"rawData", base64_encode(failure.record.data)},
                            {"osDocumentId", ""},
                            {"osIndexName", stream_.collection ? stream_.collection->index : ""}};
    lines += json::print(line) + "\n";
  }
  const std::string key = failed_object_key(stream_, stream_.s3, failures.front().record.arrival, kFailedKind);
  return put_until_done(key, lines, failures.size(), stop);
}

bool Delivery::back_up_all(std::span<const SourceRecord> records, std::stop_token stop) {
  return put_until_done(object_key(stream_, stream_.s3, records.front().arrival), concatenated(records), records.size(),
                        stop);
}

bool Delivery::put_until_done(const std::string& key, const std::string& content, size_t records,
                              std::stop_token stop) {
  for (Duration wait = kPauseFirst; !stop.stop_requested(); wait = next_pause(wait)) {
    try {
      put_records(surroundings_, stream_, key, content);
      report_.delivered("BackupToS3", content.size(), records, true, surroundings_.clock.now());
      return true;
    } catch (const aws::Error& error) {
      report_.delivered("BackupToS3", 0, 0, false, surroundings_.clock.now());
      report_.log_backup("S3." + (error.code.starts_with("AccessDenied") ? std::string("AccessDenied") : error.code),
                         error.what());
    }
    pause(Deadline::in(wait), stop);
  }
  return false;
}

void Delivery::remember(const std::string& position) { metadata_.put(position_key(), position); }

std::string Delivery::position_key() const {
  return stream_.account + "/" + stream_.region + "/firehose/position/" + stream_.id + "/" + source_->name();
}

}  // namespace standpipe::firehose
