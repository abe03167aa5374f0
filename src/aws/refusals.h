// The last refusals: who was refused what, by which of the many checks and why. What a person who debugs a 403 asks
// first, and what AWS's own answers do not tell. In memory only; never holds a secret. Thread-safe.
#pragma once

#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/access.h"

namespace standpipe::aws {

enum class DecidedBy { signature, iam, network_policy, data_access_policy, role_trust, sign_in };
std::string_view name_of(DecidedBy by);  // "network policy"

struct Refusal {
  Timestamp time{};        // filled in when it is recorded
  std::string request_id;
  std::string account;     // whose principals may see it; empty if nobody knows
  std::string principal;   // ARN, or the service that tried
  std::string access_key_id;
  std::string service, action, resource;
  std::string source_ip, user_agent, called_via;
  DecidedBy decided_by = DecidedBy::iam;
  std::string code, reason;
};

// What a refusal has of the request that was refused.
Refusal refusal_of(const Request& request, DecidedBy by, std::string code, std::string reason);

class Refusals {
 public:
  explicit Refusals(const Clock& clock) : clock_(clock) {}
  void record(Refusal refusal);
  // Newest first. Those of one principal, or (nullopt) of everybody in the account.
  std::vector<Refusal> list(const std::string& account, const std::optional<std::string>& principal,
                            size_t count_max) const;

 private:
  static constexpr size_t kShards = 16, kPerShardMax = 500;
  // By account, so that what one account provokes pushes out little of what others did.
  struct Shard {
    mutable std::mutex mutex;
    std::deque<Refusal> refusals;  // oldest first
  };
  const Clock& clock_;
  std::array<Shard, kShards> shards_;
};

}  // namespace standpipe::aws
