#include "services/console/attempts.h"

#include <arpa/inet.h>

#include <algorithm>

namespace standpipe::console {

Attempts::Bucket& Attempts::bucket(Buckets& buckets, const Rate& rate, const std::string& key) {
  const Timestamp now = clock_.now();
  const auto refill = [&](Bucket& bucket) {
    const auto passed = static_cast<double>(std::max<int64_t>((now - bucket.at).count(), 0));
    bucket.tries = std::min(rate.burst, bucket.tries + passed / static_cast<double>(rate.refill.count()));
    bucket.at = now;
  };
  if (buckets.size() >= kEntriesMax && !buckets.contains(key)) {
    std::erase_if(buckets, [&](const auto& entry) {
      Bucket filled = entry.second;
      refill(filled);
      return filled.tries >= rate.burst;
    });
    if (buckets.size() >= kEntriesMax) buckets.erase(buckets.begin());
  }
  Bucket& found = buckets.try_emplace(key, Bucket{rate.burst, now}).first->second;
  refill(found);
  return found;
}

std::optional<Duration> Attempts::take(const std::string& name, const std::string& address) {
  const std::lock_guard lock(mutex_);
  Bucket& of_name = bucket(names_, kPerName, name);
  Bucket& of_address = bucket(addresses_, kPerAddress, address);
  const auto wait = [](const Bucket& bucket, const Rate& rate) {
    return Duration(static_cast<int64_t>((1 - bucket.tries) * static_cast<double>(rate.refill.count())));
  };
  if (of_name.tries < 1 || of_address.tries < 1) {
    return std::max({Duration(1000), wait(of_name, kPerName), wait(of_address, kPerAddress)});
  }
  of_name.tries -= 1;
  of_address.tries -= 1;
  return std::nullopt;
}

void Attempts::give_back(const std::string& name, const std::string& address) {
  const std::lock_guard lock(mutex_);
  Bucket& of_name = bucket(names_, kPerName, name);
  Bucket& of_address = bucket(addresses_, kPerAddress, address);
  of_name.tries = std::min(kPerName.burst, of_name.tries + 1);
  of_address.tries = std::min(kPerAddress.burst, of_address.tries + 1);
}

std::string address_group(const std::string& address) {
  in6_addr bytes{};
  if (inet_pton(AF_INET6, address.c_str(), &bytes) != 1 || IN6_IS_ADDR_V4MAPPED(&bytes)) return address;
  return std::string(reinterpret_cast<const char*>(bytes.s6_addr), 8);
}

}  // namespace standpipe::console
