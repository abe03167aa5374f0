#include "aws/refusals.h"

#include <functional>

namespace standpipe::aws {
namespace {

constexpr size_t kTextMax = 1024, kAgentMax = 256;

void shorten(std::string& text, size_t length_max) {
  if (text.size() <= length_max) return;
  while (length_max > 0 && (static_cast<unsigned char>(text[length_max]) & 0xC0) == 0x80) --length_max;
  text.resize(length_max);
  text += "…";
}

}  // namespace

std::string_view name_of(DecidedBy by) {
  switch (by) {
    case DecidedBy::signature: return "signature";
    case DecidedBy::iam: return "iam";
    case DecidedBy::network_policy: return "network policy";
    case DecidedBy::data_access_policy: return "data access policy";
    case DecidedBy::role_trust: return "role trust";
    case DecidedBy::sign_in: return "sign-in";
  }
  return "";
}

Refusal refusal_of(const Request& request, DecidedBy by, std::string code, std::string reason) {
  Refusal refusal;
  refusal.request_id = request.id;
  refusal.account = request.principal.account;
  refusal.principal = request.principal.arn;
  refusal.access_key_id = request.principal.access_key_id;
  refusal.source_ip = request.source_ip;
  refusal.user_agent = request.user_agent;
  refusal.called_via = request.called_via;
  refusal.decided_by = by;
  refusal.code = std::move(code);
  refusal.reason = std::move(reason);
  return refusal;
}

void Refusals::record(Refusal refusal) {
  refusal.time = clock_.now();
  // Wrong signatures are told with the request as it should have been signed, headers with tokens and all.
  refusal.reason.resize(std::min(refusal.reason.size(), refusal.reason.find("\n\n")));
  for (std::string* text : {&refusal.reason, &refusal.principal, &refusal.action, &refusal.resource}) {
    shorten(*text, kTextMax);
  }
  for (std::string* text : {&refusal.user_agent, &refusal.access_key_id, &refusal.called_via, &refusal.source_ip}) {
    shorten(*text, kAgentMax);
  }
  Shard& shard = shards_[std::hash<std::string>()(refusal.account) % kShards];
  const std::lock_guard lock(shard.mutex);
  if (shard.refusals.size() == kPerShardMax) shard.refusals.pop_front();
  shard.refusals.push_back(std::move(refusal));
}

std::vector<Refusal> Refusals::list(const std::string& account, const std::optional<std::string>& principal,
                                    size_t count_max) const {
  const Shard& shard = shards_[std::hash<std::string>()(account) % kShards];
  std::vector<Refusal> found;
  const std::lock_guard lock(shard.mutex);
  for (auto refusal = shard.refusals.rbegin(); refusal != shard.refusals.rend() && found.size() < count_max;
       ++refusal) {
    if (refusal->account == account && (!principal || refusal->principal == *principal)) found.push_back(*refusal);
  }
  return found;
}

}  // namespace standpipe::aws
