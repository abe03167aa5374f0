#include "services/console/sessions.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/random.h"

namespace standpipe::console {

bool Sessions::over(const Session& session, Timestamp now) const {
  return now - session.used >= kIdle || now - session.begun >= kLife;
}

void Sessions::make_room(const std::string& arn, Timestamp now) {
  std::erase_if(sessions_, [&](const auto& entry) { return over(entry.second, now); });
  const auto idle_longest = [&](const auto& counts) {
    auto found = sessions_.end();
    size_t count = 0;
    for (auto entry = sessions_.begin(); entry != sessions_.end(); ++entry) {
      if (!counts(entry->second)) continue;
      ++count;
      if (found == sessions_.end() || entry->second.used < found->second.used) found = entry;
    }
    return std::pair(found, count);
  };
  const auto [own, own_count] = idle_longest([&](const Session& one) { return one.who.principal.arn == arn; });
  if (own_count >= kPerPrincipalMax) sessions_.erase(own);
  if (sessions_.size() < kSessionsMax) return;
  sessions_.erase(idle_longest([](const Session&) { return true; }).first);
}

std::string Sessions::begin(aws::SignedIn who) {
  const std::string id = hex_encode(random_bytes(32));
  const Timestamp now = clock_.now();
  const std::lock_guard lock(mutex_);
  make_room(who.principal.arn, now);
  sessions_.emplace(sha256(id), Session{std::move(who), now, now});
  return id;
}

std::optional<aws::SignedIn> Sessions::find(const std::string& id) {
  if (id.empty()) return std::nullopt;
  const std::string digest = sha256(id);
  aws::SignedIn who;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(digest);
    if (found == sessions_.end()) return std::nullopt;
    const Timestamp now = clock_.now();
    if (over(found->second, now)) {
      sessions_.erase(found);
      return std::nullopt;
    }
    found->second.used = now;
    who = found->second.who;
  }
  if (sign_in_.holds(who)) return who;
  end(id);
  return std::nullopt;
}

void Sessions::end(const std::string& id) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(sha256(id));
}

size_t Sessions::count() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

}  // namespace standpipe::console
