#include "services/kinesis/shard_rate.h"

#include <algorithm>

namespace standpipe::kinesis {

bool TokenBucket::covers(double amount, Timestamp now) {
  if (now > filled_) {
    const double seconds = std::chrono::duration<double>(now - filled_).count();
    tokens_ = std::min(capacity_, tokens_ + seconds * per_second_);
    filled_ = now;
  }
  return tokens_ >= std::min(amount, capacity_);
}

bool ShardRate::may_write(size_t bytes, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const auto size = static_cast<double>(bytes);
  if (!records_.covers(1, now) || !bytes_.covers(size, now)) return false;
  records_.take(1);
  bytes_.take(size);
  return true;
}

bool ShardRate::may_read(Timestamp now) {
  const std::lock_guard lock(mutex_);
  if (!calls_.covers(1, now) || !bytes_read_.covers(1, now)) return false;
  calls_.take(1);
  return true;
}

void ShardRate::has_read(size_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_read_.take(static_cast<double>(bytes));
}

}  // namespace standpipe::kinesis
