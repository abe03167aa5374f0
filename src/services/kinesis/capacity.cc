// How much a stream takes: its mode, its records' size, its warm throughput, and what the account has committed to.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "services/kinesis/naming.h"
#include "services/kinesis/shard_tree.h"

namespace standpipe::kinesis {
namespace {

constexpr size_t kModeChangesMax = 2;
constexpr Duration kDay = std::chrono::hours(24);
constexpr int32_t kMibpsMax = 10 * 1024;
constexpr int32_t kOnDemandShards = 4;

std::string key_of(const std::string& account, const std::string& region) {
  return account + "/" + region + "/kinesis/account-settings";
}

// The account's minimum throughput billing commitment, which lasts a day at least.
struct Commitment {
  std::optional<Timestamp> started, ends;

  Timestamp earliest_end() const { return *started + kDay; }
  bool holds(Timestamp now) const { return started && (!ends || now < *ends); }
  MinimumThroughputBillingCommitmentOutput show(Timestamp now) const {
    MinimumThroughputBillingCommitmentOutput shown;
    shown.status = !holds(now) ? "DISABLED" : ends ? "ENABLED_UNTIL_EARLIEST_ALLOWED_END" : "ENABLED";
    shown.started_at = started;
    if (holds(now)) shown.earliest_allowed_end_at = earliest_end();
    else shown.ended_at = ends;
    return shown;
  }
};

Commitment parse(const std::optional<Document>& document) {
  Commitment commitment;
  if (!document) return commitment;
  const json::Value stored = json::parse(document->value);
  if (const json::Value* started = stored.find("started")) commitment.started = from_epoch_ms(started->integer());
  if (const json::Value* ends = stored.find("ends")) commitment.ends = from_epoch_ms(ends->integer());
  return commitment;
}

std::string print(const Commitment& commitment) {
  json::Object document;
  if (commitment.started) document.append("started", epoch_ms(*commitment.started));
  if (commitment.ends) document.append("ends", epoch_ms(*commitment.ends));
  return json::print(document);
}

}  // namespace

bool Kinesis::has_commitment(const std::string& account, const std::string& region) const {
  return parse(metadata_.get(key_of(account, region))).holds(clock_.now());
}

DescribeAccountSettingsOutput Kinesis::describe_account_settings(const aws::Request& request,
                                                                 const DescribeAccountSettingsInput&) {
  return {parse(metadata_.get(key_of(request.account, request.region))).show(clock_.now())};
}

UpdateAccountSettingsOutput Kinesis::update_account_settings(const aws::Request& request,
                                                             const UpdateAccountSettingsInput& input) {
  const bool wanted = input.minimum_throughput_billing_commitment.status == "ENABLED";
  const std::string key = key_of(request.account, request.region);
  const Timestamp now = clock_.now();
  Commitment commitment;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    commitment = parse(transaction.get(key));
    if (wanted && !commitment.holds(now)) commitment = {now, std::nullopt};
    else if (wanted) commitment.ends.reset();
    else if (commitment.holds(now) && !commitment.ends) commitment.ends = std::max(now, commitment.earliest_end());
    transaction.put(key, print(commitment));
  });
  return {commitment.show(now)};
}

// How many shards an on-demand stream of that throughput has.
int32_t Kinesis::warm_shards(const StreamName& name, bool on_demand, int32_t mibps) const {
  if (!on_demand) {
    throw ValidationException("Request is invalid. Warm throughput is supported for streams in ON_DEMAND mode only.");
  }
  if (!has_commitment(name.account, name.region)) {
    throw ValidationException("Request is invalid. Warm throughput needs MinimumThroughputBillingCommitment to be "
                              "enabled for account " + name.account + ".");
  }
  if (mibps > kMibpsMax) {
    throw LimitExceededException(fmt::format("Warm throughput cannot be greater than {} MiBps.", kMibpsMax));
  }
  return std::max(kOnDemandShards, mibps);
}

UpdateStreamModeOutput Kinesis::update_stream_mode(const aws::Request& request, const UpdateStreamModeInput& input) {
  const auto target = stream(request, input);
  const StreamName name = target->state.name;
  const bool on_demand = input.stream_mode_details.stream_mode == "ON_DEMAND";
  if (on_demand && !target->state.on_demand) check_on_demand_limit(name);
  if (!on_demand && target->state.on_demand) check_shard_limit(name, static_cast<int64_t>(target->state.open_count()));
  change(name, [&](StreamState& state) {
    const Timestamp now = clock_.now();
    if (state.on_demand != on_demand) {
      std::erase_if(state.mode_changes, [&](Timestamp made) { return made <= now - kDay; });
      if (options_.limit_throughput && state.mode_changes.size() >= kModeChangesMax) {
        throw LimitExceededException(fmt::format("The mode of stream {} under account {} can be changed at most {} "
                                                 "times in a rolling 24-hour period.",
                                                 name.name, name.account, kModeChangesMax));
      }
      state.mode_changes.push_back(now);
      state.on_demand = on_demand;
      state.warm_mibps.reset();
    }
    if (input.warm_throughput_mibps) {
      const int32_t shards = warm_shards(name, on_demand, *input.warm_throughput_mibps);
      state.warm_mibps = *input.warm_throughput_mibps;
      scale(state, static_cast<uint32_t>(shards), now);
    }
  });
  return {};
}

UpdateMaxRecordSizeOutput Kinesis::update_max_record_size(const aws::Request& request,
                                                          const UpdateMaxRecordSizeInput& input) {
  const StreamName name = stream(request, input)->state.name;
  change(name, [&](StreamState& state) { state.record_kib_max = input.max_record_size_in_kib; });
  return {};
}

UpdateStreamWarmThroughputOutput Kinesis::update_stream_warm_throughput(const aws::Request& request,
                                                                        const UpdateStreamWarmThroughputInput& input) {
  const StreamName name = stream(request, input)->state.name;
  const int32_t mibps = input.warm_throughput_mibps;
  change(name, [&](StreamState& state) {
    const Timestamp now = clock_.now();
    const int32_t shards = warm_shards(name, state.on_demand, mibps);
    state.warm_mibps = mibps;
    forget_old_shards(state, now);
    scale(state, static_cast<uint32_t>(shards), now);
  });
  return {name.arn(), name.name, WarmThroughputObject{mibps, mibps}};
}

}  // namespace standpipe::kinesis
