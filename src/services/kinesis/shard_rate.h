// What one shard may take and give: 1000 records and 1 MiB a second in, five GetRecords calls and 2 MiB a second out.
// Token buckets of one second; calls have some room for a burst. Thread-safe.
#pragma once

#include <cstddef>
#include <mutex>

#include "base/clock.h"

namespace standpipe::kinesis {

class TokenBucket {
 public:
  TokenBucket(double per_second, double capacity) : per_second_(per_second), capacity_(capacity), tokens_(capacity) {}
  // Larger amounts than the capacity are let through when the bucket is full; it then owes.
  bool covers(double amount, Timestamp now);
  void take(double amount) { tokens_ -= amount; }

 private:
  const double per_second_, capacity_;
  double tokens_;
  Timestamp filled_{};
};

class ShardRate {
 public:
  bool may_write(size_t bytes, Timestamp now);  // takes if so
  bool may_read(Timestamp now);                 // takes a call if so
  void has_read(size_t bytes);

 private:
  std::mutex mutex_;
  TokenBucket records_{1000, 1000};
  TokenBucket bytes_{1 << 20, 1 << 20};
  TokenBucket calls_{5, 10};
  TokenBucket bytes_read_{2 << 20, 2 << 20};
};

}  // namespace standpipe::kinesis
