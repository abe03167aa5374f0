// How often somebody may try to sign in: a few times at once, then slowly, per name and per address. A try is paid for
// before it is made, and given back if it was good. Bounded; thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace standpipe::console {

class Attempts {
 public:
  explicit Attempts(const Clock& clock) : clock_(clock) {}
  // nullopt: go on; else how long to wait.
  std::optional<Duration> take(const std::string& name, const std::string& address);
  void give_back(const std::string& name, const std::string& address);

 private:
  struct Rate {
    double burst;
    Duration refill;  // of one try
  };
  static constexpr Rate kPerName{5, std::chrono::seconds(30)}, kPerAddress{50, std::chrono::seconds(6)};
  static constexpr size_t kEntriesMax = 20'000;
  struct Bucket {
    double tries;
    Timestamp at;
  };
  using Buckets = std::unordered_map<std::string, Bucket>;
  Bucket& bucket(Buckets& buckets, const Rate& rate, const std::string& key);

  const Clock& clock_;
  std::mutex mutex_;
  Buckets names_, addresses_;
};

// What counts as one address: an IPv4 address, or the /64 of an IPv6 one, which is what one customer has.
std::string address_group(const std::string& address);

}  // namespace standpipe::console
