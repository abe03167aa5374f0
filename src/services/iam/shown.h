// Records as the API shows them.
#pragma once

#include <string>
#include <vector>

#include "generated/iam.h"
#include "services/iam/records.h"

namespace standpipe::iam {

std::vector<Tag> show_tags(const Tags& tags);
std::optional<AttachedPermissionsBoundary> show_boundary(const IdentityRecord& identity);
User show_user(const UserRecord& user);  // without tags and boundary, as lists do
std::string show_document(const std::string& document);  // URL-encoded

// Adds or replaces; keys differ not only by case. Throws InvalidInputException, LimitExceededException.
void add_tags(Tags& tags, const std::vector<Tag>& added);
void remove_tags(Tags& tags, const std::vector<std::string>& keys);

// Throws MalformedPolicyDocumentException.
policy::Policy check_document(const std::string& document, policy::PolicyKind kind);

// The user whom an operation means that was not told one: the caller. Throws ValidationError.
std::string named_or_self(const aws::Request& request, const std::optional<std::string>& name);

}  // namespace standpipe::iam
