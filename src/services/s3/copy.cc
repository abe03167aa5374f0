#include "base/bytes.h"
#include "services/s3/conditions.h"
#include "services/s3/copy_source.h"
#include "services/s3/s3.h"

namespace standpipe::s3 {
namespace {

constexpr uint64_t kCopyBytesMax = 5ULL << 30;

template <class Input>
ReadConditions source_conditions(const Input& input) {
  return {input.copy_source_if_match, input.copy_source_if_none_match, input.copy_source_if_modified_since,
          input.copy_source_if_unmodified_since, "x-amz-copy-source-"};
}

void check_request(const CopyObjectInput& input) {
  refuse_unsupported(input);
  if (input.tagging_directive && *input.tagging_directive != "COPY") throw not_implemented("x-amz-tagging-directive");
  if (input.annotation_directive) throw not_implemented("x-amz-object-annotation-directive");
  if (input.checksum_algorithm && !checksum_supported(*input.checksum_algorithm)) {
    throw not_implemented("x-amz-checksum-algorithm");
  }
  check_key(input.key);
  check_form({input.if_match, input.if_none_match});
}

}  // namespace

CopySource parse_copy_source(const std::string& text) {
  const auto refuse = [&] {
    return InvalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
        .with("ArgumentName", "x-amz-copy-source")
        .with("ArgumentValue", text);
  };
  std::string_view path = text;
  if (path.starts_with("arn:")) throw not_implemented("x-amz-copy-source");  // access points
  const size_t question = path.rfind("?versionId=");
  if (question != std::string_view::npos) {
    check_version(std::string(path.substr(question + std::string_view("?versionId=").size())));
    path = path.substr(0, question);
  }
  const std::optional<std::string> decoded = uri_decode(path);
  if (!decoded) throw refuse();
  std::string_view whole = *decoded;
  if (whole.starts_with('/')) whole.remove_prefix(1);
  const size_t slash = whole.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == whole.size()) throw refuse();
  return {std::string(whole.substr(0, slash)), std::string(whole.substr(slash + 1))};
}

S3::HeldObject S3::copy_source_object(const aws::Request& request, const CopySource& source,
                                      const std::optional<std::string>& expected_owner) {
  bucket(request, source.bucket, expected_owner);
  return held_object(request, source.bucket, source.key);
}

CopyObjectOutput S3::copy_object(const aws::Request& request, const CopyObjectInput& input) {
  check_request(input);
  bucket(request, input.bucket, input.expected_bucket_owner);
  const CopySource source = parse_copy_source(input.copy_source);
  const bool replace_description = input.metadata_directive == "REPLACE";
  const bool onto_itself = source.bucket == input.bucket && source.key == input.key;
  if (onto_itself && !replace_description && !input.server_side_encryption && !input.checksum_algorithm) {
    throw InvalidRequest(
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
        "metadata, storage class, website redirect location or encryption attributes.");
  }
  const HeldObject held = copy_source_object(request, source, input.expected_source_bucket_owner);
  const StoredObject& original = held.object;
  check_read(source_conditions(input), original);
  if (original.size > kCopyBytesMax) {
    throw InvalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: " +
                         std::to_string(kCopyBytesMax));
  }
  StoredObject copy;
  copy.key = input.key;
  copy.description = original.description;
  if (replace_description) {
    copy.description = describe(input);
    if (copy.description.content_type.empty()) copy.description.content_type = "binary/octet-stream";
  } else if (input.server_side_encryption) {
    copy.description.encryption = *input.server_side_encryption;
  }
  // A whole-object checksum goes along; what was made of parts is made anew, as the copy has none.
  const bool keep_checksum = !input.checksum_algorithm && original.checksum.type == "FULL_OBJECT";
  BodyDigests digests(input.checksum_algorithm.value_or(original.checksum.algorithm));
  const std::unique_ptr<ByteSource> bytes = blobs_->read(original.blobs, 0, original.size);
  copy.blobs = blobs_->write(*bytes, [&](std::string_view piece) { digests.add(piece); });
  try {
    digests.finish({});
    copy.etag = hex_encode(digests.md5());
    copy.checksum = keep_checksum ? original.checksum : digests.checksum();
    copy.size = original.size;
    copy.modified = clock_.now();
    replace(input.bucket, copy, [&](const std::optional<StoredObject>& current) {
      check_write({input.if_match, input.if_none_match}, current, input.key);
    });
  } catch (...) {
    blobs_->discard(copy.blobs);
    throw;
  }
  CopyObjectOutput output;
  output.copy_object_result = CopyObjectResult{.etag = quoted(copy.etag), .last_modified = copy.modified};
  put_checksum(*output.copy_object_result, copy.checksum);
  put_encryption(output, copy.description);
  return output;
}

UploadPartCopyOutput S3::upload_part_copy(const aws::Request& request, const UploadPartCopyInput& input) {
  refuse_unsupported(input);
  bucket(request, input.bucket, input.expected_bucket_owner);
  const StoredUpload target = upload(input.bucket, input.key, input.upload_id);
  const HeldObject held =
      copy_source_object(request, parse_copy_source(input.copy_source), input.expected_source_bucket_owner);
  check_read(source_conditions(input), held.object);
  ByteRange range{0, held.object.size};
  if (input.copy_source_range) range = parse_copy_range(*input.copy_source_range, held.object.size);
  StoredPart part;
  part.number = input.part_number;
  BodyDigests digests(target.checksum_algorithm);
  const std::unique_ptr<ByteSource> bytes = blobs_->read(held.object.blobs, range.offset, range.length);
  part.blobs = blobs_->write(*bytes, [&](std::string_view piece) { digests.add(piece); });
  try {
    digests.finish({});
    part.etag = hex_encode(digests.md5());
    part.checksum = digests.checksum();
    part.size = range.length;
    part.modified = clock_.now();
    put_part(target, part);
  } catch (...) {
    blobs_->discard(part.blobs);
    throw;
  }
  UploadPartCopyOutput output;
  output.copy_part_result = CopyPartResult{.etag = quoted(part.etag), .last_modified = part.modified};
  if (target.checksum_asked) put_checksum(*output.copy_part_result, part.checksum);
  put_encryption(output, target.description);
  return output;
}

}  // namespace standpipe::s3
