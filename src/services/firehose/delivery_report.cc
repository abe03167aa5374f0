#include "services/firehose/delivery_report.h"

#include "base/logging.h"
#include "generated/logs.h"

namespace standpipe::firehose {

void DeliveryReport::count(const char* metric, const char* unit, double value) {
  metrics_.record(
      {stream_.account, stream_.region, "AWS/Firehose", metric, unit, value, {{"DeliveryStreamName", stream_.name}}});
}

void DeliveryReport::delivered(const std::string& kind, size_t bytes, size_t records, bool success, Timestamp oldest) {
  count((kind + ".Success").c_str(), "None", success ? 1 : 0);
  if (!success) return;
  count((kind + ".Bytes").c_str(), "Bytes", static_cast<double>(bytes));
  count((kind + ".Records").c_str(), "Count", static_cast<double>(records));
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(surroundings_.clock.now() - oldest);
  count((kind + ".DataFreshness").c_str(), "Seconds", static_cast<double>(age.count()));
}

void DeliveryReport::buffered(int64_t bytes, int64_t records) {
  const std::lock_guard lock(mutex_);
  buffered_bytes_ += bytes;
  buffered_records_ += records;
  const auto tell = [&](const char* metric, const char* unit, int64_t value) {
    metrics_.record({stream_.account, stream_.region, "Standpipe", metric, unit, static_cast<double>(value),
                     {{"DeliveryStreamName", stream_.name}}});
  };
  tell("BufferedBytes", "Bytes", buffered_bytes_);
  tell("BufferedRecords", "Count", buffered_records_);
}

void DeliveryReport::log_destination(const std::string& code, const std::string& message) {
  if (const auto& collection = stream_.collection) {
    log(collection->log, collection->role_arn, collection->endpoint, code, message);
  } else {
    log(stream_.s3.log, stream_.s3.role_arn, stream_.s3.bucket_arn, code, message);
  }
}

void DeliveryReport::log_backup(const std::string& code, const std::string& message) {
  log(stream_.s3.log, stream_.s3.role_arn, stream_.s3.bucket_arn, code, message);
}

void DeliveryReport::log(const std::optional<LogTarget>& target, const std::string& role_arn,
                         const std::string& destination, const std::string& code, const std::string& message) {
  logging::info("delivery {}: {}: {}", stream_.name, code, message);
  if (!target || !target->enabled) return;
  const json::Object line{{"deliveryStreamARN", stream_.arn()},
                          {"destination", destination},
                          {"deliveryStreamVersionId", stream_.version},
                          {"message", message},
                          {"errorCode", code}};
  try {
    logs::PutLogEventsInput input;
    input.log_group_name = target->group;
    input.log_stream_name = target->stream;
    input.log_events.push_back({epoch_ms(surroundings_.clock.now()), json::print(line)});
    surroundings_.caller.as(act_as(surroundings_, stream_, role_arn), stream_.region)
        .on_behalf_of(stream_.arn())
        .call(input);
  } catch (const aws::Error& error) {
    logging::warning("delivery {} cannot write its log: {}", stream_.name, error.what());
  }
}

}  // namespace standpipe::firehose
