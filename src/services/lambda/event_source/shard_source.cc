#include "services/lambda/event_source/shard_source.h"

namespace standpipe::lambda {
namespace {

constexpr int kRecordsPerRead = 10'000;

class PolledSource final : public ShardSource {
 public:
  PolledSource(const Surroundings& surroundings, const StoredMapping& mapping, std::string shard)
      : surroundings_(surroundings), mapping_(mapping), shard_(std::move(shard)) {}

  ShardRead read(const std::string& position, Deadline deadline, std::stop_token stop) override {
    const ActingRole role = act_as(surroundings_, mapping_);
    if (iterator_.empty() || position != position_) iterator_ = iterator_after(position);
    kinesis::GetRecordsOutput output;
    try {
      output =
          surroundings_.reader.read(request_as(role, mapping_), iterator_, kRecordsPerRead, deadline, std::move(stop));
    } catch (const aws::Error&) {
      iterator_.clear();  // expired, or worse: begin with a new one
      throw;
    }
    iterator_ = output.next_shard_iterator.value_or("");
    position_ = output.records.empty() ? position : output.records.back().sequence_number;
    return {.records = std::move(output.records),
            .role_arn = role.arn,
            .caught_up = output.millis_behind_latest.value_or(0) == 0,
            .finished = !output.next_shard_iterator};
  }

 private:
  std::string iterator_after(const std::string& position) {
    kinesis::GetShardIteratorInput input{.shard_id = shard_, .stream_arn = mapping_.stream_arn()};
    if (position.empty()) {
      const ShardStart start = start_of(mapping_);
      input.shard_iterator_type = start.type;
      input.timestamp = start.time;
    } else {
      input.shard_iterator_type = "AFTER_SEQUENCE_NUMBER";
      input.starting_sequence_number = position;
    }
    return calls_as(surroundings_, mapping_).call(input).shard_iterator.value();
  }

  const Surroundings& surroundings_;
  const StoredMapping& mapping_;
  const std::string shard_;
  std::string iterator_, position_;
};

}  // namespace

std::unique_ptr<ShardSource> open_source(const Surroundings& surroundings, const StoredMapping& mapping,
                                         const std::string& shard) {
  if (mapping.fan_out()) return open_fan_out_source(surroundings, mapping, shard);
  return std::make_unique<PolledSource>(surroundings, mapping, shard);
}

ShardStart start_of(const StoredMapping& mapping) {
  if (mapping.starting_position == "TRIM_HORIZON") return {"TRIM_HORIZON", std::nullopt};
  return {"AT_TIMESTAMP", mapping.starting_time.value_or(mapping.created)};
}

}  // namespace standpipe::lambda
