// Multipart uploads until they are completed: begin, add parts, give up.
#include "base/bytes.h"
#include "base/random.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

constexpr int kPartNumberMax = 10'000;
constexpr size_t kUploadIdLength = 64;
constexpr uint64_t kPartBytesMax = 5ULL << 30;

struct ChosenChecksum {
  std::string algorithm{kDefaultChecksum}, type = "FULL_OBJECT";
  bool asked = false;
};

ChosenChecksum choose_checksum(const CreateMultipartUploadInput& input) {
  ChosenChecksum chosen;
  if (!input.checksum_algorithm) {
    if (input.checksum_type) {
      throw InvalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
    }
    return chosen;
  }
  chosen.asked = true;
  chosen.algorithm = *input.checksum_algorithm;
  if (!checksum_supported(chosen.algorithm)) throw not_implemented("x-amz-checksum-algorithm");
  chosen.type = input.checksum_type.value_or(chosen.algorithm == kDefaultChecksum ? "FULL_OBJECT" : "COMPOSITE");
  const bool possible =
      chosen.type == "COMPOSITE" ? chosen.algorithm != kDefaultChecksum : checksum_is_crc(chosen.algorithm);
  if (!possible) {
    throw InvalidRequest("The " + chosen.type + " checksum type cannot be used with the " + to_lower(chosen.algorithm) +
                         " checksum algorithm.");
  }
  return chosen;
}

void check_part_number(int number) {
  if (number >= 1 && number <= kPartNumberMax) return;
  throw InvalidArgument("Part number must be an integer between 1 and 10000, inclusive")
      .with("ArgumentName", "partNumber")
      .with("ArgumentValue", std::to_string(number));
}

void check_algorithm(const StoredUpload& upload, const WantedDigests& wanted) {
  if (!upload.checksum_asked || wanted.algorithm.empty() || wanted.algorithm == upload.checksum_algorithm) return;
  throw InvalidRequest("Checksum Type mismatch occurred, expected checksum Type: " +
                       to_lower(upload.checksum_algorithm) + ", actual checksum Type: " + to_lower(wanted.algorithm));
}

}  // namespace

aws::Error no_such_upload(const std::string& id) {
  return NoSuchUpload(
             "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted "
             "or "
             "completed.")
      .with("UploadId", id);
}

CreateMultipartUploadOutput S3::create_multipart_upload(const aws::Request& request,
                                                        const CreateMultipartUploadInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  check_key(input.key);
  refuse_unsupported(input);
  const ChosenChecksum chosen = choose_checksum(input);
  StoredUpload created;
  created.bucket = input.bucket;
  created.key = input.key;
  created.id = random_text(kUploadIdLength, kLowerAlphanumeric);
  created.initiated = clock_.now();
  created.initiator = request.principal.arn;
  created.description = describe(input);
  if (created.description.content_type.empty()) created.description.content_type = "binary/octet-stream";
  created.checksum_algorithm = chosen.algorithm;
  created.checksum_type = chosen.type;
  created.checksum_asked = chosen.asked;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    if (!transaction.get(bucket_key(created.bucket))) throw no_such_bucket(created.bucket);
    transaction.put(upload_key(created.bucket, created.key, created.id), print_upload(created));
  });
  CreateMultipartUploadOutput output;
  output.bucket = created.bucket;
  output.key = created.key;
  output.upload_id = created.id;
  if (created.checksum_asked) {
    output.checksum_algorithm = created.checksum_algorithm;
    output.checksum_type = created.checksum_type;
  }
  put_encryption(output, created.description);
  return output;
}

StoredUpload S3::upload(const std::string& bucket_name, const std::string& key, const std::string& id) {
  const auto document =
      id.find('/') == std::string::npos ? metadata_.get(upload_key(bucket_name, key, id)) : std::optional<Document>();
  if (!document) throw no_such_upload(id);
  return parse_upload(document->value);
}

void S3::put_part(const StoredUpload& target, const StoredPart& part) {
  check_part_number(part.number);
  BlobList replaced;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    replaced.clear();
    if (!transaction.get(upload_key(target.bucket, target.key, target.id))) throw no_such_upload(target.id);
    const std::string key = part_key(target.id, part.number);
    if (const auto old = transaction.get(key)) replaced = parse_part(old->value).blobs;
    transaction.put(key, print_part(part));
  });
  blobs_->discard(replaced);
}

UploadPartOutput S3::upload_part(const aws::Request& request, const UploadPartInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  refuse_unsupported(input);
  check_part_number(input.part_number);
  const StoredUpload target = upload(input.bucket, input.key, input.upload_id);
  if (input.body && input.body->body.size() > kPartBytesMax) {
    throw EntityTooLarge("Your proposed upload exceeds the maximum allowed size")
        .with("ProposedSize", std::to_string(input.body->body.size()))
        .with("MaxSizeAllowed", std::to_string(kPartBytesMax));
  }
  const WantedDigests wanted =
      wanted_digests(request, given_checksums(input), input.content_md5, input.checksum_algorithm);
  check_algorithm(target, wanted);
  // What the client sent is verified; what the upload is to have is kept. Mostly they are the same.
  BodyDigests sent(wanted.algorithm);
  std::optional<Digest> kept;
  if (sent.algorithm() != target.checksum_algorithm) kept.emplace(target.checksum_algorithm);
  StoredPart part;
  part.number = input.part_number;
  if (input.body) {
    part.blobs = blobs_->write(*input.body, [&](std::string_view bytes) {
      sent.add(bytes);
      if (kept) kept->add(bytes);
    });
  }
  try {
    sent.finish(wanted);
    part.etag = hex_encode(sent.md5());
    part.checksum = sent.checksum();
    if (kept) part.checksum = {target.checksum_algorithm, base64_encode(kept->finish())};
    part.size = total_size(part.blobs);
    part.modified = clock_.now();
    put_part(target, part);
  } catch (...) {
    blobs_->discard(part.blobs);
    throw;
  }
  UploadPartOutput output;
  output.etag = quoted(part.etag);
  if (!wanted.algorithm.empty() || target.checksum_asked) put_checksum(output, sent.checksum());
  put_encryption(output, target.description);
  return output;
}

AbortMultipartUploadOutput S3::abort_multipart_upload(const aws::Request& request,
                                                      const AbortMultipartUploadInput& input) {
  bucket(request, input.bucket, input.expected_bucket_owner);
  if (input.if_match_initiated_time) throw not_implemented("x-amz-if-match-initiated-time");
  const StoredUpload target = upload(input.bucket, input.key, input.upload_id);
  BlobList abandoned;
  metadata_.transaction([&](MetadataTransaction& transaction) {
    abandoned.clear();
    if (!transaction.remove(upload_key(target.bucket, target.key, target.id))) throw no_such_upload(target.id);
    for (const Document& document : transaction.scan(parts_prefix(target.id))) {
      for (BlobPiece& blob : parse_part(document.value).blobs) abandoned.push_back(std::move(blob));
      transaction.remove(document.key);
    }
  });
  blobs_->discard(abandoned);
  return {};
}

}  // namespace standpipe::s3
