#include <algorithm>

#include "base/bytes.h"
#include "base/random.h"
#include "services/opensearchserverless/opensearchserverless.h"

namespace standpipe::opensearchserverless {
namespace {

constexpr size_t kIdLength = 20;
constexpr int kPageDefault = 20;

std::optional<std::string> if_given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// The members that all descriptions of a collection share.
template <class Detail>
Detail detail(const StoredCollection& collection, const char* status) {
  Detail shown;
  shown.id = collection.id;
  shown.name = collection.name;
  shown.status = status;
  shown.type = collection.type;
  shown.description = if_given(collection.description);
  shown.arn = collection.arn();
  shown.kms_key_arn = "auto";
  shown.deletion_protection = collection.deletion_protection;
  shown.created_date = epoch_ms(collection.created);
  shown.last_modified_date = epoch_ms(collection.modified);
  return shown;
}

void refuse_unsupported(const CreateCollectionInput& input) {
  const auto refuse = [](const std::string& member) {
    throw ValidationException(member + " is not supported by this server.");
  };
  if (input.vector_options) refuse("vectorOptions");
  if (input.collection_group_name) refuse("collectionGroupName");
  if (input.encryption_config &&
      (input.encryption_config->kms_key_arn || !input.encryption_config->aws_owned_key.value_or(false))) {
    refuse("encryptionConfig with a KMS key");
  }
}

bool covered(const std::vector<PolicyDocument>& documents, const std::string& name) {
  for (const PolicyDocument& document : documents) {
    for (const Rule& rule : document.statements.front().rules) {
      for (const std::string& pattern : rule.resources) {
        if (covers(pattern, "collection/" + name)) return true;
      }
    }
  }
  return false;
}

aws::Error not_found(const std::string& id) {
  return ResourceNotFoundException("Collection with ID " + id + " cannot be found.");
}

}  // namespace

std::optional<StoredCollection> OpenSearchServerless::by_id(const aws::Request& request, const std::string& id) const {
  const auto pointer = metadata_.get(collection_id_key(id));
  if (!pointer || !pointer->value.starts_with(collections_prefix(request.account, request.region))) return std::nullopt;
  const auto document = metadata_.get(pointer->value);
  return document ? std::optional(collection_from(document->value)) : std::nullopt;
}

StoredCollection OpenSearchServerless::required(const aws::Request& request, const std::string& id) const {
  auto found = by_id(request, id);
  if (!found) throw not_found(id);
  return *found;
}

CreateCollectionOutput OpenSearchServerless::create_collection(const aws::Request& request,
                                                               const CreateCollectionInput& input) {
  refuse_unsupported(input);
  const std::string key = collections_prefix(request.account, request.region) + input.name;
  StoredCollection collection;
  if (const auto existing = metadata_.get(key)) {
    collection = collection_from(existing->value);
    if (!input.client_token || *input.client_token != collection.client_token) {
      throw ConflictException("Collection with name " + input.name + " already exists");
    }
    return {detail<CreateCollectionDetail>(collection, "CREATING")};
  }
  if (!input.encryption_config && !covered(policies(request.account, request.region)->encryption, input.name)) {
    throw ValidationException("No matching security policy of encryption type found for collection name: " +
                              input.name + ". Please create security policy of encryption type for this collection.");
  }
  collection.id = random_text(kIdLength, kLowerAlphanumeric);
  collection.name = input.name;
  collection.account = request.account;
  collection.region = request.region;
  collection.type = input.type.value_or("TIMESERIES");
  collection.description = input.description.value_or("");
  collection.standby_replicas = input.standby_replicas.value_or("ENABLED");
  collection.deletion_protection = input.deletion_protection.value_or("DISABLED");
  collection.client_token = input.client_token.value_or("");
  for (const Tag& tag : input.tags.value_or(std::vector<Tag>{})) collection.tags[tag.key] = tag.value;
  collection.created = collection.modified = clock_.now();
  try {
    metadata_.transaction([&](MetadataTransaction& transaction) {
      transaction.put(key, to_text(collection), kAbsent);
      transaction.put(collection_id_key(collection.id), key, kAbsent);
    });
  } catch (const Conflict&) {
    throw ConflictException("Collection with name " + input.name + " already exists");
  }
  CreateCollectionOutput output{detail<CreateCollectionDetail>(collection, "CREATING")};
  output.create_collection_detail->standby_replicas = collection.standby_replicas;
  return output;
}

BatchGetCollectionOutput OpenSearchServerless::batch_get_collection(const aws::Request& request,
                                                                    const BatchGetCollectionInput& input) {
  if (input.ids.has_value() == input.names.has_value()) {
    throw ValidationException("Exactly one of ids and names must be specified.");
  }
  BatchGetCollectionOutput output;
  auto& found = output.collection_details.emplace();
  auto& missing = output.collection_error_details.emplace();
  const auto add = [&](const StoredCollection& collection) {
    auto& shown = found.emplace_back(detail<CollectionDetail>(collection, "ACTIVE"));
    shown.standby_replicas = collection.standby_replicas;
    shown.collection_endpoint = collection.endpoint();
    shown.dashboard_endpoint = collection.endpoint() + "/_dashboards";
  };
  const auto miss = [&](CollectionErrorDetail error, const std::string& what) {
    error.error_code = "NOT_FOUND";
    error.error_message = "The specified Collection is not found: " + what;
    missing.push_back(std::move(error));
  };
  for (const std::string& id : input.ids.value_or(std::vector<std::string>{})) {
    if (const auto collection = by_id(request, id))
      add(*collection);
    else
      miss({.id = id}, id);
  }
  for (const std::string& name : input.names.value_or(std::vector<std::string>{})) {
    if (const auto document = metadata_.get(collections_prefix(request.account, request.region) + name)) {
      add(collection_from(document->value));
    } else {
      miss({.name = name}, name);
    }
  }
  return output;
}

ListCollectionsOutput OpenSearchServerless::list_collections(const aws::Request& request,
                                                             const ListCollectionsInput& input) {
  const std::string prefix = collections_prefix(request.account, request.region);
  const CollectionFilters filters = input.collection_filters.value_or(CollectionFilters{});
  if (filters.collection_group_name) throw ValidationException("collectionGroupName is not supported by this server.");
  std::string after;
  if (input.next_token) {
    const auto name = base64_decode(*input.next_token);
    if (!name) throw ValidationException("The nextToken is invalid.");
    after = prefix + *name;
  }
  ListCollectionsOutput output;
  auto& summaries = output.collection_summaries.emplace();
  const size_t page = static_cast<size_t>(input.max_results.value_or(kPageDefault));
  for (const Document& document : metadata_.scan(prefix, after)) {
    const StoredCollection collection = collection_from(document.value);
    if (filters.name && *filters.name != collection.name) continue;
    if (filters.status && *filters.status != "ACTIVE") continue;
    if (summaries.size() == page) {
      output.next_token = base64_encode(summaries.back().name.value());
      break;
    }
    summaries.push_back({.id = collection.id,
                         .name = collection.name,
                         .status = "ACTIVE",
                         .arn = collection.arn(),
                         .kms_key_arn = "auto"});
  }
  return output;
}

UpdateCollectionOutput OpenSearchServerless::update_collection(const aws::Request& request,
                                                               const UpdateCollectionInput& input) {
  if (input.vector_options) throw ValidationException("vectorOptions is not supported by this server.");
  if (input.encryption_config) throw ValidationException("encryptionConfig cannot be changed.");
  StoredCollection collection = required(request, input.id);
  if (input.description) collection.description = *input.description;
  if (input.deletion_protection) collection.deletion_protection = *input.deletion_protection;
  collection.modified = clock_.now();
  metadata_.put(collections_prefix(request.account, request.region) + collection.name, to_text(collection));
  return {detail<UpdateCollectionDetail>(collection, "ACTIVE")};
}

DeleteCollectionOutput OpenSearchServerless::delete_collection(const aws::Request& request,
                                                               const DeleteCollectionInput& input) {
  const StoredCollection collection = required(request, input.id);
  if (collection.deletion_protection == "ENABLED") {
    throw ValidationException("Collection " + collection.name + " has deletion protection enabled.");
  }
  metadata_.transaction([&](MetadataTransaction& transaction) {
    transaction.remove(collections_prefix(request.account, request.region) + collection.name);
    transaction.remove(collection_id_key(collection.id));
    const opensearch::Collection data{.id = collection.id, .account = request.account, .region = request.region};
    for (const Document& document : transaction.scan(data.metadata_prefix())) transaction.remove(document.key);
  });
  for (const search::IndexName& index : engine_.list(collection.id + "/")) engine_.remove(index);
  DeleteCollectionOutput output;
  output.delete_collection_detail = {.id = collection.id,
                                     .name = collection.name,
                                     .status = "DELETING",
                                     .deletion_protection = collection.deletion_protection};
  return output;
}

}  // namespace standpipe::opensearchserverless
