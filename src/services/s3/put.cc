#include <algorithm>

#include "base/bytes.h"
#include "services/s3/conditions.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

constexpr uint64_t kPutBytesMax = 5ULL << 30;

uint64_t size_of(const std::optional<aws::Stream>& body) {
  if (!body) return 0;
  return body->source ? body->source->size() : body->body.size();
}

}  // namespace

void S3::replace(const std::string& bucket_name, const StoredObject& object, const CheckCurrent& check_current,
                 const std::function<void(MetadataTransaction&)>& with) {
  std::optional<StoredObject> current;
  // If this throws, nothing was written and the new blobs are still the caller's.
  metadata_.transaction([&](MetadataTransaction& transaction) {
    current.reset();
    if (!transaction.get(bucket_key(bucket_name))) throw no_such_bucket(bucket_name);
    const std::string key = object_key(bucket_name, object.key);
    if (const auto document = transaction.get(key)) current = parse_object(document->value);
    check_current(current);
    transaction.put(key, print_object(object));
    if (with) with(transaction);
  });
  if (!current) return;
  // A copy of an object onto itself keeps its blobs.
  std::erase_if(current->blobs, [&](const BlobPiece& old) {
    return std::any_of(object.blobs.begin(), object.blobs.end(),
                       [&](const BlobPiece& kept) { return kept.id == old.id; });
  });
  blobs_->discard(current->blobs);
}

PutObjectOutput S3::put_object(const aws::Request& request, const PutObjectInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  check_key(input.key);
  refuse_unsupported(input);
  const WriteConditions conditions{input.if_match, input.if_none_match};
  check_form(conditions);
  if (const uint64_t size = size_of(input.body); size > kPutBytesMax) {
    throw EntityTooLarge("Your proposed upload exceeds the maximum allowed size")
        .with("ProposedSize", std::to_string(size))
        .with("MaxSizeAllowed", std::to_string(kPutBytesMax));
  }
  StoredObject object;
  object.key = input.key;
  object.description = describe(input);
  if (object.description.content_type.empty()) object.description.content_type = "binary/octet-stream";
  const WantedDigests wanted =
      wanted_digests(request, given_checksums(input), input.content_md5, input.checksum_algorithm);
  BodyDigests digests(wanted.algorithm);
  if (input.body) object.blobs = blobs_->write(*input.body, [&](std::string_view bytes) { digests.add(bytes); });
  try {
    digests.finish(wanted);
    object.etag = hex_encode(digests.md5());
    object.checksum = digests.checksum();
    object.size = total_size(object.blobs);
    object.modified = clock_.now();
    replace(input.bucket, object,
            [&](const std::optional<StoredObject>& current) { check_write(conditions, current, input.key); });
  } catch (...) {
    blobs_->discard(object.blobs);
    throw;
  }
  PutObjectOutput output;
  output.etag = quoted(object.etag);
  put_checksum(output, object.checksum);
  put_encryption(output, object.description);
  return output;
}

}  // namespace standpipe::s3
