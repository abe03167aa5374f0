// CompleteMultipartUpload: the listed parts become one object in one transaction; their blobs stay where they are.
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "services/s3/conditions.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

constexpr uint64_t kPartBytesMin = 5 << 20;

void check_order(const std::vector<CompletedPart>& parts) {
  for (size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].part_number.value_or(0) > parts[i - 1].part_number.value_or(0)) continue;
    throw InvalidPartOrder(
        "The list of parts was not in ascending order. The parts list must be specified in order by part number.");
  }
}

aws::Error invalid_part(const std::string& upload_id, const CompletedPart& part) {
  return InvalidPart(
             "One or more of the specified parts could not be found.  The part may not have been uploaded, or the "
             "specified entity tag may not match the part's entity tag.")
      .with("UploadId", upload_id)
      .with("PartNumber", std::to_string(part.part_number.value_or(0)))
      .with("ETag", unquoted(part.etag.value_or("")));
}

std::string multipart_etag(const std::vector<StoredPart>& parts) {
  Digest digest("MD5");
  for (const StoredPart& part : parts) digest.add(*hex_decode(part.etag));
  return hex_encode(digest.finish()) + "-" + std::to_string(parts.size());
}

Checksum multipart_checksum(const StoredUpload& upload, const std::vector<StoredPart>& parts) {
  Checksum checksum{upload.checksum_algorithm, "", upload.checksum_type};
  if (upload.checksum_type == "FULL_OBJECT") {
    std::string whole = *base64_decode(parts.front().checksum.value);
    for (size_t i = 1; i < parts.size(); ++i) {
      whole = combine_crc(upload.checksum_algorithm, whole, *base64_decode(parts[i].checksum.value), parts[i].size);
    }
    checksum.value = base64_encode(whole);
    return checksum;
  }
  Digest digest(upload.checksum_algorithm);
  for (const StoredPart& part : parts) digest.add(*base64_decode(part.checksum.value));
  checksum.value = base64_encode(digest.finish()) + "-" + std::to_string(parts.size());
  return checksum;
}

// What the client says the whole should be.
void check_whole(const CompleteMultipartUploadInput& input, const StoredObject& object) {
  if (input.mpu_object_size && static_cast<uint64_t>(*input.mpu_object_size) != object.size) {
    throw InvalidRequest(
        fmt::format("The provided 'x-amz-mp-object-size' header value {} does not match what was "
                    "computed: {}",
                    *input.mpu_object_size, object.size));
  }
  if (input.checksum_type && *input.checksum_type != object.checksum.type) {
    throw InvalidRequest("The upload was created using the " + object.checksum.type +
                         " checksum mode. The complete request must use the same checksum mode.");
  }
  for (const auto& [algorithm, value] : given_checksums(input)) {
    // A composite value may be given with or without the number of parts.
    const std::string& whole = object.checksum.value;
    const bool same = value == whole || value == whole.substr(0, whole.find('-'));
    if (algorithm == object.checksum.algorithm && !same) {
      throw BadDigest("The " + algorithm + " you specified did not match the calculated checksum.");
    }
  }
}

bool same(const BlobList& left, const BlobList& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const BlobPiece& one, const BlobPiece& other) { return one.id == other.id; });
}

CompleteMultipartUploadOutput answer(const aws::Request& request, const std::string& bucket,
                                     const StoredObject& object) {
  CompleteMultipartUploadOutput output;
  output.location = "http://" + bucket + ".s3." + request.region + ".amazonaws.com/" + uri_encode(object.key, true);
  output.bucket = bucket;
  output.key = object.key;
  output.etag = quoted(object.etag);
  put_checksum(output, object.checksum);
  put_encryption(output, object.description);
  return output;
}

}  // namespace

std::vector<StoredPart> S3::parts_of(const StoredUpload& target, const CompleteMultipartUploadInput& input) {
  if (!input.multipart_upload || !input.multipart_upload->parts || input.multipart_upload->parts->empty()) {
    throw MalformedXML("The XML you provided was not well-formed or did not validate against our published schema");
  }
  const std::vector<CompletedPart>& listed = *input.multipart_upload->parts;
  check_order(listed);
  std::vector<StoredPart> parts;
  for (const CompletedPart& part : listed) {
    const auto document = metadata_.get(part_key(target.id, part.part_number.value_or(0)));
    if (!document) throw invalid_part(target.id, part);
    StoredPart stored = parse_part(document->value);
    if (part.etag && unquoted(*part.etag) != stored.etag) throw invalid_part(target.id, part);
    for (const auto& [algorithm, value] : given_checksums(part)) {
      if (algorithm == stored.checksum.algorithm && value != stored.checksum.value) throw invalid_part(target.id, part);
    }
    parts.push_back(std::move(stored));
  }
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].size >= kPartBytesMin) continue;
    throw EntityTooSmall("Your proposed upload is smaller than the minimum allowed size")
        .with("ETag", parts[i].etag)
        .with("MinSizeAllowed", std::to_string(kPartBytesMin))
        .with("PartNumber", std::to_string(parts[i].number))
        .with("ProposedSize", std::to_string(parts[i].size));
  }
  return parts;
}

CompleteMultipartUploadOutput S3::complete_multipart_upload(const aws::Request& request,
                                                            const CompleteMultipartUploadInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  refuse_unsupported(input);
  const WriteConditions conditions{input.if_match, input.if_none_match};
  check_form(conditions);
  StoredUpload target;
  try {
    target = upload(input.bucket, input.key, input.upload_id);
  } catch (const aws::Error&) {
    // A client that did not see the answer asks again.
    const auto document = metadata_.get(object_key(input.bucket, input.key));
    if (!document) throw;
    const StoredObject object = parse_object(document->value);
    if (object.upload_id != input.upload_id) throw;
    return answer(request, input.bucket, object);
  }
  const std::vector<StoredPart> parts = parts_of(target, input);
  StoredObject object;
  object.key = target.key;
  object.etag = multipart_etag(parts);
  object.checksum = multipart_checksum(target, parts);
  object.description = target.description;
  object.modified = clock_.now();
  object.upload_id = target.id;
  for (const StoredPart& part : parts) {
    object.size += part.size;
    object.part_sizes.push_back(part.size);
    object.blobs.insert(object.blobs.end(), part.blobs.begin(), part.blobs.end());
  }
  check_whole(input, object);
  BlobList unused;
  replace(
      target.bucket, object,
      [&](const std::optional<StoredObject>& current) { check_write(conditions, current, target.key); },
      [&](MetadataTransaction& transaction) {
        unused.clear();
        if (!transaction.remove(upload_key(target.bucket, target.key, target.id))) throw no_such_upload(target.id);
        for (const Document& document : transaction.scan(parts_prefix(target.id))) {
          const StoredPart part = parse_part(document.value);
          const auto listed = std::lower_bound(parts.begin(), parts.end(), part.number,
                                               [](const StoredPart& one, int number) { return one.number < number; });
          transaction.remove(document.key);
          if (listed == parts.end() || listed->number != part.number) {
            unused.insert(unused.end(), part.blobs.begin(), part.blobs.end());
          } else if (!same(listed->blobs, part.blobs)) {
            // Replaced while we looked: the blobs that we were about to name are gone.
            throw OperationAborted(
                "A conflicting conditional operation is currently in progress against this resource. Please try "
                "again.");
          }
        }
      });
  blobs_->discard(unused);
  return answer(request, input.bucket, object);
}

}  // namespace standpipe::s3
