// Who is signed in. A session is a random id in a cookie; here only its digest is kept, so that not even memory tells
// it. It ends after an hour without a call, after twelve hours, or when what it was proven by is gone. In memory only,
// bounded in number. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "aws/sign_in.h"
#include "base/clock.h"

namespace standpipe::console {

class Sessions {
 public:
  static constexpr Duration kIdle = std::chrono::hours(1), kLife = std::chrono::hours(12);
  static constexpr size_t kSessionsMax = 10'000, kPerPrincipalMax = 50;

  Sessions(const aws::SignIn& sign_in, const Clock& clock) : sign_in_(sign_in), clock_(clock) {}

  std::string begin(aws::SignedIn who);  // the id, 256 random bits
  std::optional<aws::SignedIn> find(const std::string& id);  // and counts as a call
  void end(const std::string& id);
  size_t count() const;

 private:
  struct Session {
    aws::SignedIn who;
    Timestamp begun, used;
  };
  using Entries = std::map<std::string, Session>;  // by the id's digest
  bool over(const Session& session, Timestamp now) const;
  void make_room(const std::string& arn, Timestamp now);  // under the mutex

  const aws::SignIn& sign_in_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  Entries sessions_;
};

}  // namespace standpipe::console
