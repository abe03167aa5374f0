#include "services/kinesis/subscriptions.h"

namespace standpipe::kinesis {
namespace {

constexpr Duration kProtected = std::chrono::seconds(5);

}  // namespace

std::shared_ptr<Subscription> Subscriptions::begin(const std::string& consumer_arn, const std::string& shard_id,
                                                   Timestamp now) {
  auto fresh = std::make_shared<Subscription>();
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& entry) {
    return entry.second.subscription.expired() && now - entry.second.begun >= kProtected;
  });
  Entry& entry = entries_[{consumer_arn, shard_id}];
  // One that ended early still counts: clients that reconnect in a loop are slowed down.
  if (entry.begun != Timestamp{} && now - entry.begun < kProtected) return nullptr;
  if (const auto before = entry.subscription.lock()) {
    before->taken_over_ = true;
    before->stop_.request_stop();
  }
  entry = {fresh, now};
  if (ended_) fresh->stop_.request_stop();
  return fresh;
}

void Subscriptions::end_all() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  for (const auto& [key, entry] : entries_) {
    if (const auto subscription = entry.subscription.lock()) subscription->stop_.request_stop();
  }
}

}  // namespace standpipe::kinesis
