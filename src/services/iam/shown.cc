#include "services/iam/shown.h"

#include <algorithm>
#include <set>

#include "base/bytes.h"

namespace standpipe::iam {
namespace {

constexpr size_t kTagsMax = 50;

auto find_tag(Tags& tags, std::string_view key) {
  return std::ranges::find_if(tags, [&](const auto& tag) { return equal_ignoring_case(tag.first, key); });
}

}  // namespace

std::vector<Tag> show_tags(const Tags& tags) {
  std::vector<Tag> out;
  for (const auto& [key, value] : tags) out.push_back({key, value});
  return out;
}

std::optional<AttachedPermissionsBoundary> show_boundary(const IdentityRecord& identity) {
  if (identity.boundary.empty()) return std::nullopt;
  return AttachedPermissionsBoundary{.permissions_boundary_type = "Policy",
                                     .permissions_boundary_arn = identity.boundary};
}

User show_user(const UserRecord& user) {
  return {.path = user.path, .user_name = user.name, .user_id = user.id, .arn = user.arn,
          .create_date = user.created};
}

std::string show_document(const std::string& document) { return uri_encode(document); }

void add_tags(Tags& tags, const std::vector<Tag>& added) {
  std::set<std::string> seen;
  for (const Tag& tag : added) {
    if (!seen.insert(to_lower(tag.key)).second) {
      throw InvalidInputException("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    if (to_lower(tag.key).starts_with("aws:")) {
      throw InvalidInputException("Tag keys that begin with aws: are reserved for system use.");
    }
    const auto found = find_tag(tags, tag.key);
    if (found != tags.end()) *found = {tag.key, tag.value};
    else tags.emplace_back(tag.key, tag.value);
  }
  if (tags.size() > kTagsMax) throw LimitExceededException("The number of tags has reached the maximum limit.");
}

void remove_tags(Tags& tags, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    const auto found = find_tag(tags, key);
    if (found != tags.end()) tags.erase(found);
  }
}

policy::Policy check_document(const std::string& document, policy::PolicyKind kind) {
  try {
    return policy::parse_policy(document, kind);
  } catch (const policy::PolicyError& error) {
    throw MalformedPolicyDocumentException(error.what());
  }
}

std::string named_or_self(const aws::Request& request, const std::optional<std::string>& name) {
  if (name) return *name;
  if (request.principal.kind != aws::Principal::Kind::user) {
    throw ValidationError("Must specify userName when calling with non-User credentials");
  }
  return request.principal.name;
}

}  // namespace standpipe::iam
