#include "services/iam/policy/principal.h"

#include <algorithm>
#include <cctype>

#include "base/bytes.h"
#include "services/iam/policy/pattern.h"

namespace standpipe::policy {
namespace {

using Entry = PrincipalSet::Entry;
using Kind = aws::Principal::Kind;

// The id of the user or role: without the session's name.
std::string_view unique_id(const aws::Principal& principal) {
  return std::string_view(principal.id).substr(0, principal.id.find(':'));
}

bool is_account(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_unique_id(std::string_view text) {
  return text.size() >= 16 && (text.starts_with("AIDA") || text.starts_with("AROA")) &&
         text.find(':') == std::string_view::npos;
}

[[noreturn]] void invalid(std::string_view type, std::string_view value) {
  throw PolicyError("Invalid principal in policy: \"" + std::string(type) + "\":\"" + std::string(value) + "\"");
}

Entry aws_entry(const std::string& value) {
  if (value == "*") return {Entry::Type::everyone, value};
  if (is_account(value)) return {Entry::Type::account, value};
  if (is_unique_id(value)) return {Entry::Type::id, value};
  const auto arn = split_arn(value);
  // Names in principals are complete: no wildcards.
  if (!arn || value.find_first_of("*?") != std::string::npos || !is_account((*arn)[4])) invalid("AWS", value);
  if ((*arn)[2] == "iam" && (*arn)[5] == "root") return {Entry::Type::account, std::string((*arn)[4])};
  const bool known = ((*arn)[2] == "iam" && ((*arn)[5].starts_with("user/") || (*arn)[5].starts_with("role/"))) ||
                     ((*arn)[2] == "sts" && ((*arn)[5].starts_with("assumed-role/") ||
                                             (*arn)[5].starts_with("federated-user/")));
  if (!known) invalid("AWS", value);
  return {Entry::Type::arn, value};
}

Named closeness(const Entry& entry, const aws::Principal& principal) {
  const bool of_account = principal.kind == Kind::root || principal.kind == Kind::user ||
                          principal.kind == Kind::role_session;
  switch (entry.type) {
    case Entry::Type::everyone: return Named::everyone;
    case Entry::Type::account: return of_account && principal.account == entry.value ? Named::account : Named::no;
    case Entry::Type::arn:
      if (!of_account || (!entry.id.empty() && entry.id != unique_id(principal))) return Named::no;
      // A user who was renamed since is still the one who was named.
      if (principal.arn == entry.value || (principal.kind == Kind::user && !entry.id.empty())) return Named::exactly;
      return principal.kind == Kind::role_session && principal.role_arn == entry.value ? Named::role : Named::no;
    case Entry::Type::id:
      if (!of_account || unique_id(principal) != entry.value) return Named::no;
      return principal.kind == Kind::role_session ? Named::role : Named::exactly;
    case Entry::Type::service:
      return principal.kind == Kind::service && principal.service == entry.value ? Named::exactly : Named::no;
    case Entry::Type::federated:
    case Entry::Type::canonical: return Named::no;
  }
  return Named::no;
}

}  // namespace

PrincipalSet PrincipalSet::parse(const json::Value& element) {
  PrincipalSet set;
  if (element.is_string()) {
    if (element.string() != "*") throw PolicyError("Invalid principal in policy.");
    set.entries_.push_back({Entry::Type::everyone, "*"});
    return set;
  }
  if (!element.is_object() || element.object().empty()) throw PolicyError("Syntax errors in policy.");
  for (const auto& [type, value] : element.object()) set.add(type, value);
  return set;
}

void PrincipalSet::add(std::string_view type, const json::Value& value) {
  if (value.is_array()) {
    for (const json::Value& one : value.array()) {
      if (!one.is_string()) throw PolicyError("Syntax errors in policy.");
      add(type, one);
    }
    return;
  }
  if (!value.is_string() || value.string().empty()) throw PolicyError("Syntax errors in policy.");
  const std::string& text = value.string();
  if (type == "AWS") {
    entries_.push_back(aws_entry(text));
  } else if (type == "Service") {
    const bool looks_right = text.find('.') != std::string::npos && text.find_first_of("*? /:") == std::string::npos;
    if (!looks_right) invalid("SERVICE", text);
    entries_.push_back({Entry::Type::service, text});
  } else if (type == "Federated") {
    entries_.push_back({Entry::Type::federated, text});
  } else if (type == "CanonicalUser") {
    entries_.push_back({Entry::Type::canonical, text});
  } else {
    throw PolicyError("Syntax errors in policy.");
  }
}

void PrincipalSet::bind(const std::map<std::string, std::string>& ids) {
  for (Entry& entry : entries_) {
    const auto found = entry.type == Entry::Type::arn ? ids.find(entry.value) : ids.end();
    if (found != ids.end()) entry.id = found->second;
  }
}

Named PrincipalSet::names(const aws::Principal& principal) const {
  Named closest = Named::no;
  for (const Entry& entry : entries_) closest = std::max(closest, closeness(entry, principal));
  return closest;
}

bool PrincipalSet::lists(const aws::Principal& principal) const {
  bool account = false, role = false, itself = false;
  for (const Entry& entry : entries_) {
    switch (closeness(entry, principal)) {
      case Named::no: break;
      case Named::everyone: return true;
      case Named::account: account = true; break;
      case Named::role: role = true; break;
      case Named::exactly: itself = true; break;
    }
  }
  switch (principal.kind) {
    case Kind::anonymous: return false;
    case Kind::root: return account;
    case Kind::service: return itself;
    case Kind::user: return account && itself;
    case Kind::role_session: return account && role && itself;
  }
  return false;
}

}  // namespace standpipe::policy
