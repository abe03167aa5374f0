#include "services/firehose/source.h"

#include "generated/kinesis.h"
#include "streamlog/aggregated_record.h"

namespace standpipe::firehose {
namespace {

constexpr int kRecordsPerRead = 1000;

aws::Request request_as(aws::Principal principal, const Configuration& stream) {
  aws::Request request;
  request.id = aws::new_request_id();
  request.account = stream.account;
  request.region = stream.region;
  request.principal = std::move(principal);
  request.source_arn = stream.arn();
  request.secure = true;
  return request;
}

class KinesisSource final : public Source {
 public:
  KinesisSource(const Surroundings& surroundings, const Configuration& stream, std::string shard)
      : surroundings_(surroundings), stream_(stream), shard_(std::move(shard)) {}

  std::string name() const override { return shard_; }

  SourceBatch read(const std::string& position, Deadline deadline, std::stop_token stop) override {
    const aws::Principal role = act_as(surroundings_, stream_, stream_.source_role_arn);
    if (iterator_.empty() || position != position_) iterator_ = iterator_after(role, position);
    kinesis::GetRecordsOutput output;
    try {
      output = surroundings_.kinesis.read(request_as(role, stream_), iterator_, kRecordsPerRead, deadline, stop);
    } catch (const aws::Error&) {
      iterator_.clear();  // expired, or worse: begin with a new one
      throw;
    }
    SourceBatch batch;
    batch.millis_behind = output.millis_behind_latest.value_or(0);
    batch.finished = !output.next_shard_iterator;
    for (kinesis::Record& record : output.records) add(batch, record);
    iterator_ = output.next_shard_iterator.value_or("");
    position_ = batch.records.empty() ? position : batch.records.back().position;
    return batch;
  }

 private:
  // What was packed into one record has its position: it is read, delivered and remembered together.
  void add(SourceBatch& batch, kinesis::Record& record) const {
    const Timestamp arrival = record.approximate_arrival_timestamp.value_or(surroundings_.clock.now());
    if (const auto packed = deaggregate(record.data.bytes)) {
      for (const PackedRecord& one : *packed) {
        batch.records.push_back({std::string(one.data), record.sequence_number, arrival});
      }
    } else {
      batch.records.push_back({std::move(record.data.bytes), std::move(record.sequence_number), arrival});
    }
  }

  std::string iterator_after(const aws::Principal& role, const std::string& position) {
    kinesis::GetShardIteratorInput input;
    input.stream_arn = stream_.source_arn;
    input.shard_id = shard_;
    if (position.empty()) {
      // LATEST as of the delivery stream's creation: nothing put since then is missed.
      input.shard_iterator_type = "AT_TIMESTAMP";
      input.timestamp = stream_.created;
    } else {
      input.shard_iterator_type = "AFTER_SEQUENCE_NUMBER";
      input.starting_sequence_number = position;
    }
    return surroundings_.caller.as(role, stream_.region).on_behalf_of(stream_.arn()).call(input).shard_iterator.value();
  }

  const Surroundings& surroundings_;
  const Configuration stream_;
  const std::string shard_;
  std::string iterator_, position_;
};

class DirectSource final : public Source {
 public:
  DirectSource(const Surroundings& surroundings, const Configuration& stream)
      : surroundings_(surroundings), log_(direct_log(stream)) {}

  std::string name() const override { return "direct"; }

  SourceBatch read(const std::string& position, Deadline deadline, std::stop_token stop) override {
    const Position from = position.empty() ? 0 : std::stoull(position) + 1;
    SourceBatch batch;
    if (!surroundings_.log.wait_for(log_, 0, from, deadline, stop)) return batch;
    const LogBatch found = surroundings_.log.read(log_, 0, from, {.records_max = kRecordsPerRead});
    for (const LogRecord& record : found.records) {
      batch.records.push_back({std::string(record.data), std::to_string(record.position), record.arrival});
    }
    return batch;
  }

 private:
  const Surroundings& surroundings_;
  const StreamId log_;
};

}  // namespace

bool later(const std::string& left, const std::string& right) {
  // Decimal numbers without leading zeros: the longer is the greater.
  return left.size() != right.size() ? left.size() > right.size() : left > right;
}

StreamId direct_log(const Configuration& stream) { return "firehose-" + stream.id; }

aws::Principal act_as(const Surroundings& surroundings, const Configuration& stream, const std::string& role_arn) {
  auto role = surroundings.roles.assume(role_arn, "firehose.amazonaws.com", stream.name, stream.arn());
  if (!role) {
    throw AccessDeniedException("Firehose is unable to assume role " + role_arn + ". Please check the role provided.");
  }
  return *role;
}

std::vector<std::unique_ptr<Source>> open_sources(const Surroundings& surroundings, const Configuration& stream) {
  std::vector<std::unique_ptr<Source>> sources;
  if (stream.source_arn.empty()) {
    sources.push_back(std::make_unique<DirectSource>(surroundings, stream));
    return sources;
  }
  const aws::Principal role = act_as(surroundings, stream, stream.source_role_arn);
  kinesis::DescribeStreamInput input;
  input.stream_arn = stream.source_arn;
  const auto calls = surroundings.caller.as(role, stream.region).on_behalf_of(stream.arn());
  for (bool more = true; more;) {
    const auto page = calls.call(input).stream_description;
    for (const kinesis::Shard& shard : page.shards) {
      sources.push_back(std::make_unique<KinesisSource>(surroundings, stream, shard.shard_id));
    }
    more = page.has_more_shards && !page.shards.empty();
    if (more) input.exclusive_start_shard_id = page.shards.back().shard_id;
  }
  return sources;
}

}  // namespace standpipe::firehose
