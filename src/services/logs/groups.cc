#include <algorithm>

#include "base/bytes.h"
#include "base/random.h"
#include "services/logs/logs.h"

namespace standpipe::logs {
namespace {

constexpr size_t kPageMax = 50;
constexpr size_t kScanBatch = 200;
constexpr size_t kTagsMax = 50;
constexpr int32_t kRetentionDays[] = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                      365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

void check_tags(const std::map<std::string, std::string>& tags) {
  if (tags.size() > kTagsMax) throw TooManyTagsException("The number of tags exceeds the limit of 50.");
  for (const auto& [key, value] : tags) {
    if (to_lower(key).starts_with("aws:"))
      throw InvalidParameterException("aws: prefixed tag key names are not allowed.");
  }
}

LogGroup describe(const Place& place, const StoredGroup& stored) {
  LogGroup group;
  group.log_group_name = stored.name;
  group.creation_time = stored.created_ms;
  if (stored.retention_days != 0) group.retention_in_days = stored.retention_days;
  group.metric_filter_count = 0;
  group.log_group_arn = group_arn(place, stored.name);
  group.arn = *group.log_group_arn + ":*";
  group.stored_bytes = stored.bytes;
  group.log_group_class = "STANDARD";
  return group;
}

}  // namespace

aws::Error no_such_group() { return ResourceNotFoundException("The specified log group does not exist."); }
aws::Error no_such_stream() { return ResourceNotFoundException("The specified log stream does not exist."); }

std::string print_token(std::string_view text) { return base64_encode(text); }

std::string read_token(const std::optional<std::string>& token) {
  if (!token) return {};
  const std::optional<std::string> text = base64_decode(*token);
  if (!text || text->empty()) throw InvalidParameterException("The specified nextToken is invalid.");
  return *text;
}

std::string choose_group(const std::optional<std::string>& name, const std::optional<std::string>& identifier) {
  if (name && identifier) {
    throw InvalidParameterException(
        "LogGroup name and LogGroup identifier are mutually exclusive, only one of these parameters can be passed.");
  }
  if (!name && !identifier) {
    throw InvalidParameterException("At least one of LogGroup name or LogGroup identifier must be specified.");
  }
  return name ? *name : group_name_of(*identifier);
}

StoredGroup Logs::group(const Place& place, const std::string& name) {
  const auto document = metadata_.get(place.group_prefix() + name);
  if (!document) throw no_such_group();
  return parse_group(document->value);
}

void Logs::change_group(const Place& place, const std::string& name, const std::function<void(StoredGroup&)>& change) {
  const std::string key = place.group_prefix() + name;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const auto document = transaction.get(key);
    if (!document) throw no_such_group();
    StoredGroup stored = parse_group(document->value);
    change(stored);
    transaction.put(key, print_group(stored));
  });
}

CreateLogGroupOutput Logs::create_log_group(const aws::Request& request, const CreateLogGroupInput& input) {
  if (input.kms_key_id) throw InvalidParameterException("kmsKeyId isn't supported: this server has no key management.");
  if (input.log_group_class && *input.log_group_class != "STANDARD") {
    throw InvalidParameterException("logGroupClass " + *input.log_group_class + " isn't supported, only STANDARD.");
  }
  if (input.deletion_protection_enabled.value_or(false)) {
    throw InvalidParameterException("deletionProtectionEnabled isn't supported.");
  }
  const Place place(request);
  StoredGroup stored{.name = input.log_group_name, .id = random_text(16, kLowerAlphanumeric), .created_ms = now_ms()};
  if (input.tags) stored.tags = *input.tags;
  check_tags(stored.tags);
  const std::string key = place.group_prefix() + stored.name;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    if (transaction.get(key)) throw ResourceAlreadyExistsException("The specified log group already exists");
    transaction.put(key, print_group(stored));
    transaction.put(std::string(kPlaces) + place.account + "/" + place.region, "{}");
  });
  return {};
}

DeleteLogGroupOutput Logs::delete_log_group(const aws::Request& request, const DeleteLogGroupInput& input) {
  const Place place(request);
  const std::string key = place.group_prefix() + input.log_group_name;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    const auto document = transaction.get(key);
    if (!document) throw no_such_group();
    for (const Document& stream : transaction.scan(place.stream_prefix(parse_group(document->value).id))) {
      transaction.put(std::string(kTrash) + place.account + "/" + place.region + "/" + parse_stream(stream.value).id,
                      "{}");
      transaction.remove(stream.key);
    }
    transaction.remove(key);
  });
  return {};
}

DescribeLogGroupsOutput Logs::describe_log_groups(const aws::Request& request, const DescribeLogGroupsInput& input) {
  if (input.log_group_name_prefix && input.log_group_name_pattern) {
    throw InvalidParameterException(
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  }
  if (input.include_linked_accounts.value_or(false) || input.account_identifiers) {
    throw InvalidParameterException("includeLinkedAccounts and accountIdentifiers aren't supported.");
  }
  const Place place(request);
  DescribeLogGroupsOutput output{.log_groups = {{}}};
  if (input.log_group_class && *input.log_group_class != "STANDARD") return output;
  std::vector<std::string> wanted;
  for (const std::string& identifier : input.log_group_identifiers.value_or(std::vector<std::string>{})) {
    wanted.push_back(group_name_of(identifier));
  }
  const size_t page = static_cast<size_t>(input.limit.value_or(kPageMax));
  const std::string prefix = place.group_prefix() + input.log_group_name_prefix.value_or("");
  std::string after = read_token(input.next_token);
  if (!after.empty()) after.insert(0, place.group_prefix());
  while (true) {
    const std::vector<Document> batch = metadata_.scan(prefix, after, kScanBatch);
    for (const Document& document : batch) {
      const StoredGroup stored = parse_group(document.value);
      if (input.log_group_name_pattern && stored.name.find(*input.log_group_name_pattern) == std::string::npos)
        continue;
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), stored.name) == wanted.end()) continue;
      if (output.log_groups->size() == page) {
        output.next_token = print_token(*output.log_groups->back().log_group_name);
        return output;
      }
      output.log_groups->push_back(describe(place, stored));
    }
    if (batch.size() < kScanBatch) return output;
    after = batch.back().key;
  }
}

PutRetentionPolicyOutput Logs::put_retention_policy(const aws::Request& request, const PutRetentionPolicyInput& input) {
  if (std::find(std::begin(kRetentionDays), std::end(kRetentionDays), input.retention_in_days) ==
      std::end(kRetentionDays)) {
    std::vector<std::string> allowed;
    for (const int32_t days : kRetentionDays) allowed.push_back(std::to_string(days));
    throw InvalidParameterException("1 validation error detected: Value '" + std::to_string(input.retention_in_days) +
                                    "' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum "
                                    "value set: [" +
                                    join(allowed, ", ") + "]");
  }
  change_group(Place(request), input.log_group_name,
               [&](StoredGroup& stored) { stored.retention_days = input.retention_in_days; });
  return {};
}

DeleteRetentionPolicyOutput Logs::delete_retention_policy(const aws::Request& request,
                                                          const DeleteRetentionPolicyInput& input) {
  change_group(Place(request), input.log_group_name, [](StoredGroup& stored) { stored.retention_days = 0; });
  return {};
}

TagResourceOutput Logs::tag_resource(const aws::Request& request, const TagResourceInput& input) {
  check_tags(input.tags);
  change_group(Place(request), group_name_of(input.resource_arn), [&](StoredGroup& stored) {
    for (const auto& [key, value] : input.tags) stored.tags[key] = value;
    check_tags(stored.tags);
  });
  return {};
}

UntagResourceOutput Logs::untag_resource(const aws::Request& request, const UntagResourceInput& input) {
  change_group(Place(request), group_name_of(input.resource_arn), [&](StoredGroup& stored) {
    for (const std::string& key : input.tag_keys) stored.tags.erase(key);
  });
  return {};
}

ListTagsForResourceOutput Logs::list_tags_for_resource(const aws::Request& request,
                                                       const ListTagsForResourceInput& input) {
  return {.tags = group(Place(request), group_name_of(input.resource_arn)).tags};
}

}  // namespace standpipe::logs
