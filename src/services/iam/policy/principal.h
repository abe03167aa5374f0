// The Principal or NotPrincipal element of a resource or trust policy. Immutable, thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "aws/request.h"
#include "base/json.h"

namespace standpipe::policy {

// How closely a policy names a principal; in rising order.
enum class Named {
  no,
  account,   // the account (its root): delegates to that account's identity policies
  everyone,  // "*"
  role,      // the role of the session
  exactly    // the user, the session or the service itself
};

class PrincipalSet {
 public:
  struct Entry {
    enum class Type { everyone, account, arn, id, service, federated, canonical };
    Type type;
    std::string value;    // account: 12 digits
    std::string id = {};  // arn: if set, only the user or role with this unique id is meant, not a later namesake
  };

  // Throws PolicyError.
  static PrincipalSet parse(const json::Value& element);

  // The closest of the entries.
  Named names(const aws::Principal& principal) const;
  // NotPrincipal: whether the principal is listed completely, account, role and session, and so exempt.
  bool lists(const aws::Principal& principal) const;

  const std::vector<Entry>& entries() const { return entries_; }
  // Ties ARNs to the unique ids that they had when the policy was stored.
  void bind(const std::map<std::string, std::string>& ids);

 private:
  void add(std::string_view type, const json::Value& value);
  std::vector<Entry> entries_;
};

}  // namespace standpipe::policy
