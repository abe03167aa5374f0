#include <algorithm>

#include "services/iam/arns.h"
#include "services/iam/iam.h"
#include "services/iam/pages.h"
#include "services/iam/shown.h"

namespace standpipe::iam {
namespace {

constexpr size_t kKeysMax = 2;

AccessKeyRecord& find_key(UserRecord& user, const std::string& id) {
  const auto found = std::ranges::find(user.keys, id, &AccessKeyRecord::id);
  if (found == user.keys.end()) throw NoSuchEntityException("The Access Key with id " + id + " cannot be found.");
  return *found;
}

std::string shown_status(bool active) { return active ? "Active" : "Inactive"; }

}  // namespace

CreateAccessKeyOutput Iam::create_access_key(const aws::Request& request, const CreateAccessKeyInput& input) {
  const std::string secret = new_secret();
  const AccessKeyRecord key{new_id("AKIA"), accounts_.seal_secret(secret), true, now()};
  const std::string name = named_or_self(request, input.user_name);
  change_user(request, name, [&](UserRecord& record, Changes& changes) {
    if (record.keys.size() >= kKeysMax) {
      throw LimitExceededException("Cannot exceed quota for AccessKeysPerUser: " + std::to_string(kKeysMax));
    }
    record.keys.push_back(key);
    changes.put(access_key_key(key.id),
                json::print(json::Object{{"account", record.account}, {"user", record.name}}));
  });
  return {.access_key = {.user_name = name, .access_key_id = key.id, .status = "Active",
                         .secret_access_key = secret, .create_date = key.created}};
}

ListAccessKeysOutput Iam::list_access_keys(const aws::Request& request, const ListAccessKeysInput& input) {
  const auto record = user(request, named_or_self(request, input.user_name));
  std::vector<AccessKeyMetadata> keys;
  for (const AccessKeyRecord& key : record->keys) {
    keys.push_back({.user_name = record->name, .access_key_id = key.id, .status = shown_status(key.active),
                    .create_date = key.created});
  }
  std::ranges::sort(keys, {}, &AccessKeyMetadata::access_key_id);
  ListAccessKeysOutput output;
  fill_page(std::move(keys), [](const AccessKeyMetadata& key) { return *key.access_key_id; },
            page_request(input.marker, input.max_items), output.access_key_metadata, output);
  return output;
}

UpdateAccessKeyOutput Iam::update_access_key(const aws::Request& request, const UpdateAccessKeyInput& input) {
  if (input.status != "Active" && input.status != "Inactive") {
    throw ValidationError("Status " + input.status + " is not supported: an access key is Active or Inactive.");
  }
  change_user(request, named_or_self(request, input.user_name), [&](UserRecord& record, Changes&) {
    find_key(record, input.access_key_id).active = input.status == "Active";
  });
  return {};
}

DeleteAccessKeyOutput Iam::delete_access_key(const aws::Request& request, const DeleteAccessKeyInput& input) {
  change_user(request, named_or_self(request, input.user_name), [&](UserRecord& record, Changes& changes) {
    find_key(record, input.access_key_id);
    std::erase_if(record.keys, [&](const AccessKeyRecord& key) { return key.id == input.access_key_id; });
    changes.remove(access_key_key(input.access_key_id));
  });
  return {};
}

GetAccessKeyLastUsedOutput Iam::get_access_key_last_used(const aws::Request& request,
                                                         const GetAccessKeyLastUsedInput& input) {
  const auto owner = accounts_.key(input.access_key_id);
  if (owner == nullptr || owner->account != request.account) {
    throw NoSuchEntityException("The Access Key with id " + input.access_key_id + " cannot be found.");
  }
  GetAccessKeyLastUsedOutput output;
  output.user_name = owner->user;
  output.access_key_last_used = AccessKeyLastUsed{.service_name = "N/A", .region = "N/A"};
  if (const auto use = usage_.find(input.access_key_id)) {
    output.access_key_last_used = AccessKeyLastUsed{use->at, use->service, use->region};
  }
  return output;
}

}  // namespace standpipe::iam
