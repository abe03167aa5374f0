#include "base/bytes.h"
#include "services/iam/arns.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/scan.h"
#include "services/iam/shown.h"

namespace standpipe::iam {
namespace {

constexpr size_t kTrustSizeMax = 2048;

using Entry = policy::PrincipalSet::Entry;

[[noreturn]] void invalid_principal(std::string_view type, const std::string& value) {
  throw MalformedPolicyDocumentException("Invalid principal in policy: \"" + std::string(type) + "\":\"" + value +
                                         "\"");
}

// The unique id that an ARN stands for now; empty: nobody.
std::string id_of(Accounts& accounts, const std::string& arn) {
  const auto parsed = parse_iam_arn(arn);
  if (!parsed) return {};
  if (parsed->type == "user") {
    const auto user = accounts.user(parsed->account, parsed->name);
    return user != nullptr && user->arn == arn ? user->id : "";
  }
  if (parsed->type == "role") {
    const auto role = accounts.role(arn);
    return role != nullptr ? role->id : "";
  }
  if (parsed->type == "assumed-role" && parsed->path.size() > 2) {
    const auto role = accounts.role(parsed->account, parsed->path.substr(1, parsed->path.size() - 2));
    return role != nullptr ? role->id : "";
  }
  return {};
}

}  // namespace

void Iam::set_trust(RoleRecord& record, const std::string& document) const {
  const policy::Policy trust = check_document(document, policy::PolicyKind::trust);
  if (policy::policy_size(document) > kTrustSizeMax) {
    throw LimitExceededException("Cannot exceed quota for ACLSizePerRole: " + std::to_string(kTrustSizeMax));
  }
  record.trusted_ids.clear();
  for (const policy::Statement& statement : trust.statements) {
    for (const Entry& entry : statement.principals.entries()) {
      if (entry.type == Entry::Type::federated && entry.value.starts_with("arn:")) {
        invalid_principal("FEDERATED", entry.value);  // no identity provider exists here
      }
      if (entry.type != Entry::Type::arn) continue;
      const std::string id = id_of(accounts_, entry.value);
      if (id.empty()) invalid_principal("AWS", entry.value);
      record.trusted_ids[entry.value] = id;
    }
  }
  record.trust_document = document;
}

// As on AWS, who was deleted is shown by unique id: a namesake made later is not trusted.
std::string Iam::show_trust(const RoleRecord& record) const {
  std::string document = record.trust_document;
  for (const auto& [arn, id] : record.trusted_ids) {
    if (id_of(accounts_, arn) != id) document = replace_all(std::move(document), "\"" + arn + "\"", "\"" + id + "\"");
  }
  return show_document(document);
}

Role Iam::show_role(const RoleRecord& record) const {
  Role role{.path = record.path, .role_name = record.name, .role_id = record.id, .arn = record.arn,
            .create_date = record.created};
  role.assume_role_policy_document = show_trust(record);
  if (!record.description.empty()) role.description = record.description;
  role.max_session_duration = static_cast<int32_t>(record.session_seconds_max);
  return role;
}

CreateRoleOutput Iam::create_role(const aws::Request& request, const CreateRoleInput& input) {
  RoleRecord record;
  record.account = request.account;
  record.name = input.role_name;
  record.path = input.path.value_or("/");
  record.id = new_id("AROA");
  record.arn = make_arn(record.account, "role", record.path, record.name);
  record.created = now();
  record.description = input.description.value_or("");
  record.session_seconds_max = input.max_session_duration.value_or(3600);
  if (input.tags) add_tags(record.tags, *input.tags);
  set_trust(record, input.assume_role_policy_document);
  if (input.permissions_boundary) {
    check_boundary(request, *input.permissions_boundary);
    record.boundary = *input.permissions_boundary;
  }
  accounts_.change([&](Changes& changes) {
    if (changes.exists(role_key(record.account, record.name))) {
      throw EntityAlreadyExistsException("Role with name " + record.name + " already exists.");
    }
    if (!record.boundary.empty()) add_usage(changes, record, record.boundary, "boundary", "role");
    changes.put(record);
  });
  CreateRoleOutput output{.role = show_role(record)};
  output.role.permissions_boundary = show_boundary(record);
  if (!record.tags.empty()) output.role.tags = show_tags(record.tags);
  return output;
}

GetRoleOutput Iam::get_role(const aws::Request& request, const GetRoleInput& input) {
  const auto record = role(request, input.role_name);
  GetRoleOutput output{.role = show_role(*record)};
  output.role.permissions_boundary = show_boundary(*record);
  if (!record->tags.empty()) output.role.tags = show_tags(record->tags);
  output.role.role_last_used = RoleLastUsed{};
  return output;
}

ListRolesOutput Iam::list_roles(const aws::Request& request, const ListRolesInput& input) {
  ListRolesOutput output;
  const std::string prefix = input.path_prefix.value_or("/");
  scan_page(
      accounts_.metadata(), role_key(request.account, ""), page_request(input.marker, input.max_items),
      [&](const Document& document) {
        const RoleRecord record = read_role(document.value);
        if (!record.path.starts_with(prefix)) return false;
        output.roles.push_back(show_role(record));
        return true;
      },
      output);
  return output;
}

UpdateRoleOutput Iam::update_role(const aws::Request& request, const UpdateRoleInput& input) {
  change_role(request, input.role_name, [&](RoleRecord& record, Changes&) {
    if (input.description) record.description = *input.description;
    if (input.max_session_duration) record.session_seconds_max = *input.max_session_duration;
  });
  return {};
}

UpdateRoleDescriptionOutput Iam::update_role_description(const aws::Request& request,
                                                         const UpdateRoleDescriptionInput& input) {
  change_role(request, input.role_name,
              [&](RoleRecord& record, Changes&) { record.description = input.description; });
  return {.role = show_role(*role(request, input.role_name))};
}

UpdateAssumeRolePolicyOutput Iam::update_assume_role_policy(const aws::Request& request,
                                                            const UpdateAssumeRolePolicyInput& input) {
  RoleRecord checked;
  role(request, input.role_name);
  set_trust(checked, input.policy_document);  // reads other records, so before the transaction
  change_role(request, input.role_name, [&](RoleRecord& record, Changes&) {
    record.trust_document = checked.trust_document;
    record.trusted_ids = checked.trusted_ids;
  });
  return {};
}

DeleteRoleOutput Iam::delete_role(const aws::Request& request, const DeleteRoleInput& input) {
  accounts_.change([&](Changes& changes) {
    const auto record = changes.role(request.account, input.role_name);
    if (!record) throw NoSuchEntityException("The role with name " + input.role_name + " cannot be found.");
    if (!record->attached.empty()) {
      throw DeleteConflictException("Cannot delete entity, must detach all policies first.");
    }
    if (!record->inline_policies.empty()) {
      throw DeleteConflictException("Cannot delete entity, must delete policies first.");
    }
    if (!record->boundary.empty()) remove_usage(changes, *record, record->boundary, "boundary", "role");
    changes.remove(role_key(record->account, record->name));
  });
  return {};
}

ListInstanceProfilesForRoleOutput Iam::list_instance_profiles_for_role(const aws::Request& request,
                                                                       const ListInstanceProfilesForRoleInput& input) {
  role(request, input.role_name);
  page_request(input.marker, input.max_items);
  return {.is_truncated = false};
}

}  // namespace standpipe::iam
