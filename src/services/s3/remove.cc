#include "base/bytes.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

constexpr size_t kKeysMax = 1000;

// An ETag condition of a delete: nothing there is a failure too.
void check_match(const std::optional<std::string>& etag, const std::optional<StoredObject>& current) {
  if (!etag) return;
  if (current && (*etag == "*" || unquoted(*etag) == current->etag)) return;
  throw PreconditionFailed("At least one of the pre-conditions you specified did not hold")
      .with("Condition", "If-Match");
}

void append(BlobList& list, BlobList&& more) {
  list.insert(list.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

// The list of keys decides what is lost, so it must have arrived whole.
void check_digest(const aws::Request& request) {
  if (request.http == nullptr) return;
  GivenChecksums given;
  for (const auto& [name, value] : request.http->headers.entries()) {
    const std::string lower = to_lower(name);
    if (!lower.starts_with("x-amz-checksum-") || lower == "x-amz-checksum-mode") continue;
    for (const char* algorithm : {"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512", "MD5"}) {
      if (lower.substr(15) == to_lower(algorithm)) given[algorithm] = value;
    }
  }
  const std::string* md5 = request.http->headers.find("content-md5");
  const WantedDigests wanted = wanted_digests(request, given, md5 ? std::optional(*md5) : std::nullopt, std::nullopt);
  if (!wanted.expected && wanted.content_md5.empty()) {
    throw InvalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  BodyDigests digests(wanted.algorithm);
  digests.add(request.http->body.view());
  digests.finish(wanted);
}

}  // namespace

DeleteObjectOutput S3::delete_object(const aws::Request& request, const DeleteObjectInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  check_version(input.version_id);
  refuse_unsupported(input);
  if (input.bypass_governance_retention.value_or(false)) {
    throw InvalidArgument("x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.");
  }
  const std::string key = object_key(input.bucket, input.key);
  std::optional<StoredObject> current;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    current.reset();
    if (const auto document = transaction.get(key)) current = parse_object(document->value);
    check_match(input.if_match, current);
    if (current) transaction.remove(key);
  });
  if (current) blobs_->discard(current->blobs);
  return {};
}

DeleteObjectsOutput S3::delete_objects(const aws::Request& request, const DeleteObjectsInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  refuse_unsupported(input);
  check_digest(request);
  const std::vector<ObjectIdentifier>& wanted = input.delete_.objects;
  if (wanted.empty() || wanted.size() > kKeysMax) {
    throw MalformedXML("The XML you provided was not well-formed or did not validate against our published schema");
  }
  DeleteObjectsOutput output{.deleted = {{}}, .errors = {{}}};
  const auto fail = [&](const ObjectIdentifier& identifier, std::string code, std::string message) {
    output.errors->push_back({.key = identifier.key,
                              .version_id = identifier.version_id,
                              .code = std::move(code),
                              .message = std::move(message)});
  };
  std::vector<const ObjectIdentifier*> allowed;
  for (const ObjectIdentifier& identifier : wanted) {
    const aws::Access access{"s3:DeleteObject", object_arn(input.bucket, identifier.key)};
    const aws::Decision decision = authorizer_.decide(request, access);
    if (!decision.allowed) {
      fail(identifier, "AccessDenied", aws::denial_message(request.principal, access, decision));
    } else if (identifier.version_id && *identifier.version_id != "null") {
      fail(identifier, "NoSuchVersion", "The specified version does not exist.");
    } else if (identifier.last_modified_time || identifier.size) {
      fail(identifier, "NotImplemented", "LastModifiedTime and Size are not implemented for this kind of bucket.");
    } else {
      allowed.push_back(&identifier);
    }
  }
  BlobList removed;
  std::vector<const ObjectIdentifier*> unmatched;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    removed.clear();
    unmatched.clear();
    for (const ObjectIdentifier* identifier : allowed) {
      const std::string key = object_key(input.bucket, identifier->key);
      const auto document = transaction.get(key);
      std::optional<StoredObject> current;
      if (document) current = parse_object(document->value);
      try {
        check_match(identifier->etag, current);
      } catch (const aws::Error&) {
        unmatched.push_back(identifier);
        continue;
      }
      if (!current) continue;
      transaction.remove(key);
      append(removed, std::move(current->blobs));
    }
  });
  blobs_->discard(removed);
  for (const ObjectIdentifier* identifier : unmatched) {
    fail(*identifier, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
  }
  if (input.delete_.quiet.value_or(false)) return output;
  for (const ObjectIdentifier* identifier : allowed) {
    if (std::find(unmatched.begin(), unmatched.end(), identifier) != unmatched.end()) continue;
    output.deleted->push_back({.key = identifier->key, .version_id = identifier->version_id});
  }
  return output;
}

}  // namespace standpipe::s3
