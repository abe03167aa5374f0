#include "services/iam/arns.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/scan.h"
#include "services/iam/shown.h"

namespace standpipe::iam {
namespace {

void check_free(Changes& changes, const std::string& account, const std::string& name) {
  if (changes.exists(user_key(account, name))) {
    throw EntityAlreadyExistsException("User with name " + name + " already exists.");
  }
}

void check_removable(const UserRecord& user) {
  if (user.login) throw DeleteConflictException("Cannot delete entity, must delete login profile first.");
  if (!user.attached.empty()) throw DeleteConflictException("Cannot delete entity, must detach all policies first.");
  if (!user.inline_policies.empty()) throw DeleteConflictException("Cannot delete entity, must delete policies first.");
  if (!user.keys.empty()) throw DeleteConflictException("Cannot delete entity, must delete access keys first.");
}

// What points to a user by name moves with the name.
void move_references(const UserRecord& from, const UserRecord& to, Changes& changes) {
  for (const std::string& arn : from.attached) {
    remove_usage(changes, from, arn, "attached", "user");
    add_usage(changes, to, arn, "attached", "user");
  }
  if (!from.boundary.empty()) {
    remove_usage(changes, from, from.boundary, "boundary", "user");
    add_usage(changes, to, from.boundary, "boundary", "user");
  }
  for (const AccessKeyRecord& key : to.keys) {
    changes.put(access_key_key(key.id), json::print(json::Object{{"account", to.account}, {"user", to.name}}));
  }
}

}  // namespace

CreateUserOutput Iam::create_user(const aws::Request& request, const CreateUserInput& input) {
  UserRecord record;
  record.account = request.account;
  record.name = input.user_name;
  record.path = input.path.value_or("/");
  record.id = new_id("AIDA");
  record.arn = make_arn(record.account, "user", record.path, record.name);
  record.created = now();
  if (input.tags) add_tags(record.tags, *input.tags);
  if (input.permissions_boundary) {
    check_boundary(request, *input.permissions_boundary);
    record.boundary = *input.permissions_boundary;
  }
  accounts_.change([&](Changes& changes) {
    check_free(changes, record.account, record.name);
    if (!record.boundary.empty()) add_usage(changes, record, record.boundary, "boundary", "user");
    changes.put(record);
  });
  CreateUserOutput output;
  output.user = show_user(record);
  output.user->permissions_boundary = show_boundary(record);
  if (!record.tags.empty()) output.user->tags = show_tags(record.tags);
  return output;
}

GetUserOutput Iam::get_user(const aws::Request& request, const GetUserInput& input) {
  if (!input.user_name && request.principal.kind == aws::Principal::Kind::root) {
    const std::string& account = request.principal.account;
    return {.user = {.path = "/", .user_name = "root", .user_id = account, .arn = request.principal.arn}};
  }
  const auto record = user(request, named_or_self(request, input.user_name));
  GetUserOutput output{.user = show_user(*record)};
  output.user.permissions_boundary = show_boundary(*record);
  if (!record->tags.empty()) output.user.tags = show_tags(record->tags);
  return output;
}

ListUsersOutput Iam::list_users(const aws::Request& request, const ListUsersInput& input) {
  ListUsersOutput output;
  const std::string prefix = input.path_prefix.value_or("/");
  scan_page(
      accounts_.metadata(), user_key(request.account, ""), page_request(input.marker, input.max_items),
      [&](const Document& document) {
        const UserRecord record = read_user(document.value);
        if (!record.path.starts_with(prefix)) return false;
        output.users.push_back(show_user(record));
        return true;
      },
      output);
  return output;
}

UpdateUserOutput Iam::update_user(const aws::Request& request, const UpdateUserInput& input) {
  accounts_.change([&](Changes& changes) {
    const auto before = changes.user(request.account, input.user_name);
    if (!before) throw NoSuchEntityException("The user with name " + input.user_name + " cannot be found.");
    UserRecord after = *before;
    after.path = input.new_path.value_or(before->path);
    after.name = input.new_user_name.value_or(before->name);
    after.arn = make_arn(after.account, "user", after.path, after.name);
    const std::string old_key = user_key(before->account, before->name);
    if (user_key(after.account, after.name) != old_key) {
      check_free(changes, after.account, after.name);
      changes.remove(old_key);
    }
    move_references(*before, after, changes);
    changes.put(after);
  });
  return {};
}

DeleteUserOutput Iam::delete_user(const aws::Request& request, const DeleteUserInput& input) {
  accounts_.change([&](Changes& changes) {
    const auto record = changes.user(request.account, input.user_name);
    if (!record) throw NoSuchEntityException("The user with name " + input.user_name + " cannot be found.");
    check_removable(*record);
    if (!record->boundary.empty()) remove_usage(changes, *record, record->boundary, "boundary", "user");
    changes.remove(user_key(record->account, record->name));
  });
  return {};
}

ListGroupsForUserOutput Iam::list_groups_for_user(const aws::Request& request, const ListGroupsForUserInput& input) {
  user(request, input.user_name);
  page_request(input.marker, input.max_items);
  return {.is_truncated = false};
}

}  // namespace standpipe::iam
